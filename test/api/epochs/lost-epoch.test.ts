/**
 * Two failovers: the second standby had followed the first one, but not to the begin of its epoch.
 * So the log does not know that positions of epoch 1 were assigned.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { epochOf } from '../../../store/log/epochs.ts';
import { type Shop, openShop } from '../../setup/shop.ts';
import { place } from '../lists/feed-steps.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

test('the epoch of a timeline is behind the epochs that each earlier timeline may have begun', async () => {
  expect(epochOf((await place(shop)).position)).toBe(0);
  // The third timeline of this Postgres; epoch 1 of the second one is lost.
  await shop.pool.query(sql.unsafe`
    CREATE OR REPLACE FUNCTION log_timeline() RETURNS text LANGUAGE sql AS $$ SELECT '00000003' $$`);
  expect(epochOf((await place(shop)).position)).toBe(2);
});
