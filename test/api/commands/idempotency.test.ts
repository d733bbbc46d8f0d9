import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, type Shop, anOrder, openShop } from '../../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

/** The part of an answer that is equal in each repeat, without the fields of one exchange. */
function essence({ status, headers, text }: Answer) {
  const about = new Set([
    'date',
    'x-request-id',
    'ratelimit',
    'idempotent-replayed',
    'connection',
    'keep-alive',
  ]);
  return { status, text, headers: [...headers].filter(([name]) => !about.has(name)) };
}

async function countEvents(): Promise<number> {
  const { sql } = await import('slonik');
  const { z } = await import('zod');
  return shop.pool.oneFirst(sql.type(z.object({ n: z.int() }))`SELECT count(*) AS n FROM events`);
}

describe('a repeated request', () => {
  test('places one order, and gets the first answer, byte for byte', async () => {
    const body = anOrder({ metadata: { b: '2', a: '1', 10: 'ten', 9: 'nine' } });
    const first = await shop.ask('/v1/orders', { body, key: 'once' });
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    const events = await countEvents();

    const again = await shop.ask('/v1/orders', { body, key: 'once' });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(essence(again)).toEqual(essence(first));
    expect(await countEvents()).toBe(events);
  });

  test('gets the same answer after a restart, and after a later cancellation of the order', async () => {
    const first = await shop.ask('/v1/orders', { body: anOrder(), key: 'long-ago' });
    const id = first.json.id as string;
    const cancelled = await shop.ask(`/v1/orders/${id}/cancellation`, {
      body: { reason: 'late' },
      key: 'cancel-it',
    });
    expect(cancelled.status).toBe(201);
    await shop.restart();

    const again = await shop.ask('/v1/orders', { body: anOrder(), key: 'long-ago' });
    expect(again.json.status).toBe('placed');
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(essence(again)).toEqual(essence(first));

    const cancelledAgain = await shop.ask(`/v1/orders/${id}/cancellation`, {
      body: { reason: 'late' },
      key: 'cancel-it',
    });
    expect(cancelledAgain.headers.get('idempotent-replayed')).toBe('true');
    expect(essence(cancelledAgain)).toEqual(essence(cancelled));
  });

  test('may have another spelling of the same JSON', async () => {
    const first = await shop.ask('/v1/orders', { body: anOrder(), key: 'spelling' });
    const { customer_id, currency, lines } = anOrder();
    const spelled = JSON.stringify({ metadata: {}, lines, currency, customer_id }, null, 3);
    const again = await shop.ask('/v1/orders', { body: spelled, key: '"spelling"' });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.json.id).toBe(first.json.id);
  });

  test('that arrives during the first request waits for it, and gets the same answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => shop.ask('/v1/orders', { body: anOrder(), key: 'at-once' })),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
  });

  test('of a cancellation takes effect once, and a cancellation with another key is refused', async () => {
    const { json } = await shop.ask('/v1/orders', { body: anOrder() });
    const cancel = (key: string) => shop.ask(`/v1/orders/${json.id}/cancellation`, { body: {}, key });
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, () => cancel('c-a')),
      ...Array.from({ length: 5 }, () => cancel('c-b')),
    ]);
    const won = answers.filter(({ status }) => status === 201);
    const lost = answers.filter(({ status }) => status === 409);
    expect(won).toHaveLength(5);
    expect(lost).toHaveLength(5);
    for (const { json: problem } of lost)
      expect(problem).toMatchObject({ code: 'order_already_cancelled', retry: 'never' });
    expect((await shop.ask(`/v1/orders/${json.id}`)).json.version).toBe(2);
  });
});

describe('a key that was used for another request', () => {
  test('gets 422 with pointers to the different members, never with their values', async () => {
    await shop.ask('/v1/orders', { body: anOrder({ metadata: { gift: 'yes' } }), key: 'reused' });
    const other = anOrder({
      customer_id: 'cus_secret',
      lines: [
        { sku: 'KELP-1', name: 'Kelp, dried', quantity: 3, unit_price: 450 },
        { sku: 'ROPE-9', name: 'Rope', quantity: 1, unit_price: 1 },
      ],
      metadata: {},
    });
    const { status, json, text } = await shop.ask('/v1/orders', { body: other, key: 'reused' });
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: 'idempotency_key_reused', retry: 'never' });
    expect(json.errors.map((error: { pointer: string }) => error.pointer).sort()).toEqual([
      '/customer_id',
      '/lines/0/quantity',
      '/lines/1',
      '/metadata/gift',
    ]);
    expect(text).not.toContain('cus_secret');
  });

  test('gets 422 when the operation or the order is another one', async () => {
    const one = await shop.ask('/v1/orders', { body: anOrder(), key: 'for-placing' });
    const two = await shop.ask('/v1/orders', { body: anOrder() });
    const asCancel = await shop.ask(`/v1/orders/${one.json.id}/cancellation`, {
      body: {},
      key: 'for-placing',
    });
    expect([asCancel.status, asCancel.json.code]).toEqual([422, 'idempotency_key_reused']);
    await shop.ask(`/v1/orders/${one.json.id}/cancellation`, { body: {}, key: 'for-cancelling' });
    const elsewhere = await shop.ask(`/v1/orders/${two.json.id}/cancellation`, {
      body: {},
      key: 'for-cancelling',
    });
    expect([elsewhere.status, elsewhere.json.code]).toEqual([422, 'idempotency_key_reused']);
    expect((await shop.ask(`/v1/orders/${two.json.id}`)).json.status).toBe('placed');
  });

  test('of another tenant is independent', async () => {
    const other = await shop.addTenant();
    const mine = await shop.ask('/v1/orders', { body: anOrder(), key: 'shared-name' });
    const theirs = await shop.ask('/v1/orders', {
      body: anOrder({ customer_id: 'x' }),
      key: 'shared-name',
      apiKey: other.apiKey,
    });
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.headers.get('idempotent-replayed')).toBeNull();
    expect(theirs.json.id).not.toBe(mine.json.id);
  });
});

describe('a refused request', () => {
  test('leaves its key free', async () => {
    const bad = await shop.ask('/v1/orders', { body: anOrder({ currency: 'XXX' }), key: 'second-chance' });
    expect([bad.status, bad.json.errors[0].pointer]).toEqual([422, '/currency']);
    const good = await shop.ask('/v1/orders', { body: anOrder(), key: 'second-chance' });
    expect(good.status).toBe(201);
    expect(good.headers.get('idempotent-replayed')).toBeNull();
  });
});
