/** What is measured of one log: appends, reads, a rebuild, sizes, and work in the background. */
import { setTimeout as delay } from 'node:timers/promises';
import { randomInt } from 'node:crypto';
import { pino } from 'pino';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { ordersProjection } from '../../projections/orders.ts';
import { rebuild } from '../../projections/rebuild/rebuild.ts';
import { createOrderLog } from '../../store/log/log.ts';
import { openPool } from '../../store/pool.ts';
import { sampleAppend } from '../bench/sample-append.ts';
import { openConnection } from '../kit/http/connection.ts';
import { type Result, load } from '../kit/http/http-client.ts';
import { median, quantile } from '../kit/open-loop.ts';
import { apiKey, placeOrder } from '../kit/order-request.ts';
import { connected } from '../kit/postgres/connected.ts';
import { GROWING } from './fill.ts';
import { CUSTOMERS_COUNT, EVENTS_PER_ORDER, orderOf } from './template.ts';

const CONNECTIONS_COUNT = 64;
const POLL_DELAY_MS = 100;
const APPENDS_COUNT = 1_000;
const READS_COUNT = 300;
const TIMEOUT_MS = 10_000;
/** The load runs this long before the work in the background begins. */
const LEAD_MS = 1_000;
const STATEMENT_TIMEOUT_MS = 3_600_000;

/** A filled log, and the server that serves it. */
export interface Grown {
  events: number;
  orders: number;
  databaseUrl: string;
  port: number;
}

/** p50 and p99 in ms. */
export interface Latency {
  p50: number;
  p99: number;
}

const latencyOf = (times: readonly number[]): Latency => ({
  p50: median(times),
  p99: quantile(times, 0.99),
});

/** Places orders. Then waits for the consumers, so that no log pays for the one before it. */
export async function place({ port, databaseUrl }: Grown, durationMs: number): Promise<Result> {
  const result = await load({ host: '127.0.0.1', port, request: placeOrder }, CONNECTIONS_COUNT, durationMs);
  await connected(databaseUrl, async (database) => {
    const behind = `
      SELECT FROM checkpoints AS own JOIN log_heads AS head USING (partition)
       WHERE own.position < head.position AND own.consumer NOT LIKE '%.%'`;
    while ((await database.query(behind)).rowCount !== 0) await delay(POLL_DELAY_MS);
  });
  return result;
}

const open = (databaseUrl: string): Promise<DatabasePool> =>
  openPool({
    databaseUrl,
    size: 4,
    log: pino({ level: 'silent' }),
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });

/** Appends one event after the other, without HTTP. */
export async function appendLatency({ databaseUrl }: Grown): Promise<Latency> {
  const pool = await open(databaseUrl);
  const log = createOrderLog({ pool, capacity: APPENDS_COUNT });
  const tenantId = await pool.oneFirst(
    sql.type(z.object({ tenant_id: z.uuid() }))`SELECT tenant_id FROM events LIMIT 1`,
  );
  const times: number[] = [];
  for (let n = 0; n < APPENDS_COUNT; n += 1) {
    const startedMs = performance.now();
    await log.append(sampleAppend(tenantId));
    times.push(performance.now() - startedMs);
  }
  await pool.end();
  return latencyOf(times);
}

/** Reads and replays over one connection, each of another order. */
export async function readLatencies({ port, orders, databaseUrl }: Grown): Promise<Record<string, Latency>> {
  const wanted = Array.from({ length: READS_COUNT }, () => randomInt(1, orders + 1));
  const { rows } = await connected(databaseUrl, (database) =>
    database.query<{ k: number; key: string; at: string }>(
      `SELECT k, idempotency_key AS key, to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at
       FROM unnest($1::integer[]) WITH ORDINALITY AS wanted (k, n)
       JOIN events ON position = (k - 1)::bigint * ${EVENTS_PER_ORDER} + 1 AND partition = 0
      ORDER BY n`,
      [wanted],
    ),
  );
  const connection = openConnection(() => ({ host: '127.0.0.1', port }));
  type Row = (typeof rows)[0];
  async function timed(request: (row: Row) => { path: string; key?: string; body?: string }) {
    const times: number[] = [];
    for (const row of rows) {
      const startedMs = performance.now();
      const response = await connection.send({ apiKey, ...request(row) }, { timeoutMs: TIMEOUT_MS });
      times.push(performance.now() - startedMs);
      const isReplay = typeof response === 'object' && response.replayed;
      if (typeof response === 'string' || (response.status !== 200 && !isReplay))
        throw new Error(typeof response === 'string' ? response : response.body);
    }
    return latencyOf(times);
  }
  const pages = '/v2/orders?limit=20';
  const found = {
    'page, newest': await timed(() => ({ path: pages })),
    'page, from a time': await timed(({ at }) => ({ path: `${pages}&placed_after=${at}` })),
    'page, of a customer': await timed(({ k }) => ({
      path: `${pages}&customer_id=cus_${k % CUSTOMERS_COUNT}`,
    })),
    receipt: await timed(({ key }) => ({ path: `/v2/idempotency-keys/${key}` })),
    replay: await timed(({ k, key }) => ({ path: '/v1/orders', key, body: JSON.stringify(orderOf(k)) })),
  };
  connection.close();
  return found;
}

/** Rebuilds `orders`. @returns events a second, with the comparison and the swap */
export async function rebuildRate({ databaseUrl }: Grown): Promise<number> {
  const pool = await open(databaseUrl);
  const events = await pool.oneFirst(
    sql.type(z.object({ position: z.int() }))`SELECT sum(position)::bigint AS position FROM log_heads`,
  );
  const startedMs = performance.now();
  const found = await rebuild(pool, ordersProjection, { onProgress: () => {} });
  const seconds = (performance.now() - startedMs) / 1_000;
  await pool.end();
  if (found.missing + found.surplus + found.different > 0) throw new Error(JSON.stringify(found));
  return events / seconds;
}

/** Placing while a statement runs. */
export interface Background {
  /** Orders a second, as a share of those before it. */
  share: number;
  /** Of placing, in ms. */
  p99: number;
  /** Of the statement, or until it was cancelled. */
  seconds: number;
  isOver: boolean;
}

/** Orders a second while a statement runs, as a share of those before it. */
export const placeDuring = (grown: Grown, statement: string, durationMs: number): Promise<Background> =>
  connected(grown.databaseUrl, async (database) => {
    // As autovacuum works: with a pause after each part.
    await database.query(`SET vacuum_cost_delay = '2ms'`);
    const before = await place(grown, durationMs);
    const loaded = place(grown, LEAD_MS + durationMs);
    await delay(LEAD_MS);
    const startedMs = performance.now();
    const ended = (isOver: boolean) => ({ isOver, seconds: (performance.now() - startedMs) / 1_000 });
    const ran = database.query(statement).then(
      () => ended(true),
      () => ended(false),
    );
    const timer = setTimeout(() => void cancel(grown.databaseUrl, statement), durationMs);
    const during = await loaded;
    const { isOver, seconds } = await ran;
    clearTimeout(timer);
    return { share: during.rate / before.rate, p99: during.p99, seconds, isOver };
  });

const cancel = (databaseUrl: string, statement: string): Promise<unknown> =>
  connected(databaseUrl, (database) =>
    database.query('SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = $1', [statement]),
  );

/** Bytes of a table or an index. */
export interface Size {
  name: string;
  bytes: number;
  rows: number;
}

/** The tables that grow, each with its indexes behind it. */
export const sizesOf = ({ databaseUrl }: Grown): Promise<Size[]> =>
  connected(databaseUrl, async (database) => {
    const sizes: Size[] = [];
    for (const table of GROWING) {
      const { rows } = await database.query<{ name: string; bytes: string; rows: string }>(
        `SELECT $1::text AS name, pg_table_size($1::text::regclass) AS bytes, (SELECT count(*) FROM ${table}) AS rows
          UNION ALL
         SELECT indexrelid::regclass::text, pg_relation_size(indexrelid), (SELECT count(*) FROM ${table})
           FROM pg_index WHERE indrelid = $1::text::regclass
          ORDER BY 1`,
        [table],
      );
      const found = rows.map(({ name, bytes, rows: count }) => ({
        name,
        bytes: Number(bytes),
        rows: Number(count),
      }));
      sizes.push(...found.toSorted((a, b) => Number(b.name === table) - Number(a.name === table)));
    }
    return sizes;
  });
