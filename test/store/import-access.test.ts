/** Export and import of a log with API keys and webhook endpoints: callers and receivers go on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { exportLog } from '../../store/archive/export-log.ts';
import { importLog } from '../../store/archive/import-log.ts';
import { toUuid } from '../../store/ids.ts';
import type { DatabasePool } from '../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { openTestPool } from '../setup/pool.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';
import { type Receiver, openReceiver } from '../workers/receiver.ts';
import { each } from './log-lines.ts';

const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64');
const LOOPBACK = { HOLDFAST_WEBHOOK_LOOPBACK: 'on' };

let shop: Shop;
let receiver: Receiver;
beforeAll(async () => {
  shop = await openShop(LOOPBACK);
  receiver = await openReceiver();
});
afterAll(async () => {
  await shop.close();
  await receiver.close();
});

async function exported(from: Shop, hasAccess = true): Promise<string[]> {
  const all: string[] = [];
  for await (const line of exportLog(from.pool, { from: 1, to: Number.MAX_SAFE_INTEGER, hasAccess }))
    all.push(line);
  return all;
}

/** Imports into an empty database, and runs `act` on it. */
async function imported(
  lines: string[],
  rename = new Map<string, string>(),
  act: (database: TestDatabase, pool: DatabasePool) => Promise<void> = async () => {},
): Promise<void> {
  const database = await cloneDatabase();
  const pool = await openTestPool(database);
  try {
    await importLog(pool, each(lines), rename);
    await act(database, pool);
  } finally {
    await pool.end();
    await database.drop();
  }
}

const place = async ({ ask }: Shop, apiKey: string): Promise<string> => {
  const { status, json } = await ask('/v1/orders', { body: anOrder(), apiKey });
  expect(status).toBe(201);
  return json.id as string;
};
const ordersAt = ({ messages }: Receiver) => messages.map(({ json }) => json.data.order_id as string);

test('keys stay valid, and endpoints get what they lacked, and what follows', async () => {
  const { apiKey } = shop;
  const made = await shop.ask('/v2/webhook-endpoints', { body: { url: receiver.url, max_per_second: 100 } });
  expect(made.status).toBe(201);
  const first = await place(shop, apiKey);
  await until(() => ordersAt(receiver).includes(first));
  receiver.behave(503);
  const second = await place(shop, apiKey);
  await until(() => ordersAt(receiver).includes(second));
  await until(async () =>
    shop.pool.exists(sql.unsafe`SELECT FROM webhook_deliveries WHERE status = 'pending' AND attempts > 0`),
  );
  const rotated = await shop.ask(`/v2/webhook-endpoints/${made.json.id}/secret-rotations`, {
    body: { previous_secret_hours: 24 },
  });
  expect(rotated.status).toBe(201);
  const lines = await exported(shop);
  expect(JSON.parse(lines[0]!)).toMatchObject({ events: 2, keys: 1, endpoints: 1 });
  expect((await exported(shop, false)).slice(1)).toEqual(lines.slice(3));
  expect(lines.join('\n')).not.toContain(apiKey);

  receiver.messages.length = 0;
  receiver.behave(204);
  await imported(lines, undefined, async (database, pool) => {
    const copy = await openShop(LOOPBACK, Date.now, { ...database, drop: async () => {} });
    try {
      const third = await place(copy, apiKey);
      const isDelivered = sql.fragment`count(*) FILTER (WHERE status = 'delivered')`;
      await until(
        async () => (await pool.oneFirst(sql.unsafe`SELECT ${isDelivered} FROM webhook_deliveries`)) === 2,
      );
      expect(ordersAt(receiver)).not.toContain(first);
      const message = receiver.messages.find(({ json }) => json.data.order_id === third);
      expect(message!.headers['webhook-signature']!.split(' ')).toHaveLength(2);
      expect(await exported(copy)).toHaveLength(lines.length + 1);
      const [kept] = (await copy.ask('/v2/webhook-endpoints', { apiKey })).json.data;
      const [original] = (await shop.ask('/v2/webhook-endpoints')).json.data;
      expect(kept).toEqual({ ...original, failing_since: null });
    } finally {
      await copy.close();
    }
  });
}, 30_000);

test('a file with wrong lines is refused as a whole, with its line', async () => {
  const lines = await exported(shop);
  const [header, key, endpoint, ...events] = lines as [string, string, string, ...string[]];
  const { endpoint_id: id, secret } = JSON.parse(endpoint).webhook_endpoint;
  for (const [wrong, message] of [
    [
      [header, key, endpoint.replace(secret, 'ab'), ...events],
      'Line 3: webhook_endpoint/secret: must be a secret',
    ],
    [
      [header, key.replace(/"networks":\[\]/, '"networks":["all"]'), endpoint, ...events],
      'Line 2: api_key/networks/0: must be a network',
    ],
    [[header, key.replace('"name"', '"names"'), endpoint, ...events], 'Line 2: api_key'],
    [[header, endpoint, key, ...events], 'Line 2: '],
    [[header, key], 'Line 3: the file ends before its keys and endpoints'],
    [[header, key, 'x'], 'Line 3: this is not JSON'],
    [
      [header.replace('"keys":1', '"keys":2'), key, key, endpoint, ...events],
      'Line 3: this database has the key',
    ],
    [
      [header.replace('"endpoints":1', '"endpoints":2'), key, endpoint, endpoint, ...events],
      'Line 4: this database has the endpoint',
    ],
    [
      [header, key, endpoint.replaceAll(/"tenant_id":"[^"]*"/g, `"tenant_id":"${id}"`), ...events],
      'Line 3: tenant_id: the header does not name',
    ],
  ] as [string[], string][])
    await expect(imported(wrong)).rejects.toThrow(message);
});

test('a live key is not imported into a test tenant', async () => {
  const lines = await exported(shop);
  const renamed = lines.map((line, n) =>
    n === 0
      ? line.replace(/"created_at":"[^"]*"/, (found) => `${found},"mode":"test"`)
      : line.replace('"prefix":null', '"prefix":"hf_live_Ab1"'),
  );
  await expect(imported(renamed)).rejects.toThrow('is a test tenant here');
});

test('an encrypted secret stays with its tenant', async () => {
  const sealed = await openShop({ ...LOOPBACK, HOLDFAST_SECRETS_KEY: SECRETS_KEY });
  try {
    await place(sealed, sealed.apiKey);
    const made = await sealed.ask('/v2/webhook-endpoints', { body: { url: receiver.url } });
    expect(made.status).toBe(201);
    const id = toUuid(made.json.id);
    await sealed.pool.query(sql.unsafe`
      UPDATE webhook_endpoints SET secret = NULL, sealed_secret = ${sql.binary(Buffer.alloc(69, 1))} WHERE endpoint_id = ${id}`);
    const lines = await exported(sealed);
    await imported(lines, undefined, async (_, pool) => {
      const stored = await pool.oneFirst(
        sql.unsafe`SELECT encode(sealed_secret, 'hex') FROM webhook_endpoints WHERE endpoint_id = ${id}`,
      );
      expect(stored).toBe(Buffer.alloc(69, 1).toString('hex'));
    });
    const other = new Map([[sealed.tenantId, id]]);
    await expect(imported(lines, other)).rejects.toThrow('it is encrypted for its tenant');
  } finally {
    await sealed.close();
  }
}, 30_000);
