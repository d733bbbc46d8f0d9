/** Import: inserts an exported log (log-file.ts) into an empty one, in one transaction. */
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { recordAct } from '../audit/record-act.ts';
import { importAccess } from './import-access.ts';
import { type Batches, createBatches } from './import-batches.ts';
import { type ImportedLinks, createImportedLinks } from './import-links.ts';
import { checkTime, createLineOrder } from './import-order.ts';
import type { Opened } from '../personal/personal-data.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { type ImportedPersonal, createImportedPersonal } from './import-personal.ts';
import { createTenants } from './import-tenants.ts';
import { createImportedSeries } from './import-series.ts';
import { LogFileError, readEvent, readHeader } from './log-file.ts';

export interface Imported {
  events: number;
  partitions: number[];
  /** Whether the import created partitions. A running Holdfast uses them after its next start. */
  new_partitions: boolean;
  /** UUIDs of all tenants of the log. */
  tenants: string[];
  /** UUIDs of the tenants that the import created. */
  created: string[];
  keys: number;
  endpoints: number;
}

/** Accepted difference between the clocks of two machines. */
const CLOCK_TOLERANCE_MS = 5_000;

/**
 * Imports a log. Creates missing tenants, with the API keys and endpoints of the file. Each event
 * must follow from the rules (import-rules.ts).
 *
 * @param lines of the file, the header first
 * @param rename new UUIDs of tenants, by their UUIDs in the file
 * @param keyring the master keys of personal data; without it, all of it must be in the clear
 * @throws {LogFileError} nothing was imported
 */
export const importLog = (
  pool: DatabasePool,
  lines: AsyncIterable<string>,
  rename: ReadonlyMap<string, string> = new Map(),
  keyring?: Keyring,
): Promise<Imported> =>
  // No retry of the transaction: the lines can be read only once.
  pool.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`SET LOCAL statement_timeout = 0`);
    // The planner has no statistics of the new rows and would scan a table that it takes for small.
    await transaction.query(sql.unsafe`SET LOCAL enable_seqscan = off`);
    const latest = await latestTime(transaction);
    const personal = await createImportedPersonal(transaction, keyring);
    const links = createImportedLinks();
    const batches = createBatches(transaction, personal, links);
    const iterator = lines[Symbol.asyncIterator]();
    try {
      const imported = await importLines(transaction, { iterator, batches, latest, rename, personal, links });
      const { events, partitions } = imported;
      const details = { events, partitions };
      await recordAct(transaction, { act: 'log_imported', tenantId: null, subject: 'log', details });
      return imported;
    } catch (error) {
      // The rollback needs an idle connection. An error of the running insert comes first.
      await batches.settled();
      throw error;
    } finally {
      await iterator.return?.();
    }
  }, 0);

interface Parts {
  iterator: AsyncIterator<string>;
  batches: Batches;
  latest: string;
  rename: ReadonlyMap<string, string>;
  personal: ImportedPersonal;
  links: ImportedLinks;
}

async function importLines(
  transaction: DatabaseTransactionConnection,
  { iterator, batches, latest, rename, personal, links }: Parts,
): Promise<Imported> {
  const first = await iterator.next();
  if (first.done) throw new LogFileError('The file is empty. A log begins with its header.');
  const header = readHeader(first.value);
  links.expect(header);
  for (const { created_at } of header.tenants) checkTime(created_at, latest, 'Line 1: tenants: created_at');
  const partitions = header.partitions.map(({ partition }) => partition);
  const new_partitions = await lockEmptyPartitions(transaction, partitions);
  const { tenants, created } = await createTenants(transaction, header, rename);

  let number = 1;
  const nextLine = async () => {
    for (;;) {
      number += 1;
      const next = await iterator.next();
      if (next.done) throw new LogFileError(`Line ${number}: the file ends before its keys and endpoints.`);
      if (next.value !== '') return { line: next.value, number };
    }
  };
  await importAccess(transaction, header, tenants, nextLine);
  await personal.readLines(header, tenants, nextLine);
  const order = createLineOrder(latest);
  const series = createImportedSeries();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    number += 1;
    if (next.value === '') continue;
    await personal.prepare([next.value]);
    const { line, event } = readEvent(next.value, number, personal.open);
    const tenant = tenants.get(line.tenant_id);
    if (tenant === undefined) {
      throw new LogFileError(`Line ${number}: tenant_id: the header does not name this tenant.`);
    }
    if (line.partition !== tenant.partition) {
      throw new LogFileError(`Line ${number}: partition: the tenant is in partition ${tenant.partition}.`);
    }
    order.check(line, number);
    links.read(line);
    const own = { ...line, tenant_id: tenant.tenant_id };
    series.add(own);
    const { data_key, erased_at } = event as Opened;
    await batches.add({ number, line: own, event, data_key, erased_at });
  }
  await batches.end();
  await personal.end();
  order.checkCounts(header);
  links.check();
  await checkEventIds(transaction, partitions, order.lineOf);
  await series.continue(transaction);
  for (const { partition, position, recorded_at } of order.heads()) {
    await transaction.query(sql.unsafe`
        UPDATE log_heads
           SET position = greatest(position, ${position}), reached_position = greatest(position, ${position}),
               recorded_at = ${recorded_at}::timestamptz,
               -- Positions behind the end of the file may be taken where it comes from: the next
               -- append starts an epoch.
               timeline = 'imported', link = decode(${links.headOf(partition)}, 'hex'), linked_after = 0
         WHERE partition = ${partition}`);
  }
  return {
    events: header.events,
    partitions,
    new_partitions,
    tenants: [...tenants.values()].map(({ tenant_id }) => tenant_id),
    created,
    keys: header.keys ?? 0,
    endpoints: header.endpoints ?? 0,
  };
}

/** The latest time that an event may have, by the clock of this Postgres; it dates later events. */
async function latestTime(transaction: DatabaseTransactionConnection): Promise<string> {
  const now = await transaction.oneFirst(
    sql.type(
      z.object({ ms: z.number() }),
    )`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`,
  );
  return new Date(now + CLOCK_TOLERANCE_MS).toISOString();
}

/**
 * Creates missing partitions and locks all of them against appends.
 *
 * @returns whether some were missing
 * @throws {LogFileError} a partition is not empty
 */
async function lockEmptyPartitions(
  transaction: DatabaseTransactionConnection,
  partitions: number[],
): Promise<boolean> {
  const { rowCount } = await transaction.query(sql.unsafe`
    INSERT INTO log_heads (partition, link)
    SELECT partition, log_genesis(partition, 0) FROM generate_series(0, ${Math.max(-1, ...partitions)}) AS partition
        ON CONFLICT DO NOTHING`);
  // As ensurePartitions does: lists read the checkpoint of their projection.
  await transaction.query(sql.unsafe`
    INSERT INTO checkpoints (partition, consumer)
    SELECT partition, consumer FROM log_heads CROSS JOIN (SELECT DISTINCT consumer FROM checkpoints) AS known
    ON CONFLICT DO NOTHING`);
  for (const partition of partitions.toSorted((a, b) => a - b)) {
    await transaction.query(sql.unsafe`SELECT FROM log_heads WHERE partition = ${partition} FOR UPDATE`);
    const position = await transaction.maybeOneFirst(sql.type(z.object({ position: z.int() }))`
      SELECT position FROM events WHERE partition = ${partition} ORDER BY position DESC LIMIT 1`);
    if (position === null) continue;
    throw new LogFileError(
      `Partition ${partition} of this log holds events up to position ${position} already. ` +
        'Import into a database without events.',
    );
  }
  return rowCount > 0;
}

/** No index keeps event ids, which are also ids of payments and messages, unique in a tenant. */
async function checkEventIds(
  transaction: DatabaseTransactionConnection,
  partitions: number[],
  lineOf: (partition: number, rank: number) => number | undefined,
): Promise<void> {
  await transaction.query(sql.unsafe`SET LOCAL enable_seqscan = on`);
  for (const partition of partitions.toSorted((a, b) => a - b)) {
    const position = await transaction.maybeOneFirst(sql.type(z.object({ position: z.int() }))`
      SELECT max(position) AS position
        FROM events
       WHERE partition = ${partition}
       GROUP BY tenant_id, event_id
      HAVING count(*) > 1
       ORDER BY 1
       LIMIT 1`);
    if (position === null) continue;
    const rank = await transaction.oneFirst(sql.type(z.object({ rank: z.int() }))`
      SELECT count(*) AS rank FROM events WHERE partition = ${partition} AND position <= ${position}`);
    throw new LogFileError(
      `Line ${lineOf(partition, rank)}: event_id: a tenant has an event with this id already.`,
    );
  }
}
