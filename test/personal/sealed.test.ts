/** Personal data at rest: sealed in every table, shown in every answer. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { type Shop, openShop, until } from '../setup/shop.ts';
import { v2Order } from './orders.ts';
import { anyMark, dumpOf, personalMarks } from './secrets.ts';

let shop: Shop;
const seed = randomBytes(4).toString('hex');
const marks = personalMarks(seed);
const { reason, metadata, ...contact } = marks;

beforeAll(async () => {
  shop = await openShop({ HOLDFAST_PERSONAL_KEY: randomBytes(32).toString('base64') });
  await shop.pool.query(
    sql.unsafe`UPDATE tenants SET personal_metadata = '{gift_text}' WHERE tenant_id = ${shop.tenantId}`,
  );
  await new Promise((resolve) => setTimeout(resolve, 600));
});
afterAll(() => shop?.close());

const post = (path: string, body: unknown, key: string = randomUUID()) =>
  shop.ask(path, { method: 'POST', body, key });

test('an order shows its personal data, and no table has it', async () => {
  const key = randomUUID();
  const order = { ...v2Order(), ...contact, metadata: { ...metadata, channel: 'web' } };
  const placed = await post('/v2/orders', order, key);
  expect(placed.status).toBe(201);
  expect(placed.json).toMatchObject({ ...contact, metadata: { ...metadata, channel: 'web' } });

  const again = await post('/v2/orders', order, key);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.text).toBe(placed.text);
  const reused = await post('/v2/orders', { ...order, email: 'other@example.com' }, key);
  expect(reused.status).toBe(422);
  expect(reused.json).toMatchObject({ code: 'idempotency_key_reused', errors: [{ pointer: '/email' }] });

  const path = `/v2/orders/${placed.json.id}`;
  const patched = await shop.ask(path, {
    method: 'PATCH',
    body: { note: `${marks.note} 2`, shipping_address: { city: `${marks.shipping_address.city}2` } },
    headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': placed.headers.get('etag')! },
  });
  expect(patched.json).toMatchObject({
    note: `${marks.note} 2`,
    email: marks.email,
    shipping_address: { name: marks.shipping_address.name, city: `${marks.shipping_address.city}2` },
  });
  await post(`${path}/cancellation`, { reason });
  expect((await shop.ask(`${path}/cancellation`)).json).toMatchObject({ reason });
  expect((await shop.ask(path)).json).toMatchObject({ email: marks.email, note: `${marks.note} 2` });
  expect((await shop.ask(`${path}/events`)).text).toContain(marks.email);
  expect((await shop.ask('/v2/events')).text).toContain(marks.email);
  await until(async () => (await shop.ask('/v2/orders')).json.data.length === 1);
  expect((await shop.ask('/v2/orders')).text).toContain(marks.shipping_address.name);
  expect((await shop.ask('/v2/orders', { headers: { Accept: 'text/csv' } })).text).toContain(marks.email);
  expect((await shop.ask(`/v2/idempotency-keys/${key}`)).text).toContain(marks.email);
  const found = await shop.ask(`/v2/orders?email=${encodeURIComponent(marks.email.toUpperCase())}`);
  expect(found.json.data).toHaveLength(1);

  const dump = await dumpOf(shop.pool);
  expect(dump).toContain('$sealed');
  expect(dump).not.toMatch(anyMark(seed));
});

test('an order is found by its newest e-mail address alone', async () => {
  const placed = await post('/v2/orders', { ...v2Order(), email: `first${seed}@example.com` });
  const find = async (email: string) =>
    (await shop.ask(`/v2/orders?email=${encodeURIComponent(email)}`)).json.data.length;
  await until(async () => (await find(`first${seed}@example.com`)) === 1);
  await shop.ask(`/v2/orders/${placed.json.id}`, {
    method: 'PATCH',
    body: { email: `second${seed}@example.com` },
    headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': '"1"' },
  });
  expect(await find(`first${seed}@example.com`)).toBe(0);
  expect(await find(`second${seed}@example.com`)).toBe(1);
});

test('a customer has one key, a guest one for each order', async () => {
  for (let n = 0; n < 3; n += 1) await post('/v2/orders', { ...v2Order(), customer_id: 'cus_k', note: 'a' });
  for (let n = 0; n < 2; n += 1) await post('/v2/orders', { ...v2Order(), customer_id: null, note: 'a' });
  const { rows } = await shop.pool.query(sql.unsafe`
    SELECT split_part(subject, ':', 1) AS kind, count(*) FROM customer_keys
     WHERE subject = 'customer:cus_k' OR subject LIKE 'order:%' GROUP BY 1 ORDER BY 1`);
  expect(rows).toEqual([
    { kind: 'customer', count: 1 },
    { kind: 'order', count: 2 },
  ]);
});
