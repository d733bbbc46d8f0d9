/**
 * A tenant can neither see nor change another one's data, nor learn that it exists. Nor can a test
 * key with the data of live keys of its tenant, or a live key with that of test keys.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { loadSpec } from '../../api/contract/spec.ts';
import { EDITIONS } from '../../api/editions.ts';
import { type Answer, type Shop, openShop } from '../setup/shop.ts';
import { withTestKey } from '../setup/test-key.ts';
import { type Scene, createScene, goodRequest } from './scene.ts';

const operations = EDITIONS.flatMap(({ name }) => loadSpec(name).operations);

interface Pair {
  /** The shop with the key that owns the scene. */
  owner: Shop;
  scene: Scene;
  /** A key whose tenant has no data. */
  stranger: string;
}
const pairs: Record<string, Pair> = {};
let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  const scene = await createScene(shop);
  pairs['another tenant'] = { owner: shop, scene, stranger: (await shop.addTenant()).apiKey };
  pairs['a test key of the tenant'] = { owner: shop, scene, stranger: (await withTestKey(shop)).apiKey };
  const live = await shop.addTenant();
  const owner = await withTestKey({ ...shop, ...live });
  const ofTests = await createScene(owner);
  pairs['a live key, for test data'] = { owner, scene: ofTests, stranger: live.apiKey };
}, 60_000);
afterAll(() => shop.close());

/** The content of an answer, without the fields of one exchange. */
const contentOf = ({ status, json, headers }: Answer) => {
  const { request_id: _id, ...problem } = json ?? {};
  const fields = [...headers].filter(([name]) => !['date', 'x-request-id', 'ratelimit'].includes(name));
  return { status, problem, fields };
};
const ofFirst = sql.type(z.object({ events: z.int(), newest: z.int() }));
const eventsOf = ({ tenantId }: Shop) =>
  shop.pool.one(ofFirst`
    SELECT count(*) AS events, max(position) AS newest FROM events WHERE tenant_id = ${tenantId}`);

/** A shop chooses the ids of its customers, and may erase one that it never had. */
const erasures = operations.filter(({ id }) => id === 'erasePersonalData');
const addressed = operations.filter((each) => each.path.includes('{') && !erasures.includes(each));
const lists = operations.filter(({ path, method }) => !path.includes('{') && method === 'get');
const creations = operations.filter(({ path, method }) => !path.includes('{') && method === 'post');

/** Idempotency keys of the owner's orders. */
const KEYS: Record<string, string> = { v1: 'scene-0', v2: 'scene-1' };

test('each operation is on a resource, a list or a creation', () => {
  expect(addressed.length + erasures.length + lists.length + creations.length).toBe(operations.length);
});

describe.each(['another tenant', 'a test key of the tenant', 'a live key, for test data'])('%s', (name) => {
  test.each(addressed.map((operation) => [operation.path, operation] as const))(
    '%s: gets the same bytes as for an unknown resource, and changes nothing',
    async (_id, operation) => {
      const { owner, scene, stranger } = pairs[name]!;
      const { path, ask } = await goodRequest(operation, scene);
      const before = await eventsOf(owner);
      const theirs = await shop.ask(path, { ...ask, apiKey: stranger });
      // The same with unknown ids: each hexadecimal digit inverted, and another key.
      const unknownPath = path
        .replaceAll(/_[0-9a-f]{32}/g, (id) =>
          id.replaceAll(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16)),
        )
        .replace(/idempotency-keys\/.*/, 'idempotency-keys/of-nobody');
      const ofUnknown = await shop.ask(unknownPath, { ...ask, apiKey: stranger });
      expect(theirs.status).toBe(404);
      expect(contentOf(theirs)).toEqual(contentOf(ofUnknown));
      expect(await eventsOf(owner)).toEqual(before);
    },
  );

  test.each(lists.map((operation) => [operation.path, operation] as const))(
    '%s: gets an empty list, and cannot use a cursor of the owner',
    async (_id, operation) => {
      const { owner, stranger } = pairs[name]!;
      const mine = await owner.ask(`${operation.path}?limit=1`);
      expect(mine.json.data).toHaveLength(1);
      const theirs = await shop.ask(operation.path, { apiKey: stranger });
      expect(theirs.json.data).toEqual([]);
      const stolen = await shop.ask(`${operation.path}?limit=1&cursor=${mine.json.next_cursor}`, {
        apiKey: stranger,
      });
      expect(stolen.json.code).toBe('invalid_cursor');
    },
  );

  test.each(creations.map((operation) => [operation.path, operation] as const))(
    '%s: creates what the owner does not see, also with an idempotency key of the owner',
    async (_id, operation) => {
      const { owner, scene, stranger } = pairs[name]!;
      const before = await eventsOf(owner);
      const listOf = async () =>
        (await owner.ask('/v2/webhook-endpoints?limit=100')).json.data.length as number;
      const endpoints = await listOf();
      const { path, ask } = await goodRequest(operation, scene);
      const created = await shop.ask(path, {
        ...ask,
        key: KEYS[operation.path.split('/')[1]!]!,
        apiKey: stranger,
      });
      expect(created.headers.get('idempotent-replayed')).toBeNull();
      expect([201, 207]).toContain(created.status);
      expect(await eventsOf(owner)).toEqual(before);
      expect(await listOf()).toBe(endpoints);
    },
  );

  test('an idempotency key of the owner is unused for him, in a batch too', async () => {
    const { owner, scene, stranger } = pairs[name]!;
    const batch = operations.find(({ id }) => id === 'placeOrders')!;
    const before = await eventsOf(owner);
    const { path, ask } = await goodRequest(batch, scene);
    const [{ order }] = (ask.body as { orders: [{ order: object }] }).orders;
    const orders = [{ idempotency_key: 'scene-2', order }];
    const answer = await shop.ask(path, { ...ask, body: { orders }, apiKey: stranger });
    expect(answer.json.data[0]).toMatchObject({ status: 201, replayed: false });
    expect(await eventsOf(owner)).toEqual(before);
  });
});
