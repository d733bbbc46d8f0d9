/** The single calls of gRPC: PlaceOrder and GetOrder. */
import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROBLEMS } from '../../api/problem/problem.ts';
import { holdTheLog } from '../setup/database.ts';
import { type Shop, anOrder, openShop } from '../setup/shop.ts';
import { type OrdersClient, connect, failureOf, take } from './client.ts';
import { eventsOf } from './events-of.ts';

let shop: Shop;
let client: OrdersClient;
beforeAll(async () => {
  shop = await openShop();
  client = connect(shop.grpc, shop.apiKey);
});
afterAll(async () => {
  client.close();
  await shop.close();
});

describe('PlaceOrder', () => {
  test('places an order, which REST returns too; a repeat gets the same answer as a replay', async () => {
    const idempotency_key = randomUUID();
    const order = anOrder({
      shipping_address: { name: 'Ada', line1: 'Quay 1', city: 'Bergen', postal_code: '5003', country: 'NO' },
      metadata: { channel: 'market', 'a.b': 'c' },
    });
    const placed = await client.placeOrder({ idempotency_key, order });
    expect(placed).toMatchObject({
      replayed: false,
      order: {
        status: 'ORDER_STATUS_PLACED',
        total: 900,
        version: 1,
        metadata: { channel: 'market', 'a.b': 'c' },
        shipping_address: { postal_code: '5003' },
      },
    });
    const again = await client.placeOrder({ idempotency_key, order });
    expect(again).toEqual({ ...placed, replayed: true });

    const rest = await shop.ask('/v1/orders', { body: order, key: idempotency_key });
    expect([rest.status, rest.headers.get('Idempotent-Replayed'), rest.json.id]).toEqual([
      201,
      'true',
      placed.order.id,
    ]);
    expect(Date.parse(rest.json.placed_at)).toBe(
      placed.order.placed_at.seconds * 1_000 + placed.order.placed_at.nanos / 1e6,
    );
    expect(await eventsOf(shop, idempotency_key)).toBe(1);
  });

  test('replays an order whose country was only accepted by the first release', async () => {
    const shipping_address = { name: 'Ada', line1: '3 Harbour Row', city: 'Leeds', country: 'UK' };
    const rest = await shop.ask('/v1/orders', { body: { ...anOrder(), shipping_address }, key: 'uk-1' });
    expect(rest.status).toBe(201);
    const { replayed, order } = await client.placeOrder({
      idempotency_key: 'uk-1',
      order: { ...anOrder(), shipping_address },
    });
    expect([replayed, order.id]).toEqual([true, rest.json.id]);
  });

  test('replays an order that was placed through REST', async () => {
    const key = randomUUID();
    const rest = await shop.ask('/v2/orders', {
      key,
      body: {
        customer_id: 'ada',
        lines: [{ sku: 'A', name: 'Kelp', quantity: 1, unit_price: { amount: 7, currency: 'NOK' } }],
      },
    });
    const order = {
      customer_id: 'ada',
      currency: 'NOK',
      lines: [{ sku: 'A', name: 'Kelp', quantity: 1, unit_price: 7 }],
    };
    const placed = await client.placeOrder({ idempotency_key: key, order });
    expect([placed.replayed, placed.order.id]).toEqual([true, rest.json.id]);
  });

  test('places one order for many concurrent calls with one key', async () => {
    const request = { idempotency_key: randomUUID(), order: anOrder() };
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.placeOrder(request)));
    expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await eventsOf(shop, request.idempotency_key)).toBe(1);
  });

  test('gives the problem of REST, with its fields, for a key of another order', async () => {
    const key = randomUUID();
    await client.placeOrder({ idempotency_key: key, order: anOrder() });
    const other = anOrder({ lines: [{ sku: 'KELP-1', name: 'Kelp, dried', quantity: 3, unit_price: 450 }] });
    const rest = await shop.ask('/v1/orders', { body: other, key });
    const { code, message, details } = await failureOf(
      client.placeOrder({ idempotency_key: key, order: other }),
    );
    // Never ALREADY_EXISTS, which clients treat as success.
    expect(code).toBe(status.FAILED_PRECONDITION);
    expect(message).toBe(rest.json.detail);
    expect(details['ErrorInfo']).toEqual({
      reason: 'IDEMPOTENCY_KEY_REUSED',
      domain: 'orders.holdfast',
      metadata: { code: rest.json.code, retry: rest.json.retry },
    });
    expect(details['BadRequest'].field_violations).toEqual([
      { field: 'order.lines[0].quantity', description: rest.json.errors[0].detail },
    ]);
    expect(details['RequestInfo'].request_id).toMatch(/^[0-9a-f]{24}$/);
    expect(details['RetryInfo']).toBeUndefined();
  });

  test.each([
    ['no key', { order: anOrder() }, 'idempotency_key_missing', undefined],
    [
      'a key with a space',
      { idempotency_key: 'a b', order: anOrder() },
      'idempotency_key_invalid',
      undefined,
    ],
    ['no order', { idempotency_key: 'k' }, 'invalid_body', 'order'],
    ['no lines', { idempotency_key: 'k', order: anOrder({ lines: [] }) }, 'invalid_body', 'order.lines'],
    [
      'a customer id with a space',
      { idempotency_key: 'k', order: anOrder({ customer_id: 'a b' }) },
      'invalid_body',
      'order.customer_id',
    ],
    [
      'a charge without a kind',
      { idempotency_key: 'k', order: anOrder({ charges: [{ price: 5 }] }) },
      'invalid_body',
      'order.charges[0].kind',
    ],
    [
      'payment terms that this release does not know',
      { idempotency_key: 'k', order: anOrder({ payment_terms: 7 }) },
      'malformed_request',
      undefined,
    ],
    [
      'a time after the year 9999',
      { idempotency_key: 'k', order: anOrder({ ordered_at: { seconds: 253_402_300_800 } }) },
      'invalid_body',
      'order.ordered_at',
    ],
    [
      'a time in the future',
      { idempotency_key: 'k', order: anOrder({ ordered_at: { seconds: 253_402_300_000 } }) },
      'invalid_body',
      'order.ordered_at',
    ],
    [
      'a discount above its line',
      {
        idempotency_key: 'k',
        order: anOrder({
          lines: [{ sku: 'A', name: 'B', quantity: 1, unit_price: 5, discount: 6 }],
        }),
      },
      'discount_exceeds_line',
      'order.lines[0].discount',
    ],
    [
      'totals that disagree',
      { idempotency_key: 'k', order: anOrder({ stated: { total: 901 } }) },
      'totals_disagree',
      'order.stated.total',
    ],
    [
      'a line whose metadata has __proto__',
      {
        idempotency_key: 'k',
        order: anOrder({
          lines: [
            { sku: 'A', name: 'B', quantity: 1, unit_price: 5, metadata: JSON.parse('{"__proto__":"x"}') },
          ],
        }),
      },
      'malformed_request',
      undefined,
    ],
    [
      'a price above the maximum of an order',
      {
        idempotency_key: 'k',
        order: anOrder({ lines: [{ sku: 'A', name: 'B', quantity: 2, unit_price: 999_999_999_999 }] }),
      },
      'invalid_body',
      'order.lines[0]',
    ],
    [
      'a price above the exact integers',
      {
        idempotency_key: 'k',
        order: anOrder({ lines: [{ sku: 'A', name: 'B', quantity: 2, unit_price: '9223372036854775807' }] }),
      },
      'malformed_request',
      undefined,
    ],
    [
      'metadata called __proto__',
      { idempotency_key: 'k', order: anOrder({ metadata: JSON.parse('{"__proto__":"x"}') }) },
      'malformed_request',
      undefined,
    ],
  ] as const)('%s is refused with a plain detail', async (_name, request, code, field) => {
    const failure = await failureOf(client.placeOrder(request));
    expect(failure.code).toBe(status.INVALID_ARGUMENT);
    expect(failure.details['ErrorInfo'].metadata).toEqual({ code, retry: PROBLEMS[code].retry });
    if (field !== undefined) {
      const fields = failure.details['BadRequest'].field_violations.map(
        (each: { field: string }) => each.field,
      );
      expect(fields.join(' ')).toContain(field);
    }
    expect(await eventsOf(shop, 'k')).toBe(0);
  });

  test('refuses a message above the maximum size of an order, and keeps the connection', async () => {
    const order = anOrder({ metadata: { a: 'x'.repeat(300_000) } });
    expect((await failureOf(client.placeOrder({ idempotency_key: 'k', order }))).code).toBe(
      status.RESOURCE_EXHAUSTED,
    );
    expect((await client.placeOrder({ idempotency_key: randomUUID(), order: anOrder() })).replayed).toBe(
      false,
    );
  });
});

describe('deadlines', () => {
  test('a call ends at its deadline while the log is locked; a repeat with its key returns the outcome', async () => {
    const held = await holdTheLog(shop.database.url);
    const request = { idempotency_key: randomUUID(), order: anOrder() };
    const began = performance.now();
    const failure = await failureOf(client.placeOrder(request, { deadline: Date.now() + 300 }));
    expect(failure.code).toBe(status.DEADLINE_EXCEEDED);
    expect(performance.now() - began).toBeLessThan(3_000);
    await held.release();
    expect((await client.placeOrder(request)).order.version).toBe(1);
    expect(await eventsOf(shop, request.idempotency_key)).toBe(1);
  });

  test('a watch ends at its deadline', async () => {
    const watch = client.watchEvents({ after: 0 }, { deadline: Date.now() + 200 });
    expect((await failureOf(take(watch))).code).toBe(status.DEADLINE_EXCEEDED);
  });
});

describe('GetOrder', () => {
  test('reads an acknowledged order, in its current and past versions', async () => {
    const placed = await client.placeOrder({ idempotency_key: randomUUID(), order: anOrder() });
    const { id } = placed.order;
    await shop.ask(`/v1/orders/${id}/payments`, { body: { amount: 900 } });
    expect(await client.getOrder({ order_id: id })).toMatchObject({
      order: { status: 'ORDER_STATUS_PAID', amount_paid: 900, version: 2 },
    });
    const first = await client.getOrder({ order_id: id, version: 1 });
    expect(first).toEqual({ order: placed.order, position: placed.position });
    const beyond = await failureOf(client.getOrder({ order_id: id, version: 3 }));
    expect([beyond.code, beyond.details['ErrorInfo'].metadata.code]).toEqual([
      status.NOT_FOUND,
      'order_version_not_found',
    ]);
  });

  test.each([
    [{ order_id: 'ord_nothing' }, status.NOT_FOUND, 'order_not_found'],
    [{ order_id: '' }, status.NOT_FOUND, 'order_not_found'],
    [{ order_id: 'x', version: 0 }, status.INVALID_ARGUMENT, 'invalid_parameter'],
    [{ order_id: 'x', version: -1 }, status.INVALID_ARGUMENT, 'invalid_parameter'],
  ])('%j is not found', async (request, code, problem) => {
    const failure = await failureOf(client.getOrder(request));
    expect([failure.code, failure.details['ErrorInfo'].metadata.code]).toEqual([code, problem]);
  });
});
