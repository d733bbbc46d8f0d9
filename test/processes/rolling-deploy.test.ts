/**
 * A rolling deploy with a new event type and a new schema version, forward, back and forward again,
 * under traffic: each event reaches each consumer. The older release is this one without them;
 * `OLDER_MAIN=…/main.ts npm run test:processes -- test/processes/rolling-deploy` runs a real one.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { connect } from '../grpc/client.ts';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { holdfast } from '../setup/processes/command.ts';
import { type ServerProcess, startServer } from '../setup/processes/server-process.ts';
import { type Answer, anOrder, newApiKey, send, until } from '../setup/shop.ts';
import { type Receiver, openReceiver } from '../workers/receiver.ts';

const OLDER_NODE = fileURLToPath(new URL('../setup/processes/older-node.ts', import.meta.url));
const OLDER_MAIN = process.env['OLDER_MAIN'];
/** Orders of each phase. */
const ORDERS = 40;
const apiKey = newApiKey();

let database: TestDatabase;
let client: Client;
let receiver: Receiver;
const running = new Set<ServerProcess>();
beforeAll(async () => {
  database = await cloneDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  // The only schema that releases before this one know.
  if (OLDER_MAIN) await client.query('DROP SCHEMA public; ALTER SCHEMA holdfast RENAME TO public');
  receiver = await openReceiver(204);
}, 60_000);
afterAll(async () => {
  await Promise.all([...running].map((node) => node.end('SIGKILL')));
  await receiver.close();
  await client.end();
  await database.drop();
});

async function start(release: 'old' | 'new'): Promise<ServerProcess> {
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: TEST_REDIS,
    HOLDFAST_BOOTSTRAP_KEY: apiKey,
    HOLDFAST_RATE_LIMIT_WRITE: '100000/60',
    HOLDFAST_RATE_LIMIT_READ: '100000/60',
    HOLDFAST_WEBHOOK_LOOPBACK: 'on',
    HOLDFAST_LOG_LEVEL: 'fatal',
    HOLDFAST_DRAIN_SECONDS: '5',
  };
  const older = OLDER_MAIN
    ? { env, main: OLDER_MAIN }
    : { env: { ...env, NODE_OPTIONS: `--import=${OLDER_NODE}` } };
  const node = await startServer(release === 'old' ? older : { env });
  running.add(node);
  return node;
}
async function stop(node: ServerProcess): Promise<void> {
  running.delete(node);
  expect(await node.end('SIGTERM')).toBe(0);
}

/** The path with a body at one node after the other, until one does not answer 503. */
async function write(nodes: readonly ServerProcess[], path: string, body: object): Promise<Answer> {
  const key = randomUUID();
  for (let n = Math.floor(Math.random() * nodes.length); ; n += 1) {
    const answer = await send(nodes[n % nodes.length]!.url + path, { body, key, apiKey });
    if (answer.status !== 503) return answer;
    expect(answer.json.code).toBe('unavailable');
    await delay(50);
  }
}

/** Orders that are placed and paid at any node, and held and shipped at the newer ones. */
async function trade(nodes: readonly ServerProcess[], newer: readonly ServerProcess[]): Promise<void> {
  for (let n = 0; n < ORDERS; n += 1) {
    const { status, json } = await write(nodes, '/v1/orders', anOrder());
    expect(status).toBe(201);
    const path = `/v2/orders/${json.id}`;
    const pay = async (amount: number) => {
      const payment = { amount: { amount, currency: 'EUR' }, method: 'card' };
      expect((await write(nodes, `${path}/payments`, payment)).status).toBe(201);
    };
    await pay(json.total - 1);
    if (newer.length > 0 && n % 2 === 0)
      expect((await write(newer, `${path}/holds`, { reason: 'fraud_review' })).status).toBe(201);
    await pay(1);
    if (newer.length > 0 && n % 2 === 1) {
      const lines = [{ line_id: 'line_1', quantity: 1 }];
      expect((await write(newer, `${path}/shipments`, { lines, carrier: 'DHL' })).status).toBe(201);
    }
  }
}

/** Reads the feed at the given nodes in turn until it has `count` events. */
function follow(nodes: () => readonly ServerProcess[]) {
  const positions: number[] = [];
  const unavailable = new Set<string>();
  let cursor = '';
  let isOver = false;
  const run = async () => {
    for (let n = 0; !isOver; n += 1) {
      const node = nodes()[n % nodes().length]!;
      const path = `/v2/events?limit=20${cursor && `&cursor=${cursor}`}`;
      const answer = await send(node.url + path, { apiKey }).catch(() => undefined); // it may be stopping
      if (answer?.status === 200) {
        positions.push(...answer.json.data.map(({ position }: { position: number }) => position));
        cursor = answer.json.next_cursor;
      } else if (answer !== undefined) unavailable.add(`${answer.status} ${answer.json.code}`);
      await delay(20);
    }
  };
  const done = run();
  return {
    positions,
    unavailable,
    end: async () => {
      isOver = true;
      await done;
    },
  };
}

const countOf = async (query: string): Promise<number> =>
  Number((await client.query<{ count: string }>(`SELECT count(*) FROM ${query}`)).rows[0]?.count);
const ids = () => new Set(receiver.messages.map(({ id }) => id));

test('each event reaches each consumer, and none is applied to a wrong order', async () => {
  let old = await start('old');
  let nodes = [old];
  const made = await send(`${old.url}/v2/webhook-endpoints`, {
    body: { url: receiver.url, max_per_second: 1_000 },
    apiKey,
  });
  expect(made.status).toBe(201);
  const feed = follow(() => nodes);
  await trade(nodes, []);

  // Forward: both releases run.
  let newer = await start('new');
  nodes = [old, newer];
  await trade(nodes, [newer]);
  const countAfterForward = await countOf('events');
  await until(() => ids().size >= countAfterForward, 60_000);

  // Back: the newer node stops right after its last events.
  await trade([newer], [newer]);
  nodes = [old];
  await stop(newer);
  const before = receiver.messages.length;
  await trade(nodes, []);
  // The events that the older node knows are sent; none fails, and the endpoint is well.
  await until(() => receiver.messages.length >= before + ORDERS, 60_000);
  expect(await countOf(`webhook_deliveries WHERE status = 'failed'`)).toBe(0);
  expect(await countOf('webhook_endpoints WHERE disabled_at IS NOT NULL OR failures > 0')).toBe(0);
  expect(await countOf('projection_faults')).toBe(0);

  // Forward again, and the older node leaves.
  newer = await start('new');
  nodes = [old, newer];
  await trade(nodes, [newer]);
  nodes = [newer];
  await stop(old);
  old = newer;

  const count = await countOf('events');
  await until(() => ids().size >= count, 90_000);
  await until(() => feed.positions.length >= count, 60_000);
  await feed.end();
  const { rows } = await client.query<{ id: string; position: string }>(
    `SELECT 'evt_' || replace(event_id::text, '-', '') AS id, position FROM events ORDER BY position`,
  );
  expect(ids()).toEqual(new Set(rows.map(({ id }) => id)));
  expect(feed.positions).toEqual(rows.map(({ position }) => Number(position)));
  expect([...feed.unavailable]).toEqual(OLDER_MAIN ? [] : ['503 unavailable']);

  const grpc = connect(newer.grpc, apiKey);
  const watched: number[] = [];
  const watch = grpc
    .watchEvents({ after: 0 })
    .on('data', ({ position, event }: { position: number; event: object | null }) => {
      if (event !== null) watched.push(position);
    });
  watch.on('error', () => {}); // cancelled below
  await until(() => watched.length >= count, 30_000);
  watch.cancel();
  grpc.close();
  expect(watched).toEqual(feed.positions);

  await until(
    async () =>
      (await countOf(
        'checkpoints JOIN log_heads USING (partition) WHERE checkpoints.position < log_heads.position',
      )) === 0,
    60_000,
  );
  for (const table of ['orders', 'customer_totals', 'daily_sales', 'sales']) {
    const verified = await holdfast(['projections', 'verify', table], { DATABASE_URL: database.url });
    expect(verified.stdout).toContain('0 missing, 0 surplus, 0 different');
  }
  expect(await countOf(`webhook_deliveries WHERE status <> 'delivered'`)).toBe(0);
}, 300_000);
