/** Erasure: nobody can read who a customer was, and all else stays. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { type Shop, openShop, until } from '../setup/shop.ts';
import { PERSONAL_KEY, v2Order } from './orders.ts';
import { personalMarks } from './secrets.ts';

let shop: Shop;
let second: Shop;
const seed = randomBytes(4).toString('hex');
const { reason, metadata: _metadata, ...contact } = personalMarks(seed);
const MARK = new RegExp(seed, 'i');

beforeAll(async () => {
  shop = await openShop({ HOLDFAST_PERSONAL_KEY: PERSONAL_KEY });
  second = await openShop({ HOLDFAST_PERSONAL_KEY: PERSONAL_KEY }, Date.now, {
    ...shop.database,
    drop: async () => {},
  });
});
afterAll(async () => {
  await second?.close();
  await shop?.close();
});

const erase = (customerId: string, key: string = randomUUID()) =>
  shop.ask(`/v2/customers/${customerId}/personal-data`, { method: 'DELETE', key });
const onSecond = (path: string) => second.ask(path, { apiKey: shop.apiKey });

test('an erased order keeps its goods and money, and nobody can read whose it was', async () => {
  const placing = { key: randomUUID(), body: v2Order({ customer_id: 'cus_e', ...contact }) };
  const placed = await shop.ask('/v2/orders', placing);
  const path = `/v2/orders/${placed.json.id}`;
  const holding = { key: randomUUID(), body: { reason } };
  await shop.ask(`${path}/holds`, holding);
  const cancelling = { key: randomUUID(), body: { reason } };
  await shop.ask(`${path}/cancellation`, cancelling);
  await until(async () => (await onSecond('/v2/orders?customer_id=cus_e')).json.data.length === 1);
  // Both nodes have the key in memory.
  expect((await onSecond(path)).json.email).toBe(contact.email);
  const etag = (await shop.ask(path)).headers.get('etag')!;

  const key = randomUUID();
  const receipt = await erase('cus_e', key);
  expect(receipt.status).toBe(200);
  expect(receipt.json).toMatchObject({ customer_id: 'cus_e', erased_order_id: null });
  const again = await erase('cus_e', key);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.json).toEqual(receipt.json);
  expect((await erase('cus_other', key)).json.code).toBe('idempotency_key_reused');
  expect((await erase('cus_e')).status).toBe(200);

  await until(async () => (await onSecond(path)).json.email === null, 1_000);
  for (const ask of [shop.ask, onSecond]) {
    const order = await ask(path);
    expect(order.json).toMatchObject({
      email: null,
      phone: null,
      note: null,
      shipping_address: null,
      billing_address: null,
      customer_id: 'cus_e',
      total: placed.json.total,
      lines: [{ sku: 'KELP-1' }],
      erased_at: expect.any(String),
    });
    for (const view of ['', '?version=1', '/events', '/holds', '/cancellation']) {
      const answer = await ask(`${path}${view}`);
      expect(answer.status).toBe(200);
      expect(answer.text).not.toMatch(MARK);
    }
    for (const list of [
      '/v2/orders',
      '/v2/events',
      `/v2/orders?email=${encodeURIComponent(contact.email)}`,
    ]) {
      const answer = await ask(list);
      expect(answer.status).toBe(200);
      expect(answer.text).not.toMatch(MARK);
    }
    expect((await ask(`/v2/orders?email=${encodeURIComponent(contact.email)}`)).json.data).toEqual([]);
    expect((await ask(path.replace('/v2', '/v1'))).json.shipping_address).toBeNull();
  }
  expect((await shop.ask(path, { headers: { 'If-None-Match': etag } })).status).toBe(200);

  for (const [to, request, status] of [
    ['/v2/orders', placing, 201],
    [`${path}/holds`, holding, 201],
    [`${path}/cancellation`, cancelling, 201],
  ] as const) {
    const repeat = await shop.ask(to, request);
    expect(repeat.status).toBe(status);
    expect(repeat.headers.get('holdfast-erased')).toMatch(/^\d{4}-/);
    expect(repeat.headers.get('idempotent-replayed')).toBe('true');
    expect(repeat.text).not.toMatch(MARK);
  }
  // What is left of the request still tells a repeat from a reuse.
  const other = v2Order({ customer_id: 'cus_e', ...contact, reference: 'R-1' });
  expect((await shop.ask('/v2/orders', { key: placing.key, body: other })).json).toMatchObject({
    code: 'idempotency_key_reused',
    errors: [{ pointer: '/reference' }],
  });
  expect((await shop.ask(`/v2/idempotency-keys/${placing.key}`)).text).not.toMatch(MARK);
  expect((await shop.ask(`/v2/idempotency-keys/${key}`)).json).toMatchObject({
    status: 200,
    event: { type: 'CustomerErased', data: { customer_id: 'cus_e' } },
  });
  expect((await shop.ask('/v2/events?types=CustomerErased')).json.data).toHaveLength(2);
  expect((await shop.ask(`/v2/orders/${receipt.json.id.replace('era', 'ord')}`)).status).toBe(404);
});

test('a customer who comes back has a key of his own again', async () => {
  const order = { body: v2Order({ customer_id: 'cus_b', email: `back${seed}@example.com` }) };
  await shop.ask('/v2/orders', order);
  await erase('cus_b');
  const placed = await shop.ask('/v2/orders', order);
  expect((await onSecond(`/v2/orders/${placed.json.id}`)).json.email).toBe(`back${seed}@example.com`);
  const patched = await shop.ask(`/v2/orders/${placed.json.id}`, {
    method: 'PATCH',
    body: { note: 'again' },
    headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': '"1"' },
  });
  expect(patched.json).toMatchObject({ note: 'again', email: `back${seed}@example.com` });
  await until(
    async () => (await shop.ask(`/v2/orders?email=back${seed}@example.com`)).json.data.length === 1,
  );
});

test('an order that another node places during an erasure can be read', async () => {
  const order = { body: v2Order({ customer_id: 'cus_race', note: `race${seed}` }), apiKey: shop.apiKey };
  await second.ask('/v2/orders', order);
  for (let n = 0; n < 5; n += 1) {
    const [placed] = await Promise.all([second.ask('/v2/orders', order), erase('cus_race')]);
    expect(placed.status).toBe(201);
    const erasedAt = (await shop.ask(`/v2/orders/${placed.json.id}`)).json.erased_at;
    const after = await second.ask('/v2/orders', order);
    expect((await shop.ask(`/v2/orders/${after.json.id}`)).json.note).toBe(`race${seed}`);
    expect(erasedAt === undefined || typeof erasedAt === 'string').toBe(true);
  }
});

test('an erased order can still be paid, shipped and patched', async () => {
  const placed = await shop.ask('/v2/orders', { body: v2Order({ customer_id: 'cus_life', ...contact }) });
  const path = `/v2/orders/${placed.json.id}`;
  await erase('cus_life');
  expect((await shop.ask(`${path}/payments`, { body: { amount: placed.json.total } })).status).toBe(201);
  const merge = { 'Content-Type': 'application/merge-patch+json', 'If-Match': '"2"' };
  const patched = await shop.ask(path, { method: 'PATCH', body: { tags: ['a'] }, headers: merge });
  expect(patched.status).toBe(200);
  expect(
    (await shop.ask(`${path}/shipments`, { body: { lines: [{ line_id: 'line_1', quantity: 2 }] } })).status,
  ).toBe(201);
  const shown = await shop.ask(path);
  expect(shown.json).toMatchObject({ payment_status: 'paid', fulfillment_status: 'shipped', tags: ['a'] });
  expect(shown.text).not.toMatch(MARK);
});

test('a key without the scope erases nobody', async () => {
  const { apiKey } = await shop.addTenant(['orders:write', 'orders:read']);
  const refused = await shop.ask('/v2/customers/cus_e/personal-data', { method: 'DELETE', apiKey });
  expect(refused.json).toMatchObject({ status: 403, code: 'scope_missing' });
});

test('the rows of what an erased customer was found by are gone', async () => {
  const rows = await shop.pool.anyFirst(sql.unsafe`
    SELECT term FROM personal_terms JOIN customer_keys USING (partition, key_id) WHERE erased_at IS NOT NULL`);
  expect(rows).toEqual([]);
});
