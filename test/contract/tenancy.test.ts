/** A tenant can neither see nor change another one's data, nor learn that it exists. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { loadSpec } from '../../api/contract/spec.ts';
import { EDITIONS } from '../../api/operations.ts';
import { type Answer, type Shop, openShop } from '../setup/shop.ts';
import { type Scene, createScene, goodRequest } from './scene.ts';

const operations = EDITIONS.flatMap(({ name }) => loadSpec(name).operations);
let shop: Shop;
let scene: Scene;
let stranger: string;
beforeAll(async () => {
  shop = await openShop();
  scene = await createScene(shop);
  stranger = (await shop.addTenant()).apiKey;
});
afterAll(() => shop.close());

/** The content of an answer, without the fields of one exchange. */
const contentOf = ({ status, json, headers }: Answer) => {
  const { request_id: _id, ...problem } = json ?? {};
  const fields = [...headers].filter(([name]) => !['date', 'x-request-id', 'ratelimit'].includes(name));
  return { status, problem, fields };
};
const ofFirst = sql.type(z.object({ events: z.int(), newest: z.int() }));
const firstTenant = () =>
  shop.pool.one(ofFirst`
    SELECT count(*) AS events, max(position) AS newest FROM events WHERE tenant_id = ${shop.tenantId}`);

const addressed = operations.filter(({ path }) => path.includes('{'));
const lists = operations.filter(({ path, method }) => !path.includes('{') && method === 'get');

describe('an operation on a resource of another tenant', () => {
  test.each(addressed.map((operation) => [operation.path, operation] as const))(
    '%s: gets the same bytes as for an unknown resource, and changes nothing',
    async (_id, operation) => {
      const { path, ask } = await goodRequest(operation, scene);
      const before = await firstTenant();
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
      expect(await firstTenant()).toEqual(before);
    },
  );
});

describe('a list', () => {
  test.each(lists.map((operation) => [operation.path, operation] as const))(
    '%s: is empty for a second tenant, which cannot use a cursor of the first',
    async (_id, operation) => {
      const mine = await shop.ask(`${operation.path}?limit=1`);
      expect(mine.json.data).toHaveLength(1);
      const theirs = await shop.ask(operation.path, { apiKey: stranger });
      expect(theirs.json.data).toEqual([]);
      const stolen = await shop.ask(`${operation.path}?limit=1&cursor=${mine.json.next_cursor}`, {
        apiKey: stranger,
      });
      expect(stolen.json.code).toBe('invalid_cursor');
    },
  );
});

describe('an idempotency key of another tenant', () => {
  test('is unused for a second tenant, for an order and in a batch', async () => {
    const [placing, batch] = ['placeOrder', 'placeOrders'].map((id) =>
      operations.find((operation) => operation.id === id)!,
    );
    const before = await firstTenant();
    const order = await goodRequest(placing!, scene);
    const placed = await shop.ask(order.path, { ...order.ask, key: 'scene-0', apiKey: stranger });
    expect([placed.status, placed.headers.get('idempotent-replayed')]).toEqual([201, null]);
    const many = await goodRequest(batch!, scene);
    const orders = [{ idempotency_key: 'scene-1', order: order.ask.body }];
    const answer = await shop.ask(many.path, { ...many.ask, body: { orders }, apiKey: stranger });
    expect(answer.json.data[0]).toMatchObject({ status: 201, replayed: false });
    expect(await firstTenant()).toEqual(before);
  });
});
