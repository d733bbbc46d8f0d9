/**
 * Behind a proxy, a caller without a key counts against the forwarded address, or against the
 * proxy's address when the forwarded one is invalid.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_TRUST_PROXY: '1', HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: '1/57' });
});
afterAll(() => shop.close());

const statusFor = async (forwarded?: string) => {
  const headers: Record<string, string> = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded };
  return (await shop.ask('/v2/orders', { apiKey: null, headers })).status;
};

test('an invalid forwarded address counts as the address of the proxy', async () => {
  await statusFor(); // uses up the quota of the proxy's address, unless another test has
  for (const junk of ['1:2:3:4:5:6:7:8::1', 'unknown', '_hidden', '999.1.1.1', ':::::::::', '%00', '"', ',,'])
    expect([junk, await statusFor(junk)]).toEqual([junk, 429]);
});

test('each forwarded address, with or without a port, has its own quota', async () => {
  expect(await statusFor('198.51.100.57')).toBe(401);
  expect(await statusFor('203.0.113.1, 198.51.100.57:4711')).toBe(429);
  // A client that forges addresses in front of its own has no more than its quota.
  for (let host = 1; host < 10; host += 1)
    expect(await statusFor(`203.0.113.${host}, 198.51.100.57`)).toBe(429);
  expect(await statusFor('2001:db8:57::1')).toBe(401);
  expect(await statusFor('[2001:db8:57::2]:443')).toBe(429);
});
