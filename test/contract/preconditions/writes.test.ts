/** Each write evaluates or refuses a condition, and never ignores it (RFC 9110, section 13). */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { type Ask, type Shop, anOrder, openShop } from '../../setup/shop.ts';
import { type Scene, createScene, goodRequest } from '../scene.ts';
import {
  anOrderOfV2,
  changes,
  makers,
  operations,
  outcome,
  parametersOf,
  reads,
  tagless,
} from './operations.ts';

let shop: Shop;
let scene: Scene;
beforeAll(async () => {
  // No deliveries, so that no endpoint changes by itself.
  shop = await openShop({
    HOLDFAST_ROLES: 'api,projector,relay',
    HOLDFAST_PERSONAL_KEY: randomBytes(32).toString('base64'),
  });
  scene = await createScene(shop);
});
afterAll(() => shop.close());

/** All resources that a write could change. */
const standing = () =>
  shop.pool.one(sql.type(z.object({ events: z.int(), endpoints: z.string(), others: z.string() }))`
    SELECT (SELECT count(*) FROM events) AS events,
           (SELECT string_agg(encode(secret, 'hex') || url || description, ',' ORDER BY number) FROM webhook_endpoints) AS endpoints,
           (SELECT count(*) FROM webhook_replays) || ' ' || (SELECT count(*) FROM webhook_commands) AS others`);

/** The ETag of the resource of a request. */
async function tagOf({ path }: { path: string }): Promise<string> {
  const [resource = ''] = /^\/v\d\/(?:orders|webhook-endpoints)\/\w+/.exec(path) ?? [];
  return (await shop.ask(resource)).headers.get('etag')!;
}

const withFields = (
  { path, ask }: { path: string; ask: Ask },
  headers: Record<string, string>,
  more: Ask = {},
) => shop.ask(path, { ...ask, ...more, headers: { ...ask.headers, ...headers } });

test('each operation is in one of these lists', () => {
  const all = [changes, makers, reads, tagless].flatMap((group) => group.map(([, { id }]) => id));
  expect(all.toSorted()).toEqual(operations.map(({ id }) => id).toSorted());
});

describe('a change', () => {
  test.each(changes)(
    '%s: takes effect only if If-Match contains the current ETag',
    async (_name, operation) => {
      const good = await goodRequest(operation, scene);
      const tag = await tagOf(good);
      const before = await standing();
      const refused = async (headers: Record<string, string>) => {
        const answer = await withFields(good, headers);
        expect(await standing()).toEqual(before);
        return answer;
      };
      for (const stale of [
        '"99"',
        '"98", "99"',
        `W/${tag}`,
        `"98",W/${tag}`,
        `"${tag.slice(1, -1)}x"`,
        `"x,${tag.slice(1)}`,
      ]) {
        const answer = await refused({ 'If-Match': stale });
        expect([stale, outcome(answer)]).toEqual([stale, '412 precondition_failed']);
        expect([answer.headers.get('etag'), answer.json.retry]).toEqual([tag, 'after_refetch']);
      }
      const bare = tag.slice(1, -1);
      for (const malformed of [
        bare,
        `"${bare}`,
        `${tag} ${tag}`,
        `*, ${tag}`,
        `w/${tag}`,
        `'${bare}'`,
        ',',
      ]) {
        const answer = await refused({ 'If-Match': malformed });
        expect([malformed, outcome(answer)]).toEqual([malformed, '400 invalid_parameter']);
        expect([parametersOf(answer), answer.json.retry]).toEqual([['If-Match'], 'never']);
      }
      for (const field of ['*', tag, '"x"']) {
        const answer = await refused({ 'If-None-Match': field });
        expect([parametersOf(answer), outcome(answer)]).toEqual([['If-None-Match'], '400 invalid_parameter']);
      }

      const key = `once-${operation.path}-${operation.id}`;
      const done = await withFields(good, { 'If-Match': `"98" ,, ${tag}` }, { key });
      expect(done.status).toBeLessThan(300);
      expect(await standing()).not.toEqual(before);
      // The key comes first: a repeat gets the first answer, regardless of the conditions.
      for (const headers of [
        { 'If-Match': '"99"' },
        { 'If-Match': 'x' },
        { 'If-None-Match': '*', 'If-Match': '*' },
      ]) {
        const again = await withFields(good, headers as Record<string, string>, { key });
        expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([
          done.status,
          done.text,
          'true',
        ]);
      }
    },
  );

  test.each(changes)('%s: takes effect with If-Match: * if the resource exists', async (_name, operation) => {
    const good = await goodRequest(operation, scene);
    expect((await withFields(good, { 'If-Match': '*' })).status).toBeLessThan(300);
    const [code] = operation.path.includes('webhook') ? ['webhook_endpoint_not_found'] : ['order_not_found'];
    const path = good.path.replace(/(ord|whe)_[0-9a-f]{32}/, `$1_${'0'.repeat(32)}`);
    expect(outcome(await withFields({ ...good, path }, { 'If-Match': '*' }))).toBe(`404 ${code}`);
  });

  test('one of two concurrent changes of the same version takes effect', async () => {
    const { json } = await shop.ask('/v2/orders', { body: anOrderOfV2() });
    const path = `/v2/orders/${json.id}/payments`;
    const body = { amount: { amount: 1, currency: 'EUR' } };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => shop.ask(path, { body, headers: { 'If-Match': '"1"' } })),
    );
    expect(answers.map(outcome).toSorted()).toEqual([
      '201',
      ...Array.from({ length: 5 }, () => '412 precondition_failed'),
    ]);
    expect((await shop.ask(`/v2/orders/${json.id}`)).json.amount_paid.amount).toBe(1);
  });

  test('a warehouse ships only to the printed address', async () => {
    const order = (await shop.ask('/v1/orders', { body: anOrder() })).json.id as string;
    await shop.ask(`/v1/orders/${order}/payments`, { body: { amount: 900 } });
    const printed = (await shop.ask(`/v1/orders/${order}`)).headers.get('etag')!;
    const body = { shipping_address: { name: 'Ada', line1: 'x', city: 'Cork', country: 'IE' } };
    await shop.ask(`/v1/orders/${order}`, {
      method: 'PATCH',
      body,
      headers: { 'If-Match': printed, 'Content-Type': 'application/merge-patch+json' },
    });
    const ship = (tag: string) =>
      shop.ask(`/v1/orders/${order}/shipments`, {
        body: { lines: [{ line_id: 'line_1', quantity: 1 }] },
        headers: { 'If-Match': tag },
      });
    const late = await ship(printed);
    expect([outcome(late), late.headers.get('etag')]).toEqual(['412 precondition_failed', '"3"']);
    expect(outcome(await ship('"3"'))).toBe('201');
  });
});

describe('the creation of a resource', () => {
  test.each(makers)('%s: a condition is refused, and nothing is created', async (_name, operation) => {
    const good = await goodRequest(operation, scene);
    const fresh = { ...good, ask: { ...good.ask, body: withFreshKey(good.ask.body) } };
    const before = await standing();
    for (const [field, value] of [
      ['If-Match', '*'],
      ['If-Match', '"1"'],
      ['If-Match', 'x'],
      ['If-None-Match', '*'],
      ['If-None-Match', '"1"'],
    ] as const) {
      const answer = await withFields(fresh, { [field]: value });
      expect([parametersOf(answer), outcome(answer)]).toEqual([[field], '400 invalid_parameter']);
      expect(await standing()).toEqual(before);
    }
  });

  test.each(makers)('%s: a repeat gets its first answer despite a condition', async (_name, operation) => {
    const good = await goodRequest(operation, scene);
    const key = `made-${operation.path}`;
    const fresh = { ...good, ask: { ...good.ask, key, body: withFreshKey(good.ask.body) } };
    const first = await withFields(fresh, {});
    expect(first.status).toBeLessThan(300);
    const again = await withFields(fresh, { 'If-Match': '"7"' });
    expect(again.status).toBe(first.status);
    if (operation.id === 'placeOrders') {
      expect(again.json.data[0]).toMatchObject({
        status: 201,
        replayed: true,
        order: first.json.data[0].order,
      });
    } else {
      expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
    }
  });

  test('each order of a partly placed batch gets its own answer', async () => {
    const order = anOrderOfV2();
    await shop.ask('/v2/order-batches', { body: { orders: [{ idempotency_key: 'part-1', order }] } });
    const orders = ['part-1', 'part-2'].map((idempotency_key) => ({ idempotency_key, order }));
    const { status, json } = await shop.ask('/v2/order-batches', {
      body: { orders },
      headers: { 'If-Match': '*' },
    });
    expect([status, json.succeeded, json.failed]).toEqual([207, 1, 1]);
    expect(json.data[1]).toMatchObject({ status: 400, problem: { code: 'invalid_parameter' } });
    expect((await shop.ask('/v2/idempotency-keys/part-2')).status).toBe(404);
  });
});

let batches = 0;
function withFreshKey(body: unknown): unknown {
  if (!(body instanceof Object && 'orders' in body)) return body;
  const { orders } = body as { orders: object[] };
  batches += 1;
  return { orders: orders.map((item) => Object.assign({}, item, { idempotency_key: `batch-${batches}` })) };
}
