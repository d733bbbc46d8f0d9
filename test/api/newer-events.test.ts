/** A node of an older release never answers from a part of a log, and never with 500. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { status as grpcStatus } from '@grpc/grpc-js';
import { sql } from 'slonik';
import { z } from 'zod';
import { connect } from '../grpc/client.ts';
import { appendRow, forget } from '../setup/older-release.ts';
import { type Answer, type Shop, anOrder, openShop } from '../setup/shop.ts';

let shop: Shop;
let upgrade = (): void => {};
beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => upgrade());
afterAll(() => shop.close());

const HOLD = { type: 'HoldPlaced', data: '{"reason":"fraud_review"}' };

/** A tenant of an older node whose second order has an event of a newer release. */
async function anOldNode() {
  const { apiKey } = await shop.addTenant();
  const ask: Shop['ask'] = (path, given) => shop.ask(path, { apiKey, ...given });
  const place = async (key?: string) =>
    (await ask('/v1/orders', { body: anOrder(), ...(key && { key }) })).json.id;
  const first: string = await place();
  const held: string = await place();
  upgrade = forget('HoldPlaced');
  const position = await appendRow(shop.pool, held, HOLD);
  const last: string = await place();
  return { apiKey, ask, place, first, held, last, position };
}

function expectOtherNode({ status, json, headers }: Answer): void {
  expect({ status, code: json.code, after: headers.get('retry-after') }).toEqual({
    status: 503,
    code: 'unavailable',
    after: '1',
  });
  expect(json.detail).toContain('HoldPlaced');
}

test('the feed ends before the event, answers 503 at it, and the upgraded node continues', async () => {
  const { ask, position } = await anOldNode();
  const page = await ask('/v2/events?limit=100');
  expect(page.json.data.map(({ type }: { type: string }) => type)).toEqual(['OrderPlaced', 'OrderPlaced']);
  expect(page.json).toMatchObject({ has_more: true });
  const one = await ask('/v2/events?limit=1'); // a full page before it
  expect(one.json.data).toHaveLength(1);
  const next = `/v2/events?cursor=${page.json.next_cursor}`;
  expectOtherNode(await ask(next));
  expectOtherNode(await ask(`${next}&wait=1`));
  // The client asked for another type: nothing that it wants is passed over.
  const placed = await ask('/v2/events?types=OrderPlaced');
  expect(placed.json.data).toHaveLength(3);
  upgrade();
  const rest = await ask(next);
  expect(rest.json.data.map((event: { position: number }) => event.position)).toEqual([
    position,
    position + 1,
  ]);
});

test('a newer schema version of a known type holds up version 1 of the API too', async () => {
  const { ask, first } = await anOldNode();
  await appendRow(shop.pool, first, { type: 'OrderCompleted', schemaVersion: 9, data: '{"note":null}' });
  const page = await ask('/v1/events');
  expect(page.json.data).toHaveLength(3);
  const { status, json } = await ask(`/v1/events?cursor=${page.json.next_cursor}`);
  expect({ status, code: json.code }).toEqual({ status: 503, code: 'unavailable' });
  expect(json.detail).toContain('OrderCompleted of schema version 9');
});

test('reads and commands of its order answer 503; other orders work', async () => {
  const { ask, held, last } = await anOldNode();
  for (const path of ['', '/events', '/balance', '/payments', '/holds'])
    expectOtherNode(await ask(`/v2/orders/${held}${path}`));
  const payment = { amount: { amount: 100, currency: 'EUR' }, method: 'card' };
  const key = 'payment-of-a-held-order';
  expectOtherNode(await ask(`/v2/orders/${held}/payments`, { body: payment, key }));
  expectOtherNode(await ask(`/v2/orders/${held}/cancellation`, { body: { reason: 'x' } }));
  expect((await ask(`/v2/orders/${held}?version=1`)).status).toBe(200);
  expect((await ask(`/v2/orders/${last}`)).status).toBe(200);
  upgrade();
  // The node that knows the hold decides: nothing was recorded before.
  expect((await ask(`/v2/orders/${held}/payments`, { body: payment, key })).status).toBe(201);
});

test('a key whose event is of a newer release fails its own command of a batch', async () => {
  const { ask, held } = await anOldNode();
  const key = await shop.pool.oneFirst(sql.type(z.object({ idempotency_key: z.string() }))`
    SELECT idempotency_key FROM events WHERE order_id = ${held.slice(4)} AND version = 2`);
  expectOtherNode(await ask(`/v2/idempotency-keys/${key}`));
  const answers = await Promise.all([
    ask('/v1/orders', { body: anOrder(), key }),
    ...Array.from({ length: 10 }, () => ask('/v1/orders', { body: anOrder() })),
  ]);
  expectOtherNode(answers[0]!);
  expect(answers.slice(1).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
});

test('WatchEvents sends the events before it, and ends with UNAVAILABLE', async () => {
  const { apiKey, held } = await anOldNode();
  const client = connect(shop.grpc, apiKey);
  try {
    const seen: string[] = [];
    const failure = await new Promise<{ code: number; details: string }>((resolve) => {
      client
        .watchEvents({ after: 0 })
        .on('data', ({ event }: { event: { order_id: string } | null }) => event && seen.push(event.order_id))
        .on('error', resolve);
    });
    expect(seen).toHaveLength(2);
    expect(failure.code).toBe(grpcStatus.UNAVAILABLE);
    const refused = await client.getOrder({ order_id: held }).catch((error: { code: number }) => error);
    expect(refused.code).toBe(grpcStatus.UNAVAILABLE);
  } finally {
    client.close();
  }
});
