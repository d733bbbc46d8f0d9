/** The end of version 1, announced and then reached. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('the end of version 1', () => {
  test('is announced in every answer, in problems too; version 2 announces none', async () => {
    for (const ask of [{}, { apiKey: null }]) {
      const { headers } = await shop.ask('/v1/orders', ask);
      expect(headers.get('deprecation')).toBe('@1798761600');
      expect(headers.get('sunset')).toBe('Fri, 31 Dec 2027 00:00:00 GMT');
      for (const rel of ['deprecation', 'sunset', 'successor-version'])
        expect(headers.get('link')).toContain(`rel="${rel}"`);
    }
    const { headers } = await shop.ask('/v2/orders');
    expect([headers.get('deprecation'), headers.get('sunset')]).toEqual([null, null]);
  });

  test.each([
    ['serve', '2028-01-01T00:00:00Z', 200],
    ['gone', '2027-12-30T23:59:59Z', 200],
    ['gone', '2027-12-31T00:00:00Z', 410],
  ])('with %s, at %s, version 1 answers %i, and version 2 continues', async (choice, now, status) => {
    const later = await openShop({ HOLDFAST_V1_AFTER_SUNSET: choice }, () => Date.parse(now));
    const { status: one, json, headers } = await later.ask('/v1/orders');
    const two = await later.ask('/v2/orders');
    await later.close();
    expect([one, two.status]).toEqual([status, 200]);
    if (status === 200) return;
    expect(json).toMatchObject({ code: 'version_gone', retry: 'never' });
    expect(headers.get('link')).toContain('</v2>; rel="successor-version"');
  });
});
