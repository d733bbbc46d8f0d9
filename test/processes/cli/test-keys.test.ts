/** Commands for test keys: their tenant, the marks in lists, and keys from before test tenants. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { addApiKey } from '../../../store/keys/api-keys.ts';
import { newKey } from '../../../store/keys/new-key.ts';
import { parseId, toId } from '../../../store/ids.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { type Shop, openShop } from '../../setup/shop.ts';

let shop: Shop;
let tenant: string;
beforeAll(async () => {
  shop = await openShop();
  tenant = (await json('tenants', 'create', 'acme')).tenant_id;
});
afterAll(() => shop.close());

const run = (...args: string[]) => holdfast(args, { DATABASE_URL: shop.database.url });
const json = async (...args: string[]) => {
  const { json, stderr } = await run(...args, '--json');
  expect(stderr).toBe('');
  return json;
};
const place = async (apiKey: string): Promise<string> => {
  const { status, json } = await shop.ask('/v2/orders', { body: ORDER, apiKey });
  expect(status).toBe(201);
  return json.id as string;
};
const statusOf = async (order: string, apiKey: string) =>
  (await shop.ask(`/v2/orders/${order}`, { apiKey })).status;
const ORDER = {
  customer_id: 'cus_1',
  lines: [{ sku: 'KELP-1', name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }],
};

test('a test key and a live key of a tenant have orders of their own, also after a rotation', async () => {
  const live = await json('keys', 'create', '--tenant', 'acme');
  const made = await json('keys', 'create', '--tenant', 'acme', '--test');
  const other = await json('keys', 'create', '--tenant', 'acme', '--test', '--name', 'other');
  expect([live.mode, live.tenant_id, made.mode, made.tenant_id === tenant]).toEqual([
    'live',
    tenant,
    'test',
    false,
  ]);
  const next = await json('keys', 'rotate', made.key_id);
  for (const each of [other, next]) {
    expect(each).toMatchObject({ mode: 'test', tenant_id: made.tenant_id });
    expect(each.key).toMatch(/^hf_test_/);
  }
  const [ofTests, ofLive] = [await place(made.key), await place(live.key)];
  const statuses = await Promise.all(
    [live, made, next, other].map(async ({ key }) => [
      await statusOf(ofTests, key),
      await statusOf(ofLive, key),
    ]),
  );
  expect(statuses).toEqual([
    [404, 200],
    [200, 404],
    [200, 404],
    [200, 404],
  ]);
  const shown = await run('keys', 'create', '--tenant', 'acme', '--name', 'shown', '--test');
  expect(shown.stdout).toContain(`Tenant  ${made.tenant_id}\nMode    test: it reaches test orders only\n`);
});

test('the lists show the mode of tenants and keys; the mode of a key is that of the named tenant', async () => {
  const made = await json('keys', 'create', '--tenant', 'acme (test)', '--name', 'by name');
  expect(made).toMatchObject({ key: expect.stringMatching(/^hf_test_/), mode: 'test' });
  const back = await json('keys', 'create', '--tenant', made.tenant_id, '--name', 'back', '--live');
  expect(back).toMatchObject({ key: expect.stringMatching(/^hf_live_/), mode: 'live', tenant_id: tenant });

  const tenants: { name: string }[] = await json('tenants', 'list');
  expect(tenants.filter(({ name }) => name.startsWith('acme'))).toMatchObject([
    { tenant_id: tenant, name: 'acme', mode: 'live', test_of: null },
    { tenant_id: made.tenant_id, name: 'acme (test)', mode: 'test', test_of: tenant },
  ]);
  expect((await run('tenants', 'list')).stdout).toMatch(/acme \(test\) .* as live +as live +\S+ +test\n/);
  const all: { key_id: string }[] = await json('keys', 'list', '--tenant', 'acme');
  const ofTests: { key_id: string }[] = await json('keys', 'list', '--tenant', 'acme (test)');
  const ids = (keys: { key_id: string }[]) => keys.map(({ key_id }) => key_id);
  expect(ids(all)).toEqual(expect.arrayContaining([made.key_id, back.key_id]));
  expect(ids(ofTests)).toContain(made.key_id);
  expect(ids(ofTests)).not.toContain(back.key_id);
  expect((await run('keys', 'list', '--tenant', 'acme')).stdout).toMatch(/by name .* live +test\n/);

  const acts: { act: string; details: object }[] = await json('audit', '--tenant', 'acme');
  expect(acts.filter(({ act }) => act === 'tenant_created')).toMatchObject([
    { details: { name: 'acme' } },
    { details: { name: 'acme (test)', mode: 'test', test_of: tenant } },
  ]);
  expect(acts.filter(({ act }) => act === 'key_created').length).toBeGreaterThanOrEqual(all.length - 1);
});

test('a test tenant has the quotas of its live tenant in windows of its own, or its own ones', async () => {
  const { tenant_id: id } = await json('tenants', 'create', 'bounded');
  const live = await json('keys', 'create', '--tenant', id);
  const made = await json('keys', 'create', '--tenant', id, '--test');
  const limits = async (key: string) => {
    const { headers } = await shop.ask('/v2/orders', { apiKey: key });
    return headers.get('ratelimit-policy');
  };
  await json('tenants', 'limit', id, '--read', '3/60');
  for (const { key } of [live, made]) expect(await limits(key)).toContain('"tenant-read";q=3;w=60');
  // One of three is used, by each.
  for (let n = 0; n < 3; n += 1) await shop.ask('/v2/orders', { apiKey: made.key });
  expect((await shop.ask('/v2/orders', { apiKey: made.key })).status).toBe(429);
  expect((await shop.ask('/v2/orders', { apiKey: live.key })).status).toBe(200);
  await json('tenants', 'limit', 'bounded (test)', '--read', '7/60');
  const again = await json('keys', 'create', '--tenant', id, '--test', '--name', 'again');
  expect(await limits(again.key)).toContain('"tenant-read";q=7;w=60');
});

test('a test key from before test tenants keeps its orders, is marked, and has a live successor', async () => {
  const { key } = newKey('test');
  const { keyId } = await addApiKey(shop.pool, {
    tenantId: parseId('ten', tenant)!,
    key,
    name: 'old',
    scopes: ['orders:read', 'orders:write'],
  });
  await shop.pool.query(sql.unsafe`UPDATE api_keys SET prefix = 'hf_test_abcd' WHERE key_id = ${keyId}`);
  const order = await place(key);
  const id = toId('key', keyId);
  const mark = `${id} "old" begins with hf_test_ but reaches live orders`;
  expect((await run('keys', 'list', '--tenant', 'acme')).stdout).toContain(mark);

  const { stdout } = await run('keys', 'rotate', id);
  expect(stdout).toContain(
    `${id} begins with hf_test_ but reaches live orders. So does its successor, which begins with hf_live_.`,
  );
  const successor = /Key +(hf_live_\w+)/.exec(stdout)?.[1] ?? '';
  expect([await statusOf(order, key), await statusOf(order, successor)]).toEqual([200, 200]);
  await run('keys', 'revoke', id);
  expect((await run('keys', 'list', '--tenant', 'acme')).stdout).not.toContain(mark);
});
