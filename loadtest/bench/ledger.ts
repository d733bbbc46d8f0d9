/**
 * npm run bench:ledger [-- --deliveries 5000000 --rate 100 --seconds 15]
 *
 * Measures webhooks with a ledger of 5,000 deliveries, and then with many: a delivery, a page of
 * the ledger, the deletion of endpoints under load, and what the removal keeps up with.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { sql } from 'slonik';
import { Pool } from 'undici';
import { z } from 'zod';
import { median, openLoop, quantile } from '../kit/open-loop.ts';
import { apiKey, body } from '../kit/order-request.ts';
import { openReceiver } from '../kit/receiver.ts';
import { startServices } from '../kit/services.ts';
import { migrate } from '../../store/migrate.ts';
import { toId } from '../../store/ids.ts';
import { openPool } from '../../store/pool.ts';
import { type DeliveriesQuery, listDeliveries } from '../../store/webhooks/deliveries.ts';
import { LEDGER_BEGIN, removeOldDeliveries } from '../../store/webhooks/removals.ts';
import { serveHoldfast } from '../serve.ts';

const { values: options } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '5000000' },
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '15' },
  },
});
const [deliveries, rate, seconds] = [options.deliveries, options.rate, options.seconds].map(Number) as [
  number,
  number,
  number,
];
const DELIVERIES_MIN = 5_000;
/** The first has half of the deliveries, the others share the rest. */
const ENDPOINTS_COUNT = 20;
/** One delivery of so many ended before the retention. */
const OLD_EVERY = 10;
const PAGE_ROWS = 20;
const PAGES_COUNT = 500;
const WARM_UP_SECONDS = 3;
/** The removal of millions takes minutes: its rate is measured for this long. */
const REMOVAL_SECONDS_MAX = 30;
const REMOVAL_SAMPLE_MS = 1_000;
const STATEMENT_TIMEOUT_MS = 900_000;

const say = (text: string) => process.stdout.write(`${text}\n`);
const log = pino({ level: 'silent' });
const services = await startServices();
await migrate(services.databaseUrl);
const pool = await openPool({
  databaseUrl: services.databaseUrl,
  size: 4,
  log,
  statementTimeoutMs: STATEMENT_TIMEOUT_MS,
});
const count = (from: ReturnType<typeof sql.fragment>) =>
  pool.oneFirst(sql.type(z.object({ count: z.int() }))`SELECT count(*) ${from}`);

const receiver = await openReceiver();
const { url } = receiver;

const children = new Set<ChildProcess>();
async function start() {
  const { child, port } = await serveHoldfast({
    ...services,
    env: { HOLDFAST_WEBHOOK_LOOPBACK: 'on', HOLDFAST_LOG_LEVEL: 'warn' },
  });
  children.add(child);
  const api = new Pool(`http://127.0.0.1:${port}`, { connections: 64 });
  return {
    async request(method: 'POST' | 'DELETE', path: string, content?: string): Promise<number> {
      const headers = {
        authorization: `Bearer ${apiKey}`,
        'idempotency-key': crypto.randomUUID(),
        ...(content !== undefined && { 'content-type': 'application/json' }),
      };
      const response = await api.request({ path, method, headers, body: content ?? null });
      await response.body.dump();
      return response.statusCode;
    },
    async stop() {
      await api.destroy();
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
      children.delete(child);
    },
  };
}
type Server = Awaited<ReturnType<typeof start>>;

/** Fills the ledgers of new, disabled endpoints. @returns their ids; the first has the most */
async function fill(rows: number): Promise<readonly string[]> {
  const ids = await pool.anyFirst(sql.type(z.object({ endpoint_id: z.uuid() }))`
    INSERT INTO webhook_endpoints (endpoint_id, tenant_id, partition, edition, url, description, max_per_second, since_position,
                                   secret, created_at, disabled_at, disabled_reason)
    SELECT gen_random_uuid(), tenant_id, 0, 'v2', ${url}, '', 1000, 0, sha256('bench'), now() - interval '60 days', now(), 'by_client'
      FROM (SELECT tenant_id FROM tenants LIMIT 1) AS tenant, generate_series(1, ${ENDPOINTS_COUNT})
    RETURNING endpoint_id`);
  await pool.transaction(async (transaction) => {
    // Without checks and secondary indexes: they are built afterwards, as a dump is restored.
    await transaction.query(sql.unsafe`SET LOCAL session_replication_role = replica`);
    const indexes = await transaction.any(sql.type(z.object({ name: z.string(), definition: z.string() }))`
      SELECT indexname AS name, indexdef AS definition FROM pg_indexes
       WHERE tablename = 'webhook_deliveries' AND indexname NOT LIKE '%\\_key' AND indexname NOT LIKE '%\\_pkey'`);
    for (const { name } of indexes) await transaction.query(sql.unsafe`DROP INDEX ${sql.identifier([name])}`);
    await transaction.query(sql.unsafe`
      INSERT INTO webhook_deliveries (endpoint_id, event_id, event_type, partition, position, order_id, order_version, status,
                                      attempts, tries, created_at, queued_at, finished_at, last_status)
      SELECT (${sql.array([...ids], 'uuid')})[CASE WHEN n % 2 = 0 THEN 1 ELSE 2 + n / 2 % ${ENDPOINTS_COUNT - 1} END],
             lpad(to_hex(n), 32, '0')::uuid, 'OrderPlaced', 0, n, lpad(to_hex(n), 32, '0')::uuid, 1,
             CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'delivered' END, 1, 1, at, at, at, 204
        FROM generate_series(1, ${rows}) AS n
       CROSS JOIN LATERAL (
               SELECT now() - CASE WHEN n <= ${rows / OLD_EVERY} THEN interval '31 days' ELSE interval '20 days' END
                      + n * interval '1 ms' AS at
             ) AS ended`);
    await transaction.query(sql.unsafe`
      INSERT INTO webhook_attempts (delivery_id, number, attempted_at, duration_ms, status)
      SELECT delivery_id, 1, finished_at, 5, 204 FROM webhook_deliveries
       WHERE endpoint_id = ANY (${sql.array([...ids], 'uuid')})`);
    for (const { definition } of indexes) await transaction.query({ ...sql.unsafe`CREATE`, sql: definition });
  });
  await pool.query(sql.unsafe`VACUUM ANALYZE webhook_deliveries, webhook_attempts`);
  await pool.query(sql.unsafe`CHECKPOINT`);
  return ids;
}

/** Removes the old deliveries without a pause. @returns deliveries a second */
async function removeOld(): Promise<number> {
  const startedMs = performance.now();
  let [removed, since]: [number, string | undefined] = [0, LEDGER_BEGIN];
  while (since !== undefined) {
    const step = await removeOldDeliveries(pool, 1_000, since);
    removed += step.removed;
    since = step.last;
  }
  return (removed * 1_000) / (performance.now() - startedMs);
}

/** Pages of the largest ledger, each at another place. @returns the p99 in ms, by filter */
async function pages(endpointId: string): Promise<Record<string, number>> {
  const range = await pool.one(sql.type(z.object({ low: z.int(), high: z.int(), orders: z.array(z.uuid()) }))`
    SELECT min(number) AS low, max(number) AS high,
           (SELECT array_agg(order_id) FROM (SELECT order_id FROM webhook_deliveries
                                              WHERE endpoint_id = ${endpointId} LIMIT ${PAGES_COUNT}) AS row) AS orders
      FROM webhook_deliveries WHERE endpoint_id = ${endpointId}`);
  const p99 = async (query: (n: number) => Partial<DeliveriesQuery>) => {
    const times: number[] = [];
    for (let n = 0; n < PAGES_COUNT; n += 1) {
      const from = Math.round(range.low + Math.random() * (range.high - range.low));
      const startedMs = performance.now();
      await listDeliveries(pool, { endpointId, direction: 'desc', limit: PAGE_ROWS, from, ...query(n) });
      times.push(performance.now() - startedMs);
    }
    return quantile(times, 0.99);
  };
  return {
    'page, no filter': await p99(() => ({})),
    'page, status=failed': await p99(() => ({ status: 'failed' })),
    'page, order_id': await p99((n) => ({
      orderId: range.orders[n % range.orders.length]!,
      from: undefined,
    })),
  };
}

/** Places orders at the rate. @returns ms from the log to the receiver, after a warm-up */
async function deliver(server: Server): Promise<number[]> {
  const lagsMs: number[] = [];
  const arrived = Promise.withResolvers<void>();
  let [placed, messages, isOver] = [0, 0, false];
  const began = Date.now();
  receiver.onMessage = (text) => {
    messages += 1;
    const recorded = Date.parse((JSON.parse(text) as { timestamp: string }).timestamp);
    if (recorded > began + WARM_UP_SECONDS * 1_000) lagsMs.push(Date.now() - recorded);
    if (isOver && messages === placed) arrived.resolve();
  };
  await openLoop({
    rate: () => rate,
    goesOn: (at) => at < WARM_UP_SECONDS + seconds,
    async send() {
      if ((await server.request('POST', '/v1/orders', body)) === 201) placed += 1;
    },
  });
  isOver = true;
  if (messages < placed) await arrived.promise;
  return lagsMs;
}

/** Deletes endpoints. @returns ms of each, and their deliveries that the sweep removes a second */
async function deleteAll(server: Server, ids: readonly string[]) {
  const times: number[] = [];
  for (const id of ids) {
    const startedMs = performance.now();
    const status = await server.request('DELETE', `/v2/webhook-endpoints/${toId('whe', id)}`);
    if (status !== 204) throw new Error(`the deletion of an endpoint was answered with ${status}`);
    times.push(performance.now() - startedMs);
  }
  const remaining = () =>
    count(sql.fragment`FROM webhook_deliveries WHERE endpoint_id = ANY (${sql.array([...ids], 'uuid')})`);
  const startedMs = performance.now();
  const before = await remaining();
  let after = before;
  while (after > 0 && performance.now() - startedMs < REMOVAL_SECONDS_MAX * 1_000) {
    await delay(REMOVAL_SAMPLE_MS);
    after = await remaining();
  }
  return { times, rateDeleted: ((before - after) * 1_000) / (performance.now() - startedMs) };
}

async function measure(rows: number): Promise<Record<string, string>> {
  const filledMs = performance.now();
  const ids = await fill(rows);
  const total = await count(sql.fragment`FROM webhook_deliveries`);
  say(`filled: ${total} deliveries, in ${Math.round((performance.now() - filledMs) / 1_000)} s`);
  const rateOld = await removeOld();
  const shown = await pages(ids[0]!);
  const server = await start();
  const quiet = await deliver(server);
  const deleted = deleteAll(server, ids);
  const busy = await deliver(server);
  const { times, rateDeleted } = await deleted;
  await server.stop();
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return {
    'deliveries in the ledger': String(total),
    'delivery, p50': ms(median(quiet)),
    'delivery, p99': ms(quantile(quiet, 0.99)),
    'delivery during removal, p99': ms(quantile(busy, 0.99)),
    ...Object.fromEntries(Object.entries(shown).map(([name, value]) => [`${name}, p99`, ms(value)])),
    'deletion of an endpoint, first (half of all)': ms(times[0]!),
    'deletion of an endpoint, worst of 20': ms(quantile(times, 1)),
    'their deliveries removed, by the sweep': `${Math.round(rateDeleted)} /s`,
    'old deliveries removed, without pauses': `${Math.round(rateOld)} /s`,
  };
}

try {
  const server = await start();
  await server.request('POST', '/v2/webhook-endpoints', JSON.stringify({ url, max_per_second: 1_000 }));
  await server.stop();
  const few = await measure(DELIVERIES_MIN);
  const many = await measure(deliveries);
  say(`\n${rate} orders/s for ${seconds} s, all roles in one process\n`);
  for (const [name, value] of Object.entries(few)) {
    say(`${name.padEnd(46)} ${value.padStart(12)} ${many[name]!.padStart(12)}`);
  }
} finally {
  for (const child of children) child.kill('SIGTERM');
  receiver.close();
  await pool.end();
  await services.stop();
}
