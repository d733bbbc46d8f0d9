import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { customerTotalsProjection } from '../../../projections/customers/customer-totals.ts';
import { ordersProjection } from '../../../projections/orders.ts';
import type { Projection } from '../../../projections/projection.ts';
import { projectionFindings } from '../../../projections/rebuild/projection-findings.ts';
import { type Shop, openShop, until } from '../../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const body = {
  customer_id: 'cus_1',
  currency: 'EUR',
  lines: [{ sku: 'A', name: 'a', quantity: 1, unit_price: 500 }],
};
const found = (projection: Projection) => projectionFindings(shop.pool, projection, { onProgress: () => {} });

test('a changed row of a read table has the position of its last event', async () => {
  for (let n = 0; n < 3; n += 1)
    expect((await shop.ask('/v1/orders', { method: 'POST', body })).status).toBe(201);
  const lag = sql.type(z.object({ n: z.int() }))`
    SELECT count(*) AS n FROM checkpoints JOIN log_heads USING (partition)
     WHERE checkpoints.position < log_heads.position AND consumer IN ('orders', 'customer_totals')`;
  await until(async () => (await shop.pool.oneFirst(lag)) === 0);
  expect(await found(ordersProjection)).toEqual([]);

  await shop.pool.query(sql.unsafe`UPDATE orders SET version = 9 WHERE placed_position = 2`);
  expect(await found(ordersProjection)).toMatchObject([{ kind: 'projection', position: 2 }]);
  await shop.pool.query(sql.unsafe`UPDATE customer_totals SET events = 7`);
  expect(await found(customerTotalsProjection)).toMatchObject([{ kind: 'projection', position: 3 }]);
});
