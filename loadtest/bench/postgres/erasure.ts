/**
 * npm run bench:erasure [-- --customers 100000 --erased 1000 --rate 100 --seconds 20]
 *
 * Places an order for each of many customers, whose personal data is sealed. Then erases some of
 * them while orders arrive at a steady rate: their latencies before and meanwhile. Compares totals
 * and sales before and after, verifies the log and each read table, rebuilds `orders`, and repeats
 * the erased customers' requests under their old keys.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { type DatabasePool, sql } from 'slonik';
import { Pool } from 'undici';
import { z } from 'zod';
import { rebuild } from '../../../projections/rebuild/rebuild.ts';
import { verify } from '../../../projections/rebuild/verify.ts';
import { ordersProjection } from '../../../projections/orders.ts';
import { PROJECTIONS } from '../../../projections/registry.ts';
import { verifyLog } from '../../../store/integrity/verify/verify-log.ts';
import { openPool } from '../../../store/pool.ts';
import { openLoop, quantile } from '../../kit/open-loop.ts';
import { apiKey, order } from '../../kit/order-request.ts';
import { watchCost } from '../../kit/postgres/cost.ts';
import { startServices } from '../../kit/services.ts';
import { serveHoldfast } from '../../serve.ts';

const { values: options } = parseArgs({
  options: {
    customers: { type: 'string', default: '100000' },
    erased: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '20' },
  },
});
const customers = Number(options.customers);
const erased = Number(options.erased);
const seconds = Number(options.seconds);
const BATCH_ORDERS = 100;
const BATCHES_IN_FLIGHT = 4;
const CONNECTIONS_COUNT = 64;
const say = (text: string) => process.stdout.write(`${text}\n`);

const services = await startServices();
const { child, port } = await serveHoldfast({
  ...services,
  env: { HOLDFAST_PERSONAL_KEY: randomBytes(32).toString('base64') },
});
const http = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS_COUNT, pipelining: 1 });
const cost = await watchCost(services.databaseUrl);

async function ask(method: 'POST' | 'DELETE', path: string, body?: unknown, key: string = randomUUID()) {
  const answer = await http.request({
    method,
    path,
    headers: {
      authorization: `Bearer ${apiKey}`,
      'idempotency-key': key,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, text };
}

const orderOf = (customer: number) => ({ ...order, customer_id: `cus_${customer}` });
const keyOf = (customer: number) => `order-${customer}`;

/** Runs a task for each number below `count`, with `width` of them in flight. */
async function each(count: number, width: number, task: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await task(next - 1);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Orders at a steady rate, until a time or the end of other work. @returns p50 and p99 in ms */
async function steadily(goesOn: (passed: number) => boolean): Promise<string> {
  const latencies: number[] = [];
  let failures = 0;
  await openLoop({
    rate: () => Number(options.rate),
    goesOn,
    async send(dueMs) {
      const { status } = await ask('POST', '/v1/orders', orderOf(customers + latencies.length));
      latencies.push(performance.now() - dueMs);
      if (status !== 201) failures += 1;
    },
  });
  const ms = (q: number) => `${quantile(latencies, q).toFixed(1)} ms`;
  return `p50 ${ms(0.5)}, p99 ${ms(0.99)} of ${latencies.length}, ${failures} failed`;
}

/** What an erasure must not change: a digest of the totals of all customers but later ones. */
const totals = (pool: DatabasePool) =>
  pool.oneFirst(sql.type(z.object({ digest: z.string() }))`
    SELECT md5(string_agg(total::text, ' ' ORDER BY customer_id)) AS digest
      FROM customer_totals AS total
     WHERE substr(customer_id, 5)::integer < ${customers}`);

async function bench(pool: DatabasePool): Promise<void> {
  const startedMs = performance.now();
  await each(customers / BATCH_ORDERS, BATCHES_IN_FLIGHT, async (batch) => {
    const orders = Array.from({ length: BATCH_ORDERS }, (_, n) => batch * BATCH_ORDERS + n).map(
      (customer) => ({
        idempotency_key: keyOf(customer),
        order: orderOf(customer),
      }),
    );
    const { status, text } = await ask('POST', '/v1/order-batches', { orders });
    if (status !== 207) throw new Error(text.slice(0, 500));
  });
  await cost.settled();
  say(
    `${customers} customers with an order each after ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`,
  );

  say(`orders at ${options.rate}/s before   ${await steadily((passed) => passed < seconds)}`);
  await cost.settled();
  const before = await totals(pool);
  await erase(pool);
  await check(pool, before);
}

/** Erases customers, spread over the time, while orders arrive. Those have other customers. */
async function erase(pool: DatabasePool): Promise<void> {
  const heads = () =>
    pool.oneFirst(sql.type(z.object({ head: z.int() }))`SELECT sum(position) AS head FROM log_heads`);
  const from = await heads();
  let isOver = false;
  const meanwhile = steadily(() => !isOver);
  const latencies: number[] = [];
  await openLoop({
    rate: () => erased / seconds,
    goesOn: (passed) => passed < seconds,
    async send(dueMs) {
      const customer = latencies.length;
      latencies.push(Number.NaN);
      const { status, text } = await ask('DELETE', `/v2/customers/cus_${customer}/personal-data`);
      if (status !== 200) throw new Error(text.slice(0, 500));
      latencies[customer] = performance.now() - dueMs;
    },
  });
  isOver = true;
  say(`orders meanwhile          ${await meanwhile}`);
  say(
    `${latencies.length} erasures              p50 ${quantile(latencies, 0.5).toFixed(1)} ms, p99 ${quantile(latencies, 0.99).toFixed(1)} ms; ${(await heads()) - from} events`,
  );
}

async function check(pool: DatabasePool, before: string): Promise<void> {
  await cost.settled();
  const after = await totals(pool);
  say(`totals of the customers   ${before === after ? 'as before' : `DIFFER: ${before}, ${after}`}`);
  const { findings, partitions } = await verifyLog(pool, { threads: 2 });
  const events = partitions.reduce((sum, each) => sum + each.events, 0);
  say(`log verify                ${events} events, ${findings.length} findings`);
  for (const projection of PROJECTIONS)
    say(`${projection.name}: ${JSON.stringify(await verify(pool, projection, { onProgress: () => {} }))}`);
  say(
    `rebuild of orders: ${JSON.stringify(await rebuild(pool, ordersProjection, { onProgress: () => {} }))}`,
  );
  const statuses = new Map<string, number>();
  await each(erased, CONNECTIONS_COUNT, async (customer) => {
    const { status, headers, text } = await ask('POST', '/v1/orders', orderOf(customer), keyOf(customer));
    const isOpen = text.includes('Harbour Row');
    const kind = `${status}${headers['holdfast-erased'] ? ', erased' : ''}${headers['idempotent-replayed'] ? ', replayed' : ''}${isOpen ? ', READABLE' : ''}`;
    statuses.set(kind, (statuses.get(kind) ?? 0) + 1);
  });
  say(`repeats under old keys: ${[...statuses].map(([kind, count]) => `${count} × ${kind}`).join('; ')}`);
}

const pool = await openPool({
  databaseUrl: services.databaseUrl,
  size: 6,
  log: pino({ level: 'silent' }),
  statementTimeoutMs: 600_000,
});
try {
  await bench(pool);
} finally {
  await pool.end();
  await cost.stop();
  await http.close();
  child.kill('SIGTERM');
  await services.stop();
}
