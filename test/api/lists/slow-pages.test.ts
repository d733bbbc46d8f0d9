/** One tenant's slow pages delay neither the orders nor the reads of another tenant. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';

/** Of one tenant, at once: more than the connections of the process. */
const PAGES = 40;

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

/** Makes each read of the list of orders wait, until `end`. */
async function holdTheList() {
  const client = new Client({ connectionString: shop.database.url });
  await client.connect();
  ends.push(() => client.end());
  await client.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
  return {
    async waiting() {
      const { rows } = await client.query(
        "SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass",
      );
      return rows[0].n as number;
    },
    end: () => client.query('COMMIT'),
  };
}

test('other tenants place and read orders while the pages of one tenant do not end', async () => {
  const { apiKey } = await shop.addTenant();
  const quiet = await shop.ask('/v1/orders', { body: anOrder(), apiKey });
  expect(quiet.status).toBe(201);
  const list = await holdTheList();
  const pages = Array.from({ length: PAGES }, () => shop.ask('/v1/orders'));
  // The projection of orders waits too.
  await until(async () => (await list.waiting()) >= 5);
  const began = performance.now();
  for (let n = 0; n < 10; n += 1) {
    expect((await shop.ask('/v1/orders', { body: anOrder(), apiKey })).status).toBe(201);
    expect((await shop.ask(`/v1/orders/${quiet.json.id}`, { apiKey })).status).toBe(200);
  }
  // The pages are refused after 5 s: until then nothing would have been answered.
  expect(performance.now() - began).toBeLessThan(4_000);
  await list.end();
  // Each page was answered: whole, or refused as too late.
  for (const { status, json } of await Promise.all(pages))
    if (status !== 200)
      expect([status, json.code]).toEqual([503, expect.stringMatching(/overloaded|unavailable/)]);
});
