/** A second client cannot see, change, or learn of the existence of anything of the first: over every operation of the spec. */
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

/** All that an answer tells, without what is about this very exchange. */
const told = ({ status, json, headers }: Answer) => {
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

describe('an operation on what belongs to another', () => {
  test.each(addressed.map((operation) => [operation.path, operation] as const))(
    '%s: it is answered as if it were not there, to the last byte, and changes nothing',
    async (_id, operation) => {
      const { path, ask } = await goodRequest(operation, scene);
      const before = await firstTenant();
      const theirs = await shop.ask(path, { ...ask, apiKey: stranger });
      // The same with ids of nobody: every hexadecimal digit turned around, every key another one.
      const nowhere = path
        .replaceAll(/_[0-9a-f]{32}/g, (id) =>
          id.replaceAll(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16)),
        )
        .replace(/idempotency-keys\/.*/, 'idempotency-keys/of-nobody');
      const nobodys = await shop.ask(nowhere, { ...ask, apiKey: stranger });
      expect(theirs.status).toBe(404);
      expect(told(theirs)).toEqual(told(nobodys));
      expect(await firstTenant()).toEqual(before);
    },
  );
});

describe('a list', () => {
  test.each(lists.map((operation) => [operation.path, operation] as const))(
    '%s: that of a second client is empty, and a cursor of the first is of no use to it',
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

describe('an idempotency key of another', () => {
  test('is free to a second client, for an order and in a batch, and tells nothing', async () => {
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
