/** The log lines of requests and calls: who sent them, and from where. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { type ServerProcess, startServer } from '../setup/processes/server-process.ts';
import { connect } from '../grpc/client.ts';
import { anOrder, newApiKey, send, until } from '../setup/shop.ts';

const apiKey = newApiKey();
let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

type Line = Record<string, unknown>;

/** Sends a request, a refused one and a call, and reads their lines. */
async function linesWith(env: Record<string, string>): Promise<Record<string, Line | undefined>> {
  const server: ServerProcess = await startServer({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: TEST_REDIS,
      HOLDFAST_BOOTSTRAP_KEY: apiKey,
      HOLDFAST_TRUST_PROXY: '1',
      ...env,
    },
  });
  const from = (address: string) => ({ 'X-Forwarded-For': address });
  const order = await send(`${server.url}/v1/orders`, {
    apiKey,
    body: anOrder(),
    headers: from('203.0.113.7'),
  });
  expect(order.status).toBe(201);
  await send(`${server.url}/v1/orders`, { apiKey: 'wrong', headers: from('2001:db8:1:2::3') });
  const client = connect(server.grpc, apiKey);
  await client.getOrder({ order_id: order.json.id });
  client.close();
  const lines = (): Line[] =>
    server
      .output()
      .split('\n')
      .filter((text) => text.startsWith('{'))
      .map((text) => JSON.parse(text) as Line);
  const found = () => ({
    order: lines().find(({ status }) => status === 201),
    refused: lines().find(({ status }) => status === 401),
    call: lines().find(({ msg }) => msg === 'call'),
  });
  await until(() => Object.values(found()).every((line) => line !== undefined), 20_000);
  await server.end('SIGTERM');
  return found();
}

const KEY_ID = /^key_[0-9a-f]{32}$/;

test('name the key and the address', async () => {
  const { order, refused, call } = await linesWith({});
  expect(order).toMatchObject({ client: '203.0.113.7', key_id: expect.stringMatching(KEY_ID) });
  expect(refused).toMatchObject({ client: '2001:db8:1:2::3' });
  expect(refused).not.toHaveProperty('key_id');
  expect(call).toMatchObject({ client: '127.0.0.1', key_id: order!['key_id'] });
}, 60_000);

test('name the network only, or no address, if set so', async () => {
  const { order, refused, call } = await linesWith({ HOLDFAST_LOG_ADDRESSES: 'prefix' });
  expect([order, refused, call].map((line) => line!['client'])).toEqual([
    '203.0.113.0/24',
    '2001:db8:1::/48',
    '127.0.0.0/24',
  ]);
  for (const line of Object.values(await linesWith({ HOLDFAST_LOG_ADDRESSES: 'off' })))
    expect(line).not.toHaveProperty('client');
}, 60_000);
