/** Rows that a node of the release before has written: the projector folds their orders again. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { ordersProjection } from '../../projections/orders.ts';
import { hasOutdatedOrders } from '../../projections/orders/outdated.ts';
import { verify } from '../../projections/rebuild/verify.ts';
import { renewOnce } from '../../projections/runner.ts';
import { type Shop, openShop, until } from '../setup/shop.ts';

/** More than one batch. */
const ORDERS = 120;

let shop: Shop;
let position = '';
const ids: string[] = [];
beforeAll(async () => {
  shop = await openShop();
  const placed = await Promise.all(
    Array.from({ length: ORDERS }, (_, n) =>
      shop.ask('/v2/orders', {
        body: {
          reference: `web-${n}`,
          lines: [{ sku: 'A', name: 'Kelp', quantity: 1, unit_price: { amount: 100, currency: 'EUR' } }],
        },
      }),
    ),
  );
  ids.push(...placed.map(({ json }) => json.id as string));
  const paid = await shop.ask(`/v2/orders/${ids[0]}/payments`, {
    body: { amount: { amount: 100, currency: 'EUR' }, provider: 'stripe', reference: 'ch_1' },
  });
  position = paid.headers.get('holdfast-position')!;
});
afterAll(() => shop.close());

const find = async (query: string): Promise<string[]> => {
  const { json } = await shop.ask(`/v2/orders?${query}`, { headers: { 'Holdfast-Read-After': position } });
  return json.data.map(({ id }: { id: string }) => id);
};
/** As the statements of the release before leave the rows. */
const writeAsBefore = async () => {
  await shop.pool.query(sql.unsafe`DELETE FROM order_terms`);
  await shop.pool.query(sql.unsafe`
    UPDATE orders
       SET payment_status = NULL, is_on_hold = NULL, is_ready_to_ship = NULL, ordered_at = NULL, listed_version = NULL`);
};
const differences = async () => {
  const { missing, surplus, different } = await verify(shop.pool, ordersProjection, { onProgress: () => {} });
  return { missing, surplus, different };
};
const NONE = { missing: 0, surplus: 0, different: 0 };

/** Renews once; waits while the projector holds the lease. @returns the number of rows */
async function renew(): Promise<number> {
  let renewed: number | undefined;
  while (renewed === undefined) renewed = await renewOnce(shop.pool, ordersProjection, 0);
  return renewed;
}

test('they are renewed in batches, and then equal a rebuilt table', async () => {
  await find('limit=1');
  expect(await differences()).toEqual(NONE);
  await writeAsBefore();
  expect(await find('reference=web-0')).toEqual([]);
  expect(await hasOutdatedOrders(shop.pool)).toBe(true);
  let renewed = 0;
  for (let batch: number | undefined; batch !== 0; renewed += batch) batch = await renew();
  expect(renewed).toBe(ORDERS);
  expect(await hasOutdatedOrders(shop.pool)).toBe(false);
  expect(await differences()).toEqual(NONE);
  expect(await find('reference=web-0')).toEqual([ids[0]]);
  expect(await find('payment_reference=ch_1&payment_provider=stripe')).toEqual([ids[0]]);
  expect(await find('ready_to_ship=true')).toEqual([ids[0]]);
});

test('a row that such a node changed since is renewed too', async () => {
  // Its statement leaves the columns of this release as they were.
  await shop.pool.query(sql.unsafe`
    UPDATE orders SET payment_status = 'unpaid', is_ready_to_ship = false, listed_version = version - 1 WHERE version > 1`);
  expect(await find('ready_to_ship=true')).toEqual([]);
  expect(await renew()).toBe(1);
  expect(await find('ready_to_ship=true')).toEqual([ids[0]]);
});

test('the projector renews them by itself after its start', async () => {
  await writeAsBefore();
  await shop.restart();
  await until(async () => !(await hasOutdatedOrders(shop.pool)));
  expect(await find('payment_status=paid')).toEqual([ids[0]]);
});

test('a row without events stays, and stops nothing', async () => {
  await shop.pool.query(sql.unsafe`
    INSERT INTO orders (partition, tenant_id, placed_position, order_id, customer_id, status, placed_at, version, document, facts)
    SELECT partition, tenant_id, 999999, gen_random_uuid(), customer_id, status, placed_at, version, document, facts FROM orders LIMIT 1`);
  expect(await hasOutdatedOrders(shop.pool)).toBe(false);
  expect(await renew()).toBe(0);
});
