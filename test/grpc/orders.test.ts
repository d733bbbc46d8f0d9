import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { PROBLEMS } from '../../api/problem/problem.ts';
import { addApiKey } from '../../store/keys/api-keys.ts';
import { newKey } from '../../store/keys/new-key.ts';
import { SCOPES, type Scope } from '../../store/keys/scopes.ts';
import { holdTheLog } from '../setup/database.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';
import { type OrdersClient, connect, failureOf, take, unpacked } from './client.ts';

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

const eventsOf = async (key: string): Promise<number> =>
  Number(await shop.pool.oneFirst(sql.unsafe`SELECT count(*) FROM events WHERE idempotency_key = ${key}`));

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
    expect(await eventsOf(idempotency_key)).toBe(1);
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
    expect(await eventsOf(request.idempotency_key)).toBe(1);
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
    [
      'no customer',
      { idempotency_key: 'k', order: anOrder({ customer_id: '' }) },
      'invalid_body',
      'order.customer_id',
    ],
    ['no lines', { idempotency_key: 'k', order: anOrder({ lines: [] }) }, 'invalid_body', 'order.lines'],
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
  ] as const)('%s is refused in words', async (_name, request, code, field) => {
    const failure = await failureOf(client.placeOrder(request));
    expect(failure.code).toBe(status.INVALID_ARGUMENT);
    expect(failure.details['ErrorInfo'].metadata).toEqual({ code, retry: PROBLEMS[code].retry });
    if (field !== undefined) {
      const fields = failure.details['BadRequest'].field_violations.map(
        (each: { field: string }) => each.field,
      );
      expect(fields.join(' ')).toContain(field);
    }
    expect(await eventsOf('k')).toBe(0);
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
    expect(await eventsOf(request.idempotency_key)).toBe(1);
  });

  test('a watch ends at its deadline', async () => {
    const watch = client.watchEvents({ after: 0 }, { deadline: Date.now() + 200 });
    expect((await failureOf(take(watch))).code).toBe(status.DEADLINE_EXCEEDED);
  });
});

describe('authentication and scopes', () => {
  test.each([
    [undefined, status.UNAUTHENTICATED, 'unauthenticated'],
    ['hf_test_00000000000000000000000000000000', status.UNAUTHENTICATED, 'unauthenticated'],
  ])('with the key %s', async (key, code, problem) => {
    const stranger = connect(shop.grpc, key);
    const failures = await Promise.all([
      failureOf(stranger.placeOrder({ idempotency_key: 'k', order: anOrder() })),
      failureOf(stranger.getOrder({ order_id: 'x' })),
      failureOf(take(stranger.placeOrders())),
      failureOf(take(stranger.watchEvents({}))),
    ]);
    stranger.close();
    for (const failure of failures) {
      expect(failure.code).toBe(code);
      expect(failure.details['ErrorInfo'].metadata.code).toBe(problem);
    }
  });

  test.each<[call: string, needed: Scope[], (client: OrdersClient) => Promise<unknown>]>([
    [
      'PlaceOrder',
      ['orders:place', 'orders:write'],
      (client) => client.placeOrder({ idempotency_key: randomUUID(), order: anOrder() }),
    ],
    [
      'PlaceOrders',
      ['orders:place', 'orders:write'],
      (client) => {
        const stream = client.placeOrders();
        stream.end();
        return take(stream);
      },
    ],
    ['GetOrder', ['orders:read'], (client) => client.getOrder({ order_id: `ord_${'0'.repeat(32)}` })],
    ['WatchEvents', ['events:read', 'orders:read'], (client) => take(client.watchEvents({ after: 0 }), 1)],
  ])('%s accepts a key with its scope, or with the sum that contains it', async (_call, needed, ask) => {
    const placed = await client.placeOrder({ idempotency_key: randomUUID(), order: anOrder() });
    expect(placed.order.version).toBe(1);
    for (const scope of SCOPES) {
      const apiKey = newKey('test').key;
      await addApiKey(shop.pool, {
        tenantId: shop.tenantId,
        key: apiKey,
        name: apiKey,
        scopes: [scope],
      });
      const bearer = connect(shop.grpc, apiKey);
      const failure = await ask(bearer).then(
        () => undefined,
        (error: unknown) => failureOf(Promise.reject(error)),
      );
      bearer.close();
      const refusal =
        failure?.code === status.PERMISSION_DENIED
          ? [failure.message, failure.details['ErrorInfo'].metadata.code]
          : undefined;
      expect([scope, refusal]).toEqual([
        scope,
        needed.includes(scope) ? undefined : [`This call needs the scope ${needed[0]}.`, 'scope_missing'],
      ]);
    }
  });

  test('the order and events of another tenant are not found', async () => {
    const placed = await client.placeOrder({ idempotency_key: randomUUID(), order: anOrder() });
    const { apiKey } = await shop.addTenant();
    const other = connect(shop.grpc, apiKey);
    expect((await failureOf(other.getOrder({ order_id: placed.order.id }))).code).toBe(status.NOT_FOUND);
    const mine = await other.placeOrder({ idempotency_key: randomUUID(), order: anOrder() });
    const [first] = await take(other.watchEvents({ after: 0 }), 1);
    other.close();
    expect(first.event.order_id).toBe(mine.order.id);
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

describe('PlaceOrders', () => {
  test('answers each message with its key, its number, and a position, once it is committed', async () => {
    const stream = client.placeOrders();
    const keys = Array.from({ length: 500 }, () => randomUUID());
    const looks: Promise<void>[] = [];
    // An acknowledged order can be read at once on any connection.
    const look = async (position: number) => {
      const count = await shop.pool.oneFirst(
        sql.unsafe`SELECT count(*) FROM events WHERE position = ${position}`,
      );
      expect(Number(count)).toBe(1);
    };
    stream.on('data', ({ placed }) => looks.push(look(placed.position)));
    const answers = take(stream);
    for (const idempotency_key of keys) stream.write({ idempotency_key, order: anOrder() });
    stream.end();
    const all = await answers;
    await Promise.all(looks);
    expect(looks).toHaveLength(500);
    expect(all.map(({ sequence }) => sequence).toSorted((a, b) => a - b)).toEqual(keys.map((_, n) => n + 1));
    for (const { sequence, idempotency_key, placed } of all) {
      expect(idempotency_key).toBe(keys[sequence - 1]);
      expect(placed.replayed).toBe(false);
    }
    expect(new Set(all.map(({ placed }) => placed.position)).size).toBe(500);
  });

  test('a faulty message does not affect others, and an empty message gets an answer', async () => {
    const stream = client.placeOrders();
    const good = randomUUID();
    stream.write({ idempotency_key: good, order: anOrder() });
    stream.write({ idempotency_key: 'bad', order: anOrder({ currency: 'euro' }) });
    stream.write({ idempotency_key: '', order: anOrder() });
    stream.write({
      idempotency_key: 'huge',
      order: anOrder({ lines: [{ sku: 'A', name: 'B', quantity: 1, unit_price: '9223372036854775807' }] }),
    });
    stream.write({ idempotency_key: good, order: anOrder() });
    stream.write({ idempotency_key: good, order: anOrder({ customer_id: 'somebody_else' }) });
    stream.end();
    const bySequence = new Map((await take(stream)).map((answer) => [answer.sequence, answer]));
    const code = (n: number) => {
      const { details } = unpacked(bySequence.get(n).refused);
      return details['ErrorInfo'].metadata.code;
    };
    expect(bySequence.size).toBe(6);
    expect([code(2), code(3), code(4), code(6)]).toEqual([
      'invalid_body',
      'idempotency_key_missing',
      'malformed_request',
      'idempotency_key_reused',
    ]);
    const [first, fifth] = [bySequence.get(1).placed, bySequence.get(5).placed];
    expect(fifth.order_id).toBe(first.order_id);
    expect([first.replayed, fifth.replayed].toSorted()).toEqual([false, true]);
    expect(await eventsOf(good)).toBe(1);
  });

  test('a sender faster than the log is held back at the in-flight limit', async () => {
    const held = await holdTheLog(shop.database.url);
    const stream = client.placeOrders();
    const answers = take(stream);
    const before = await gauge('holdfast_append_queue_length');
    let refusedToTakeMore = false;
    for (let n = 0; n < 5_000; n += 1) {
      const order = anOrder({ metadata: { a: 'x'.repeat(400) } });
      const taken = stream.write({ idempotency_key: randomUUID(), order });
      refusedToTakeMore ||= !taken;
    }
    stream.end();
    await until(async () => (await gauge('holdfast_append_queue_length')) - before >= 512);
    await delay(200);
    expect((await gauge('holdfast_append_queue_length')) - before).toBe(512);
    expect(refusedToTakeMore).toBe(true);
    // Another stream shares the in-flight limit, and continues together with the first.
    const second = client.placeOrders();
    const others = take(second);
    for (let n = 0; n < 600; n += 1) second.write({ idempotency_key: randomUUID(), order: anOrder() });
    second.end();
    await delay(200);
    expect((await gauge('holdfast_append_queue_length')) - before).toBeLessThan(520);
    await held.release();
    expect(await answers).toHaveLength(5_000);
    expect(await others).toHaveLength(600);
  });

  test('an empty stream ends with OK', async () => {
    const stream = client.placeOrders();
    stream.end();
    expect(await take(stream)).toEqual([]);
  });

  test('a disconnected client leaves only whole orders, and no resources behind', async () => {
    const stream = client.placeOrders();
    const keys = Array.from({ length: 100 }, () => randomUUID());
    stream.once('error', () => {});
    for (const idempotency_key of keys) stream.write({ idempotency_key, order: anOrder() });
    await new Promise((resolve) => stream.once('data', resolve));
    stream.cancel();
    await until(async () => (await gauge('holdfast_append_queue_length')) === 0);
    const again = client.placeOrders();
    for (const idempotency_key of keys) again.write({ idempotency_key, order: anOrder() });
    again.end();
    expect(await take(again)).toHaveLength(100);
    for (const key of keys) expect(await eventsOf(key)).toBe(1);
  });
});

describe('WatchEvents', () => {
  test('sends all past events, then each new one, in log order, and continues from any position', async () => {
    const { apiKey } = await shop.addTenant();
    const other = connect(shop.grpc, apiKey);
    const place = async () =>
      (await other.placeOrder({ idempotency_key: randomUUID(), order: anOrder() })).position;
    const first = [await place(), await place()];
    const watch = other.watchEvents({ after: 0 });
    const seen = take(watch, 5);
    await delay(100);
    const positions = [...first, await place(), await place(), await place()];
    const events = await seen;
    expect(events.map(({ position }) => position)).toEqual(positions);
    expect(events.map(({ event }) => event.position)).toEqual(positions);
    expect(events[0].event.order_placed).toMatchObject({ customer_id: 'cus_1', total: 900 });
    watch.cancel();

    const rest = other.watchEvents({ after: positions[2] });
    const left = await take(rest, 2);
    rest.cancel();
    other.close();
    expect(left.map(({ position }) => position)).toEqual(positions.slice(3));
  });

  test('sends each type of event with its data', async () => {
    const { apiKey } = await shop.addTenant();
    const other = connect(shop.grpc, apiKey);
    const post = async (path: string, body: object, method = 'POST') => {
      const headers: Record<string, string> =
        method === 'PATCH' ? { 'Content-Type': 'application/merge-patch+json', 'If-Match': '"1"' } : {};
      const { status: code, json } = await shop.ask(path, { body, apiKey, method, headers });
      expect([200, 201]).toContain(code);
      return json;
    };
    const { id } = await post('/v1/orders', anOrder());
    const patch = { metadata: { note: 'x', gone: null } };
    await post(`/v1/orders/${id}`, patch, 'PATCH');
    await post(`/v1/orders/${id}/payments`, { amount: 900, method: 'card' });
    await post(`/v1/orders/${id}/shipments`, { lines: [{ line_id: 'line_1', quantity: 2 }], carrier: 'sea' });
    await post(`/v1/orders/${id}/returns`, { lines: [{ line_id: 'line_1', quantity: 1 }], reason: 'wet' });
    await post(`/v1/orders/${id}/refunds`, { amount: 450 });
    await post(`/v1/orders/${id}/completion`, { note: 'done' });
    const cancelled = await post('/v1/orders', anOrder());
    await post(`/v1/orders/${cancelled.id}/cancellation`, {});
    const watch = other.watchEvents({ after: 0 });
    const events = (await take(watch, 9)).map(({ event }) => event);
    watch.cancel();

    expect(events.map(({ data }) => data)).toEqual([
      'order_placed',
      'order_updated',
      'payment_recorded',
      'items_shipped',
      'items_returned',
      'refund_recorded',
      'order_completed',
      'order_placed',
      'order_cancelled',
    ]);
    expect(events[1].order_updated.metadata).toEqual({ note: 'x' });
    expect(Object.keys(events[1].order_updated.patch.fields.metadata.structValue.fields)).toEqual([
      'note',
      'gone',
    ]);
    expect(events[2].payment_recorded).toMatchObject({ amount: 900, currency: 'EUR', method: 'card' });
    expect(events[3].items_shipped).toMatchObject({
      lines: [{ line_id: 'line_1', quantity: 2 }],
      carrier: 'sea',
    });
    expect(events[4].items_returned.reason).toBe('wet');
    expect(events[5].refund_recorded.amount).toBe(450);
    expect(events[6].order_completed.note).toBe('done');

    const some = other.watchEvents({ after: 0, types: ['EVENT_TYPE_REFUND_RECORDED'] });
    // The last message has the scanned position, although no event matched.
    const [refund, moved] = await take(some, 2);
    some.cancel();
    other.close();
    expect(refund.event.refund_recorded.amount).toBe(450);
    expect([moved.event, moved.position]).toEqual([null, events[8].position]);
  });

  test.each([
    [{ after: -1 }, 'invalid_parameter'],
    [{ types: ['EVENT_TYPE_UNSPECIFIED'] }, 'invalid_parameter'],
    [{ types: [99] }, 'malformed_request'],
  ])('%j is refused with a plain detail', async (request, code) => {
    const failure = await failureOf(take(client.watchEvents(request)));
    expect([failure.code, failure.details['ErrorInfo'].metadata.code]).toEqual([
      status.INVALID_ARGUMENT,
      code,
    ]);
  });
});

async function gauge(name: string): Promise<number> {
  const { registry } = await import('../../platform/metrics.ts');
  const found = (await registry.getSingleMetric(name)!.get()).values as { value: number }[];
  return found[0]?.value ?? 0;
}
