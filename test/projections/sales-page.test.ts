/** A page of daily sales shows one moment, also when a batch is applied while it is read. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CommonQueryMethods } from 'slonik';
import { setPaused } from '../../projections/pause.ts';
import { runOnce } from '../../projections/runner.ts';
import { readSalesPage } from '../../projections/sales/day-sales.ts';
import { salesProjection } from '../../projections/sales/sales.ts';
import { daysIn } from '../../projections/sales/zone-days.ts';
import { type Shop, openShop, until } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await setPaused(shop.pool, 'sales', true);
});
afterAll(() => shop.close());

async function place(orderedAt: string): Promise<number> {
  const { status, headers } = await shop.ask('/v2/orders', {
    body: {
      customer_id: 'cus_1',
      ordered_at: orderedAt,
      lines: [{ name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }],
    },
  });
  expect(status).toBe(201);
  return Number(headers.get('Holdfast-Position'));
}

async function apply(): Promise<void> {
  await setPaused(shop.pool, 'sales', false);
  // The node's own projector may hold the lease.
  await until(async () => {
    await runOnce(shop.pool, salesProjection, 0);
    const { applied, head } = await read(shop.pool, 'asc');
    return applied === head;
  });
  await setPaused(shop.pool, 'sales', true);
}

const read = (pool: CommonQueryMethods, direction: 'asc' | 'desc') =>
  readSalesPage(pool, {
    partition: 0,
    tenantId: shop.tenantId,
    direction,
    limit: 1,
    days: daysIn('UTC')!,
  });

/** The pool, with a batch applied after its first statement. */
function withBatchAfterFirst(): CommonQueryMethods {
  let isFirst = true;
  return new Proxy(shop.pool, {
    get(target, name: keyof CommonQueryMethods) {
      return async (statement: never) => {
        const result = await (target[name] as (statement: never) => Promise<unknown>)(statement);
        if (isFirst) {
          isFirst = false;
          await apply();
        }
        return result;
      };
    },
  });
}

test.each([
  { what: 'the first sales', direction: 'asc', orderedAt: '2026-01-05T12:00:00Z' },
  { what: 'a later first day', direction: 'desc', orderedAt: '2026-01-06T12:00:00Z' },
  { what: 'an earlier first day', direction: 'asc', orderedAt: '2026-01-04T12:00:00Z' },
] as const)('$what, $direction', async ({ direction, orderedAt }) => {
  const before = await read(shop.pool, direction);
  const position = await place(orderedAt);
  const during = await read(withBatchAfterFirst(), direction);
  const after = await read(shop.pool, direction);
  expect(after.applied).toBe(position);
  expect(during).toEqual(during.applied === position ? after : { ...before, head: position });
});
