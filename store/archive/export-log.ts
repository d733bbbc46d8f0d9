/** Export: writes the log, or a part of it, as lines of a file (log-file.ts). */
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { readAccess, writeAccess } from './access-lines.ts';
import { countPersonal } from './personal-lines.ts';
import { LogFileError, type LogHeader, type LogLine, type LogTenant, writeLine } from './log-file.ts';
import { keyModes } from '../keys/new-key.ts';
import { statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';

/** Events in one statement. Bounds the memory. */
const PAGE_EVENTS_MAX = 200;

const exportedRow = z.object({
  position: z.int(),
  tenant_id: z.uuid(),
  order_id: z.uuid(),
  version: z.int(),
  event_id: z.uuid(),
  type: z.string(),
  schema_version: z.int(),
  data: z.string(),
  idempotency_key: z.string(),
  fingerprint: z.string(),
  recorded_at: z.string(),
  traceparent: z.string().nullable(),
  key_id: z.uuid().nullable(),
  number: z.string().nullable(),
  claim: z.string().nullable(),
});
const readPage = statement('archive/export-events', exportedRow);

const shareRow = z.object({
  partition: z.int(),
  tenant_id: z.uuid(),
  events: z.int(),
  last_position: z.int(),
  name: z.string(),
  home: z.int(),
  created_at: z.string(),
  mode: keyModes,
  test_of: z.uuid().nullable(),
});

export interface ExportRange {
  /** A UUID; all tenants when left out. */
  tenantId?: string | undefined;
  /** First position in each partition. */
  from: number;
  /** Last position in each partition. */
  to: number;
  /** Whether the file gets the API keys and webhook endpoints of its tenants. */
  hasAccess?: boolean | undefined;
}

/**
 * The lines of the file, without newlines, the header first. Events that are appended after the
 * first line was read are left out. The rest is consistent without a snapshot: events never change,
 * and positions follow the order of commits.
 *
 * @throws {LogFileError} the log lost the event before `from`: an earlier file has other events
 */
export async function* exportLog(pool: DatabasePool, range: ExportRange): AsyncGenerator<string> {
  await requireInLog(pool, range.from - 1);
  // First: an endpoint gets what is appended meanwhile.
  const access = range.hasAccess ? await readAccess(pool) : undefined;
  const header = await headerOf(pool, range);
  const isExported = ({ tenant_id: id }: { tenant_id: string }) =>
    header.tenants.some(({ tenant_id }) => tenant_id === id);
  const keys = access?.keys.filter(isExported) ?? [];
  const endpoints = access?.endpoints.filter(isExported) ?? [];
  const personal = await countPersonal(pool, range.tenantId);
  yield JSON.stringify({
    ...header,
    ...(access && { keys: keys.length, endpoints: endpoints.length }),
    ...personal.header,
  });
  yield* writeAccess({ keys, endpoints });
  yield* personal.lines();
  for (const { partition, last_position } of header.partitions) {
    let after = range.from - 1;
    while (after < last_position) {
      const rows = await reachable(pool.any(readPage(partition, after, last_position, PAGE_EVENTS_MAX)));
      for (const row of rows) {
        if (range.tenantId !== undefined && row.tenant_id !== range.tenantId) continue;
        yield writeLine(lineOf(partition, row));
      }
      after = rows.at(-1)?.position ?? last_position;
    }
  }
}

async function requireInLog(pool: DatabasePool, position: number): Promise<void> {
  const isLost = await reachable(
    pool.oneFirst(sql.type(z.object({ lost: z.boolean().nullable() }))`
      SELECT bool_and(is_lost_position(partition, ${position})) AND bool_or(position >= ${position}) AS lost
        FROM log_heads`),
  );
  if (isLost === true)
    throw new LogFileError(
      `The log lost position ${position} in a failover or restore, so that an earlier file has events which the log has not. ` +
        'Export the whole log again.',
    );
}

/** The header: the events of the range, counted in one snapshot. */
async function headerOf(pool: DatabasePool, range: ExportRange): Promise<LogHeader> {
  const { tenantId, from, to } = range;
  const tenant = tenantId === undefined ? sql.fragment`` : sql.fragment`AND tenant_id = ${tenantId}`;
  const { shares, links } = await pool.transaction(async (transaction) => {
    // Counting a large log takes longer than the timeout of the pool.
    await transaction.query(sql.unsafe`SET LOCAL statement_timeout = 0`);
    const shares = await transaction.any(sql.type(shareRow)`
      SELECT share.*, tenant.name, tenant.partition AS home, tenant.mode, tenant.test_of,
             to_char(tenant.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at
        FROM (SELECT partition, tenant_id, count(*) AS events, max(position) AS last_position
                FROM events
               WHERE position >= ${from} AND position <= ${to} ${tenant}
               GROUP BY partition, tenant_id) AS share
        JOIN tenants AS tenant USING (tenant_id)
       ORDER BY share.partition, tenant_id`);
    const isWhole = tenantId === undefined && from === 1;
    return { shares, links: isWhole ? await readLinks(transaction, shares) : [] };
  });
  const partitions = new Map<number, LogHeader['partitions'][number]>();
  const tenants = new Map<string, LogTenant>();
  for (const { partition, events, last_position, tenant_id, name, home, created_at, ...own } of shares) {
    const sum = partitions.get(partition) ?? { partition, events: 0, last_position: 0 };
    sum.events += events;
    sum.last_position = Math.max(sum.last_position, last_position);
    partitions.set(partition, sum);
    const test: Pick<LogTenant, 'mode' | 'test_of'> = own.mode === 'test' ? { mode: own.mode } : {};
    if (own.test_of !== null) test.test_of = own.test_of;
    tenants.set(tenant_id, { tenant_id, name, partition: home, created_at, ...test });
  }
  return {
    holdfast_log: 1,
    events: shares.reduce((sum, { events }) => sum + events, 0),
    partitions: [...partitions.values()].map((sum) =>
      Object.assign(sum, links.find(({ partition }) => partition === sum.partition)?.members),
    ),
    tenants: [...tenants.values()].sort((a, b) => (a.tenant_id < b.tenant_id ? -1 : 1)),
  };
}

const linkRow = z.object({ link: z.string().nullable(), linked_after: z.int() });

/**
 * The link of the last exported event of each partition, without those whose data was rewritten:
 * the file has not what their links cover.
 */
async function readLinks(
  transaction: DatabaseTransactionConnection,
  shares: readonly z.output<typeof shareRow>[],
) {
  const lasts = new Map<number, number>();
  for (const { partition, last_position } of shares)
    lasts.set(partition, Math.max(last_position, lasts.get(partition) ?? 0));
  const links: { partition: number; members: { link?: string; linked_after?: number } }[] = [];
  for (const [partition, position] of lasts) {
    const row = await transaction.maybeOne(sql.type(linkRow)`
      SELECT head.linked_after, encode(event.link, 'hex') AS link
        FROM log_heads AS head
        JOIN events AS event ON event.partition = head.partition AND event.position = ${position}
       WHERE head.partition = ${partition}
         AND (SELECT position FROM log_rewrites WHERE partition = ${partition} LIMIT 1) IS NULL`);
    if (row === null) continue;
    const { link, linked_after } = row;
    const members = link === null ? {} : { link, ...(linked_after > 0 && { linked_after }) };
    links.push({ partition, members });
  }
  return links;
}

/** Fixes the order of the members, which is part of the format. */
const lineOf = (partition: number, row: z.output<typeof exportedRow>): LogLine => ({
  partition,
  position: row.position,
  tenant_id: row.tenant_id,
  order_id: row.order_id,
  version: row.version,
  event_id: row.event_id,
  type: row.type,
  schema_version: row.schema_version,
  idempotency_key: row.idempotency_key,
  fingerprint: row.fingerprint,
  recorded_at: row.recorded_at,
  traceparent: row.traceparent,
  key_id: row.key_id,
  number: row.number ?? undefined,
  claim: row.claim ?? undefined,
  data: row.data,
});
