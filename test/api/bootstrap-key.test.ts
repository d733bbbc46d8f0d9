/** A HOLDFAST_BOOTSTRAP_KEY works from the start of a node, whatever its form. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newKey } from '../../store/keys/new-key.ts';
import { ensureBootstrapKey } from '../../store/keys/api-keys.ts';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
const keys: Record<string, string> = {
  'an issued one': newKey('live').key,
  'a test one': newKey('test').key,
  'a short one': `hf_live_${'x'.repeat(24)}`,
  'a long one': `hf_test_${'Y_9'.repeat(40)}`,
  'one that looks as if it had a checksum': `hf_live_${'a'.repeat(32)}_${'b'.repeat(6)}`,
};
beforeAll(async () => {
  shop = await openShop();
  for (const key of Object.values(keys)) await ensureBootstrapKey(shop.pool, key, 1);
  await shop.restart();
});
afterAll(() => shop.close());

test.each(Object.keys(keys))('%s', async (name) => {
  expect((await shop.ask('/v2/orders', { apiKey: keys[name]! })).status).toBe(200);
});
