/**
 * npm run bench:webhooks [-- --events 20000 --rounds 3 --rate 500 --seconds 20]
 *
 * Measures events a second from a filled log to a receiver, and jobs a second of BullMQ alone, in
 * the same run. Then the time from an order to its webhook, at a steady rate of orders.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { sql } from 'slonik';
import { Pool } from 'undici';
import { openReceiver } from '../kit/receiver.ts';
import { startServices } from '../kit/services.ts';
import { CONSUMERS } from '../../process/consumers.ts';
import { createTenant } from '../../store/keys/api-keys.ts';
import { createOrderLog } from '../../store/log/log.ts';
import { migrate } from '../../store/migrate.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { openPool } from '../../store/pool.ts';
import { sampleAppend } from './sample-append.ts';
import { median, openLoop, quantile } from '../kit/open-loop.ts';
import { apiKey, body } from '../kit/order-request.ts';
import { holdfastEnv, pinned, serveHoldfast, startApart } from '../serve.ts';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
  },
});
const [events, rounds, rate, seconds] = [options.events, options.rounds, options.rate, options.seconds].map(
  Number,
) as [number, number, number, number];
/** Shops with one endpoint each: an endpoint gets at most 1,000 events a second. */
const SHOPS_COUNT = 20;

const WARM_UP_SECONDS = 5;

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const say = (text: string) => process.stdout.write(`${text}\n`);
const show = (value: number) => Math.round(value).toLocaleString('en').padStart(7);

const log = pino({ level: 'silent' });
const services = await startServices();
await migrate(services.databaseUrl);
const pool = await openPool({ databaseUrl: services.databaseUrl, size: 10, log });
await ensurePartitions(pool, 1, CONSUMERS);
const children: ChildProcess[] = [];
const env = (roles: string) => ({
  HOLDFAST_ROLES: roles,
  HOLDFAST_WEBHOOK_LOOPBACK: 'on',
  HOLDFAST_LOG_LEVEL: 'warn',
});

const receiver = await openReceiver();
const { url } = receiver;

const orderLog = createOrderLog({ pool, capacity: 10_000 });
const fill = async (tenants: readonly string[]) => {
  let remaining = events;
  const writer = async () => {
    while (remaining > 0) {
      remaining -= 1;
      await orderLog.append(sampleAppend(tenants[remaining % tenants.length]!));
    }
  };
  await Promise.all(Array.from({ length: 200 }, writer));
};

/** Starts relay and worker. @returns events a second between the first and the last message */
async function drain(): Promise<number> {
  const ended = Promise.withResolvers<void>();
  let [count, first] = [0, 0];
  receiver.onMessage = () => {
    count += 1;
    if (count === 1) first = performance.now();
    if (count === events) ended.resolve();
  };
  const child = startApart([here('../../main.ts')], holdfastEnv({ ...services, env: env('relay,webhooks') }));
  children.push(child);
  child.stdout.resume();
  await ended.promise;
  const drainMs = performance.now() - first;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
  return (events * 1_000) / drainMs;
}

async function floor(): Promise<{ add: number; drain: number }> {
  const child = startApart([here('floor-bullmq.ts'), services.redisUrl, String(events)]);
  children.push(child);
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return JSON.parse(text) as { add: number; drain: number };
}

try {
  say(
    `${events} events, ${SHOPS_COUNT} endpoints, ${rounds} rounds, Node ${process.version}${pinned ? ', server on its own core' : ''}\n`,
  );
  const tenants: string[] = [];
  for (let n = 0; n < SHOPS_COUNT; n += 1) {
    const { tenantId } = await createTenant(pool, `shop ${n}`, 1);
    tenants.push(tenantId);
    await pool.query(sql.unsafe`
      INSERT INTO webhook_endpoints (endpoint_id, tenant_id, partition, edition, url, description, max_per_second, since_position, secret)
      SELECT gen_random_uuid(), ${tenantId}, 0, 'v2', ${url}, '', 1000, position, sha256('bench') FROM log_heads WHERE partition = 0`);
  }
  const figures: Record<string, number[]> = { sent: [], add: [], drain: [] };
  for (let round = 0; round < rounds; round += 1) {
    await fill(tenants);
    figures['sent']!.push(await drain());
    const bullmq = await floor();
    figures['add']!.push(bullmq.add);
    figures['drain']!.push(bullmq.drain);
  }
  say('per second, medians');
  say(`  events, log to receiver      ${show(median(figures['sent']!))}`);
  say(`  jobs, BullMQ's addBulk       ${show(median(figures['add']!))}`);
  say(`  jobs, BullMQ's worker        ${show(median(figures['drain']!))}`);

  await pool.query(sql.unsafe`DELETE FROM webhook_endpoints`);
  const { child, port } = await serveHoldfast({ ...services, env: env('api,projector,relay,webhooks') });
  children.push(child);
  const api = new Pool(`http://127.0.0.1:${port}`, { connections: 64 });
  const headers = (key: string) => ({
    authorization: `Bearer ${apiKey}`,
    'idempotency-key': key,
    'content-type': 'application/json',
  });
  const post = async (path: string, key: string, content: string): Promise<number> => {
    const response = await api.request({ path, method: 'POST', headers: headers(key), body: content });
    await response.body.dump();
    return response.statusCode;
  };
  await post('/v2/webhook-endpoints', 'endpoint', JSON.stringify({ url, max_per_second: 1_000 }));
  const lagsMs: number[] = [];
  const arrived = Promise.withResolvers<void>();
  let [placed, refused, messages, ended] = [0, 0, 0, false];
  const began = Date.now();
  receiver.onMessage = (text) => {
    messages += 1;
    const recorded = Date.parse((JSON.parse(text) as { timestamp: string }).timestamp);
    if (recorded > began + WARM_UP_SECONDS * 1_000) lagsMs.push(Date.now() - recorded);
    if (ended && messages === placed) arrived.resolve();
  };
  await openLoop({
    rate: () => rate,
    goesOn: (at) => at < WARM_UP_SECONDS + seconds,
    async send() {
      const status = await post('/v1/orders', crypto.randomUUID(), body);
      if (status === 201) placed += 1;
      else refused += 1;
    },
  });
  ended = true;
  if (messages < placed) await arrived.promise;
  say(`\nfrom the log to the receiver, ${rate} orders/s for ${seconds} s, all roles in one process`);
  say(`  ${placed} placed, ${refused} refused, ${messages} received`);
  say(`  p50 ${median(lagsMs)} ms   p99 ${quantile(lagsMs, 0.99)} ms   max ${quantile(lagsMs, 1)} ms`);
  await api.destroy();
} finally {
  for (const child of children) child.kill('SIGTERM');
  receiver.close();
  await pool.end();
  await services.stop();
}
