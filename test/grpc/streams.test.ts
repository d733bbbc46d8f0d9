/** The streams of gRPC: PlaceOrders and WatchEvents. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { holdTheLog } from '../setup/database.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';
import { type OrdersClient, connect, failureOf, take, unpacked } from './client.ts';
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
    expect(await eventsOf(shop, good)).toBe(1);
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
    for (const key of keys) expect(await eventsOf(shop, key)).toBe(1);
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
