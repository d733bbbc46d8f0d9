/** No body holds up the others for long, ends the process, or is a 500; the process has a heap of 512 MB. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { sendExactly } from '../../setup/exact-request.ts';
import { HEAVY_BODIES } from '../../setup/heavy-bodies.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';

/**
 * Milliseconds of the processor that a turn of the event loop may take, on a machine that parses 4 MiB of orders in 20 ms: twice what is
 * promised, for a processor that others use makes each turn longer. (Measured: 5 to 43 ms; `SHOW_TURNS=1` tells.)
 */
const LONGEST_TURN_MS = 100;
const USUAL_PARSE_MS = 20;
const ORDERS = HEAVY_BODIES['500 orders of as much as fits']![0];

const apiKey = newApiKey();
let database: TestDatabase;
let server: ServerProcess;
beforeAll(async () => {
  database = await cloneDatabase();
  server = await startServer({
    main: fileURLToPath(new URL('../../setup/processes/watched-main.ts', import.meta.url)),
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: TEST_REDIS,
      HOLDFAST_BOOTSTRAP_KEY: apiKey,
      HOLDFAST_RATE_LIMIT_WRITE: '100000/60',
      HOLDFAST_CONTRACT_JUDGE: 'off',
      NODE_OPTIONS: '--max-old-space-size=512 --max-semi-space-size=64',
    },
  });
});
beforeAll(async () => {
  // What a process does once only, at its start and for its first order, is no matter here.
  expect((await send(`${server.url}/v1/orders`, { apiKey, body: anOrder() })).status).toBe(201);
  await look();
});
afterAll(async () => {
  await server.end('SIGTERM');
  await database.drop();
});

const watched = () => server.output().match(/(?<=^watched ).*$/gm) ?? [];

/** What the process has seen of itself since it was asked last. */
async function look(): Promise<{ longest_ms: number; peak_mb: number }> {
  const before = watched().length;
  server.child.kill('SIGUSR2');
  await until(() => watched().length > before);
  return JSON.parse(watched().at(-1)!) as { longest_ms: number; peak_mb: number };
}

/** How much slower this machine is than the usual one. */
function slowness(): number {
  const parse = () => {
    const { user, system } = process.threadCpuUsage();
    JSON.parse(ORDERS);
    const after = process.threadCpuUsage();
    return (after.user - user + after.system - system) / 1_000;
  };
  const times = Array.from({ length: 5 }, parse).toSorted((a, b) => a - b);
  return Math.max(1, times[2]! / USUAL_PARSE_MS);
}

const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  sendExactly(
    { url: server.url, apiKey },
    {
      method: 'POST',
      path,
      framing: 'length',
      body,
      headers: { 'Content-Type': 'application/json', ...headers },
    },
  );

describe('the event loop goes round during', () => {
  test.each(Object.entries(HEAVY_BODIES))('%s', async (_name, [body, status]) => {
    await look();
    expect((await post('/v1/order-batches', body)).status).toBe(status);
    expect(
      (await post('/v2/order-batches', gzipSync(body), { 'Content-Encoding': 'gzip' })).status,
    ).toBeLessThan(500);
    const { longest_ms } = await look();
    if (process.env['SHOW_TURNS']) process.stderr.write(`${longest_ms.toFixed(1)} ms  ${_name}\n`);
    expect(longest_ms).toBeLessThan(LONGEST_TURN_MS * slowness());
  });
});

test('all of them at once, three times over, and a good order in between', async () => {
  const bodies = Object.values(HEAVY_BODIES).map(([body]) => body);
  // Of a refusal that comes before the body was sent, the connection may tell nothing but its end.
  const heavy = Promise.all(
    [...bodies, ...bodies, ...bodies].map((body) =>
      post('/v2/order-batches', body).catch(() => ({ status: 503 })),
    ),
  );
  const good = await send(`${server.url}/v1/orders`, { apiKey, body: anOrder() });
  expect(good.status).toBe(201);
  const statuses = new Set((await heavy).map(({ status }) => status));
  for (const status of statuses) expect([207, 400, 422, 503]).toContain(status);
  const { longest_ms, peak_mb } = await look();
  if (process.env['SHOW_TURNS'])
    process.stderr.write(`${longest_ms.toFixed(1)} ms  all at once, ${peak_mb.toFixed(0)} MB at the peak\n`);
  expect((await send(`${server.url}/v1/orders`, { apiKey })).status).toBe(200);
}, 120_000);
