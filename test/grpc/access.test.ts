/** The keys and scopes that the calls of gRPC require. */
import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addApiKey } from '../../store/keys/api-keys.ts';
import { newKey } from '../../store/keys/new-key.ts';
import { SCOPES, type Scope } from '../../store/keys/scopes.ts';
import { type Shop, anOrder, openShop } from '../setup/shop.ts';
import { withTestKey } from '../setup/test-key.ts';
import { type OrdersClient, connect, failureOf, take } from './client.ts';

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

  test.each<[string, () => Promise<[owner: Shop, stranger: string]>]>([
    ['another tenant', async () => [shop, (await shop.addTenant()).apiKey]],
    ['a test key of the tenant', async () => [shop, (await withTestKey(shop)).apiKey]],
    [
      'a live key, for test orders',
      async () => {
        const live = await shop.addTenant();
        return [await withTestKey({ ...shop, ...live }), live.apiKey];
      },
    ],
  ])('%s finds neither orders nor events nor idempotency keys', async (_name, pair) => {
    const [{ apiKey }, stranger] = await pair();
    const owner = connect(shop.grpc, apiKey);
    const keys = [randomUUID(), randomUUID()];
    const [key = '', ofStream = ''] = keys;
    const placed = await owner.placeOrder({ idempotency_key: key, order: anOrder() });
    await owner.placeOrder({ idempotency_key: ofStream, order: anOrder() });
    owner.close();
    const other = connect(shop.grpc, stranger);
    expect((await failureOf(other.getOrder({ order_id: placed.order.id }))).code).toBe(status.NOT_FOUND);
    const mine = await other.placeOrder({ idempotency_key: key, order: anOrder() });
    expect([mine.replayed, mine.order.id === placed.order.id]).toEqual([false, false]);
    const stream = other.placeOrders();
    stream.end({ idempotency_key: ofStream, order: anOrder() });
    const [result] = await take(stream);
    expect(result.placed).toMatchObject({ replayed: false });
    const [first] = await take(other.watchEvents({ after: 0 }), 1);
    other.close();
    expect(first.event.order_id).toBe(mine.order.id);
  });
});
