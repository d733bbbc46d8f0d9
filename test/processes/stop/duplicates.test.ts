import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { z } from 'zod';
import { type DatabasePool, openPool } from '../../../store/pool.ts';
import { createRandom } from '../../replay/random.ts';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send } from '../../setup/shop.ts';

const KEYS = 50;
const DUPLICATES = 20;
const apiKey = newApiKey();
/** `SEED=… npm run test:processes -- duplicates` repeats a failed run. */
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

let database: TestDatabase;
let pool: DatabasePool;
let nodes: ServerProcess[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: TEST_REDIS,
    HOLDFAST_BOOTSTRAP_KEY: apiKey,
    HOLDFAST_RATE_LIMIT_WRITE: '100000/60',
    HOLDFAST_RATE_LIMIT_READ: '100000/60',
    HOLDFAST_LOG_LEVEL: 'silent',
  };
  nodes = await Promise.all([startServer({ env }), startServer({ env })]);
  pool = await openPool({ databaseUrl: database.url, size: 2, log: pino({ level: 'silent' }) });
}, 60_000);
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.end('SIGTERM')));
  await pool.end();
  await database.drop();
});

test(`${KEYS} keys × ${DUPLICATES} concurrent duplicates over two processes, with random disconnects: one event and one answer a key`, async () => {
  process.stdout.write(`seed ${seed}\n`);
  const chance = createRandom(seed).next;
  const order = (n: number) => anOrder({ customer_id: `cus_${n}`, metadata: { n: String(n) } });
  const answers = new Map<number, string[]>();
  let cut = 0;

  const attempt = async (n: number) => {
    const node = nodes[Math.floor(chance() * nodes.length)]!;
    const cutAfter = chance() < 0.3 ? Math.floor(chance() * 30) : undefined;
    const signal = cutAfter === undefined ? undefined : AbortSignal.timeout(cutAfter);
    try {
      const { status, text } = await send(`${node.url}/v1/orders`, {
        body: order(n),
        key: `storm-${n}`,
        apiKey,
        ...(signal && { signal }),
      });
      if (status === 503) {
        cut += 1; // equals a disconnect: the answer requires a repeat
        return;
      }
      expect(status).toBe(201);
      answers.set(n, [...(answers.get(n) ?? []), text]);
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      cut += 1;
    }
  };
  const requests = Array.from({ length: KEYS * DUPLICATES }, (_, index) => index % KEYS);
  await Promise.all(requests.map(attempt));
  // A disconnected client repeats its request until it gets the answer.
  for (let n = 0; n < KEYS; n += 1) while (!answers.has(n)) await attempt(n);
  expect(cut).toBeGreaterThan(0);

  for (const [n, texts] of answers) expect([n, new Set(texts).size]).toEqual([n, 1]);
  const rows = await pool.any(sql.type(z.object({ key: z.string(), events: z.int(), order_id: z.string() }))`
    SELECT idempotency_key AS key, count(*) AS events, min(order_id::text) AS order_id FROM events GROUP BY idempotency_key`);
  expect(rows).toHaveLength(KEYS);
  expect(rows.every(({ events }) => events === 1)).toBe(true);
  expect(await pool.oneFirst(sql.type(z.object({ n: z.int() }))`SELECT count(*) AS n FROM events`)).toBe(
    KEYS,
  );
  for (const { key, order_id } of rows) {
    const [text = '{}'] = answers.get(Number(key.slice(6))) ?? [];
    expect((JSON.parse(text) as { id: string }).id).toBe(`ord_${order_id.replaceAll('-', '')}`);
  }

  const reused = await Promise.all(
    Array.from({ length: KEYS }, (_, n) =>
      send(`${nodes[n % 2]?.url}/v1/orders`, { body: order(n + 1_000), key: `storm-${n}`, apiKey }),
    ),
  );
  for (const { status, json } of reused) expect([status, json.code]).toEqual([422, 'idempotency_key_reused']);
}, 120_000);
