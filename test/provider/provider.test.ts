/**
 * The server conforms to its contracts.
 *
 * `SEED=…` repeats a run. `VERIFY_URL=… VERIFY_API_KEY=…` verifies a running server; it places some
 * hundred orders there.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PERSONAL_KEY } from '../personal/orders.ts';
import { type Shop, openShop } from '../setup/shop.ts';
import { readContract } from './contract.ts';
import type { Target } from './exchange.ts';
import { verify } from './verify.ts';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const { VERIFY_URL: url, VERIFY_API_KEY: apiKey } = process.env;

let shop: Shop | undefined;
let target: Target;
beforeAll(async () => {
  if (url && apiKey) {
    target = { url, apiKey };
    return;
  }
  // The examples and generated values name real hosts, which must get no requests.
  shop = await openShop({ HOLDFAST_ROLES: 'api,projector,relay', HOLDFAST_PERSONAL_KEY: PERSONAL_KEY });
  target = shop;
});
afterAll(() => shop?.close());

test.each(['v1', 'v2'])(
  '%s: each operation answers valid and invalid requests as its contract requires',
  async (name) => {
    process.stdout.write(`provider verification of ${name}: SEED=${seed}\n`);
    const contract = await readContract(name);
    const { faults, answered } = await verify({ contract, target, seed });
    expect(faults).toEqual([]);
    for (const { id } of contract.operations) {
      const granted = Object.keys(answered[id] ?? {}).filter((status) => Number(status) < 300);
      expect([id, granted.length > 0]).toEqual([id, true]);
    }
  },
  150_000,
);
