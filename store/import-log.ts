/** Puts a log that was exported (log-file.ts) into an empty one: all of it, in one transaction, or nothing. */
import {
  type DatabasePool,
  type DatabaseTransactionConnection,
  UniqueIntegrityConstraintViolationError,
  sql,
} from 'slonik';
import { z } from 'zod';
import { toId } from './ids.ts';
import { createTenants } from './import-tenants.ts';
import { LogFileError, type LogHeader, type LogLine, readHeader, readLine } from './log-file.ts';
import { SEPARATOR, statement } from './statement.ts';

/** Events a statement. */
const BATCH = 500;

const insertEvents = statement('import-events', z.object({}));

export interface Imported {
  events: number;
  partitions: number[];
  /** Whether some of the partitions were not there: a Holdfast that runs learns of them at its next start. */
  new_partitions: boolean;
  /** UUIDs of all tenants of the log, and of those that were made for it. */
  tenants: string[];
  created: string[];
}

/**
 * Imports a log. Tenants that are missing are made, without API keys.
 *
 * @param lines of the file, the header first
 * @param rename UUIDs of tenants of the file, and those that they become
 * @throws {LogFileError} nothing was imported
 */
export const importLog = (
  pool: DatabasePool,
  lines: AsyncIterable<string>,
  rename: ReadonlyMap<string, string> = new Map(),
): Promise<Imported> =>
  // No second attempt: the lines are gone by then.
  pool.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`SET LOCAL statement_timeout = 0`);
    const iterator = lines[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done) throw new LogFileError('The file is empty. A log begins with its header.');
    const header = readHeader(first.value);
    const partitions = header.partitions.map(({ partition }) => partition);
    const new_partitions = await takeEmpty(transaction, partitions);
    const { tenants, created } = await createTenants(transaction, header, rename);

    const heads = new Map<number, LogLine>();
    let number = 1;
    let events = 0;
    let batch: LogLine[] = [];
    const flush = async () => {
      if (batch.length > 0) await insert(transaction, batch, number);
      batch = [];
    };
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      number += 1;
      if (next.value === '') continue;
      const event = readLine(next.value, number);
      const tenant = tenants.get(event.tenant_id);
      if (tenant === undefined) {
        throw new LogFileError(`Line ${number}: tenant_id: the header does not name this tenant.`);
      }
      if (event.partition !== tenant.partition) {
        throw new LogFileError(`Line ${number}: partition: the tenant is in partition ${tenant.partition}.`);
      }
      checkOrder(heads.get(event.partition), event, number);
      heads.set(event.partition, event);
      events += 1;
      batch.push({ ...event, tenant_id: tenant.tenant_id });
      if (batch.length === BATCH) await flush();
    }
    await flush();
    checkCounts(header, events, heads);
    await checkStreams(transaction, partitions);
    for (const { partition, position, recorded_at } of heads.values()) {
      await transaction.query(sql.unsafe`
        UPDATE log_heads SET position = ${position}, recorded_at = ${recorded_at}::timestamptz WHERE partition = ${partition}`);
    }
    return {
      events: header.events,
      partitions,
      new_partitions,
      tenants: [...tenants.values()].map(({ tenant_id }) => tenant_id),
      created,
    };
  }, 0);

/**
 * Makes sure that the partitions are there and empty, and keeps everybody else from appending to them.
 *
 * @returns whether some were not there
 */
async function takeEmpty(transaction: DatabaseTransactionConnection, partitions: number[]): Promise<boolean> {
  const { rowCount } = await transaction.query(sql.unsafe`
    INSERT INTO log_heads (partition) SELECT generate_series(0, ${Math.max(-1, ...partitions)}) ON CONFLICT DO NOTHING`);
  // As ensurePartitions does: without a checkpoint, lists could not even say how far they are behind.
  await transaction.query(sql.unsafe`
    INSERT INTO checkpoints (partition, consumer)
    SELECT partition, consumer FROM log_heads CROSS JOIN (SELECT DISTINCT consumer FROM checkpoints) AS known
    ON CONFLICT DO NOTHING`);
  const heads = await transaction.any(sql.type(z.object({ partition: z.int(), position: z.int() }))`
    SELECT partition, position FROM log_heads WHERE partition = ANY (${sql.array(partitions, 'int4')})
     ORDER BY partition FOR UPDATE`);
  const taken = heads.find(({ position }) => position > 0);
  if (taken) {
    throw new LogFileError(
      `Partition ${taken.partition} of this log holds events up to position ${taken.position} already. ` +
        'A log can only be imported where there is none: use another database.',
    );
  }
  return rowCount > 0;
}

function checkOrder(before: LogLine | undefined, event: LogLine, number: number): void {
  if (before === undefined) return;
  if (event.position <= before.position) {
    throw new LogFileError(`Line ${number}: position: must be beyond ${before.position}, the one before it.`);
  }
  if (event.recorded_at < before.recorded_at) {
    throw new LogFileError(
      `Line ${number}: recorded_at: must not be earlier than that of the event before it.`,
    );
  }
}

/** A file that was cut off must not pass for a whole one. */
function checkCounts(header: LogHeader, events: number, heads: Map<number, LogLine>): void {
  const fits =
    events === header.events &&
    heads.size === header.partitions.length &&
    header.partitions.every(
      ({ partition, last_position }) => heads.get(partition)?.position === last_position,
    );
  if (!fits) {
    throw new LogFileError(
      `The header promises ${header.events} events, and ${events} came, or not those it promises. Is the file whole?`,
    );
  }
}

/** An order without its first events cannot be folded. */
async function checkStreams(transaction: DatabaseTransactionConnection, partitions: number[]): Promise<void> {
  const row = z.object({ order_id: z.uuid(), position: z.int(), version: z.int(), expected: z.int() });
  const broken = await transaction.any(sql.type(row)`
    SELECT order_id, position, version, expected
      FROM (SELECT order_id, position, version,
                   row_number() OVER (PARTITION BY tenant_id, order_id ORDER BY position) AS expected
              FROM events
             WHERE partition = ANY (${sql.array(partitions, 'int4')})) AS event
     WHERE version <> expected
     ORDER BY position
     LIMIT 1`);
  const [first] = broken;
  if (first) {
    throw new LogFileError(
      `${toId('ord', first.order_id)} has version ${first.version} at position ${first.position}, where version ${first.expected} must be. ` +
        'A log without the beginning of its orders cannot be imported: export it without --from.',
    );
  }
}

async function insert(
  transaction: DatabaseTransactionConnection,
  batch: LogLine[],
  lastLine: number,
): Promise<void> {
  const column = <K extends keyof LogLine>(name: K) => batch.map((event) => event[name]);
  try {
    await transaction.query(
      insertEvents(
        column('partition'),
        column('position'),
        column('tenant_id'),
        column('order_id'),
        column('version'),
        column('event_id'),
        column('type'),
        column('schema_version'),
        column('data').join(SEPARATOR),
        column('idempotency_key'),
        column('fingerprint'),
        column('recorded_at'),
        column('traceparent'),
        column('key_id'),
      ),
    );
  } catch (error) {
    if (!(error instanceof UniqueIntegrityConstraintViolationError)) throw error;
    const what =
      error.constraint === 'events_idempotency_key_unique'
        ? 'idempotency_key: a tenant has this key already'
        : 'version: an order has this version already';
    throw new LogFileError(`Lines ${lastLine - batch.length + 1} to ${lastLine}: ${what}.`, { cause: error });
  }
}
