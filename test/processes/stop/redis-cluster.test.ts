/** Limiter and queues on a Redis Cluster of six nodes, one of whose masters dies under load. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RedisCluster, startRedisCluster } from '../../../ops/embedded/redis/redis-cluster.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';
import { type Receiver, openReceiver } from '../../workers/receiver.ts';

const QUOTA = 40;
const apiKey = newApiKey();

let database: TestDatabase;
let folder: string;
let cluster: RedisCluster;
let receiver: Receiver;
const nodes: ServerProcess[] = [];
beforeAll(async () => {
  database = await cloneDatabase();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-cluster-'));
  cluster = await startRedisCluster(folder);
  receiver = await openReceiver();
}, 60_000);
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.end('SIGKILL')));
  await receiver.close();
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

async function start(env: Record<string, string> = {}): Promise<ServerProcess> {
  const node = await startServer({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: cluster.url,
      HOLDFAST_BOOTSTRAP_KEY: apiKey,
      HOLDFAST_WEBHOOK_LOOPBACK: 'on',
      HOLDFAST_LOG_LEVEL: 'error',
      ...env,
    },
  });
  nodes.push(node);
  return node;
}
const place = ({ url }: ServerProcess) => send(`${url}/v1/orders`, { body: anOrder(), apiKey });
const fallbacks = async ({ adminUrl }: ServerProcess): Promise<number> => {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return [...text.matchAll(/^holdfast_limiter_fallbacks_total\S* (\d+)/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
};
const isMaster = async (port: number) => String(await cluster.ask(port, 'ROLE')).startsWith('master');

test('two nodes share one exact quota', async () => {
  const both = await Promise.all(
    [1, 2].map(() => start({ HOLDFAST_RATE_LIMIT_WRITE: `${QUOTA}/60`, HOLDFAST_ROLES: 'api' })),
  );
  const answers = await Promise.all(Array.from({ length: 2 * QUOTA }, (_, n) => place(both[n % 2]!)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(QUOTA);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(QUOTA);
  for (const node of both) {
    expect(await fallbacks(node)).toBe(0);
    await node.end('SIGTERM');
  }
}, 60_000);

test('when a master dies, no order is refused, each event is delivered, and the cluster takes over again', async () => {
  const node = await start({ HOLDFAST_RATE_LIMIT_WRITE: '100000/60' });
  const made = await send(`${node.url}/v2/webhook-endpoints`, {
    body: { url: receiver.url, max_per_second: 1_000 },
    apiKey,
  });
  expect(made.status).toBe(201);

  const orders: string[] = [];
  let slowest = 0;
  let busy = true;
  const writers = Array.from({ length: 4 }, async () => {
    while (busy) {
      const began = performance.now();
      const { status, json } = await place(node);
      slowest = Math.max(slowest, performance.now() - began);
      expect(status).toBe(201);
      orders.push(json.id);
    }
  });
  const sent = (order: string | undefined) =>
    receiver.messages.some(({ json }) => json.data.order_id === order);
  await until(() => orders.length > 100 && sent(orders[50]), 20_000);

  const masters: number[] = [];
  for (const port of cluster.nodes.keys()) if (await isMaster(port)) masters.push(port);
  expect(masters).toHaveLength(3);
  // The master of the queue, the worst case.
  let victim = 0;
  for (const port of masters) {
    const keys = (await cluster.ask(port, 'KEYS', '{holdfast-*}*')) as string[];
    if (keys.length > 0) victim = port;
  }
  cluster.nodes.get(victim)!.kill('SIGKILL');

  // A replica replaces it, and the event of a new order is delivered.
  await until(async () => {
    const left = [...cluster.nodes.keys()].filter((port) => port !== victim);
    return (await Promise.all(left.map(isMaster))).filter(Boolean).length === 3;
  }, 20_000);
  const after = (await place(node)).json.id as string;
  await until(() => sent(after), 20_000);
  await until(async () => {
    const before = await fallbacks(node);
    await new Promise((resolve) => setTimeout(resolve, 500));
    return (await fallbacks(node)) === before;
  }, 20_000);
  busy = false;
  await Promise.all(writers);
  await until(() => orders.every(sent), 40_000);
  expect(slowest).toBeLessThan(5_000);
  await node.end('SIGTERM');
}, 150_000);
