/** Relay and delivery workers that die at random times, and a Redis that loses its data. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { needRedisServer } from '../../ops/embedded/redis/redis-server.ts';
import { startRedis } from '../../ops/embedded/redis/redis.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { type ServerProcess, startServer } from '../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../setup/shop.ts';
import { type Receiver, openReceiver } from '../workers/receiver.ts';

const EVENTS = 2_000;
/** So that the nodes are killed more than a dozen times. */
const MESSAGES_OF_A_LIFE_MAX = 300;
const apiKey = newApiKey();

let database: TestDatabase;
let folder: string;
let redis: Awaited<ReturnType<typeof startRedis>>;
let client: Client;
let api: ServerProcess;
let receiver: Receiver;
const nodes: (ServerProcess | undefined)[] = [undefined, undefined];
beforeAll(async () => {
  database = await cloneDatabase();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-webhooks-'));
  redis = await startRedis(folder, await needRedisServer()); // a separate Redis, because this test deletes its data
  client = new Client({ connectionString: database.url });
  await client.connect();
  api = await startServer({ env: env('api,projector') });
  // Slow, so that a killed node has requests in flight.
  receiver = await openReceiver((response) => setTimeout(() => response.writeHead(204).end(), 20));
}, 60_000);
afterAll(async () => {
  await Promise.all([api, ...nodes].map((node) => node?.end('SIGKILL')));
  await receiver.close();
  await client.end();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

const env = (roles: string) => ({
  DATABASE_URL: database.url,
  REDIS_URL: redis.url,
  HOLDFAST_BOOTSTRAP_KEY: apiKey,
  HOLDFAST_RATE_LIMIT_WRITE: '100000/60',
  HOLDFAST_ROLES: roles,
  HOLDFAST_WEBHOOK_LOOPBACK: 'on',
  HOLDFAST_LOG_LEVEL: 'error',
});
const countOf = async (query: string): Promise<number> =>
  Number((await client.query<{ count: string }>(`SELECT count(*) FROM ${query}`)).rows[0]?.count);

test('each event is delivered; a duplicate has the same id', async () => {
  const made = await send(`${api.url}/v2/webhook-endpoints`, {
    body: { url: receiver.url, max_per_second: 1_000 },
    apiKey,
  });
  expect(made.status).toBe(201);

  let killed = 0;
  let stormy = true;
  /** Restarts a node until the storm is over, and kills it at random times. */
  const keepKilling = async (n: number) => {
    while (stormy) {
      const node = await startServer({ env: env('relay,webhooks') });
      nodes[n] = node;
      // By what arrives, not by time: on a busy machine a node needs as long to start as it lives.
      const killedAfter = receiver.messages.length + Math.random() * MESSAGES_OF_A_LIFE_MAX;
      await until(() => !stormy || receiver.messages.length > killedAfter, 120_000);
      if (!stormy) return;
      await node.end('SIGKILL');
      killed += 1;
    }
  };
  const storm = Promise.all([keepKilling(0), keepKilling(1)]);
  storm.catch(() => {}); // awaited below, unless something else fails before

  let placed = 0;
  const writers = Array.from({ length: 4 }, async () => {
    while (placed < EVENTS) {
      placed += 1;
      expect((await send(`${api.url}/v1/orders`, { body: anOrder(), apiKey })).status).toBe(201);
      if (killed < 4) await delay(20); // so that the storm lasts long enough
    }
  });
  await until(() => receiver.messages.length > EVENTS / 4, 120_000);
  const emptied = new Redis(redis.url);
  await emptied.flushall();
  emptied.disconnect();
  await Promise.all(writers);
  await until(() => killed >= 6, 60_000);
  stormy = false;
  await storm;

  const ids = () => new Set(receiver.messages.map(({ id }) => id));
  await until(() => ids().size >= EVENTS, 90_000);
  await until(async () => (await countOf(`webhook_deliveries WHERE status = 'pending'`)) === 0, 90_000);
  const { rows } = await client.query<{ id: string }>(
    `SELECT 'evt_' || replace(event_id::text, '-', '') AS id FROM events`,
  );
  expect(ids()).toEqual(new Set(rows.map(({ id }) => id)));
  expect(await countOf(`webhook_deliveries WHERE status = 'delivered'`)).toBe(EVENTS);
  // The same event under a second id would be a second body with the same position.
  const positions = new Map<number, string>();
  for (const { id, json } of receiver.messages) {
    expect(positions.get(json.data.position) ?? id).toBe(id);
    positions.set(json.data.position, id);
  }
}, 400_000);
