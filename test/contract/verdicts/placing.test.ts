/** The compiled validators and express-openapi-validator accept the same orders. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anOrder } from '../../setup/shop.ts';
import { address, key, line, lines, takenByDomain, verdicts } from './verdicts.ts';

describe('the judge and the compiled validator agree on', () => {
  test.each<[string, unknown, boolean]>([
    ['only the required members', anOrder(), true],
    [
      'every member',
      anOrder({
        shipping_address: { ...address, line2: 'x', region: 'y', postal_code: 'z' },
        metadata: { a: 'b' },
      }),
      true,
    ],
    ['100 lines', anOrder({ lines: Array.from({ length: 100 }, () => line) }), true],
    ['101 lines', anOrder({ lines: Array.from({ length: 101 }, () => line) }), false],
    ['no lines', anOrder({ lines: [] }), false],
    ['lines that are not a list', anOrder({ lines: line }), false],
    ['no body', undefined, false],
    ['null', null, false],
    ['a list', [], false],
    ['no members', {}, false],
    ['an unknown member', anOrder({ total: 5 }), false],
    ['an unknown member of a line', lines({ total: 5 }), false],
    ['a quantity of 0', lines({ quantity: 0 }), false],
    ['a quantity of a million', lines({ quantity: 1_000_000 }), true],
    ['a quantity of a million and one', lines({ quantity: 1_000_001 }), false],
    ['half a piece', lines({ quantity: 0.5 }), false],
    ['a quantity in text', lines({ quantity: '1' }), false],
    ['a price of 0', lines({ unit_price: 0 }), true],
    ['a negative price', lines({ unit_price: -1 }), false],
    ['the highest price', lines({ unit_price: 999_999_999_999 }), true],
    ['a higher price', lines({ unit_price: 1_000_000_000_000 }), false],
    ['a price of 1e300', lines({ unit_price: 1e300 }), false],
    ['a price that is null', lines({ unit_price: null }), false],
    ['an empty sku', lines({ sku: '' }), false],
    ['64 characters of sku', lines({ sku: 'x'.repeat(64) }), true],
    ['65 characters of sku', lines({ sku: 'x'.repeat(65) }), false],
    ['other scripts', lines({ name: 'Καλημέρα 🐙 שלום' }), true],
    ['a line break in a name', lines({ name: 'a\nb' }), false],
    ['a NUL in a name', lines({ name: 'a\u0000b' }), false],
    ['half a surrogate pair', lines({ name: 'a\ud800b' }), false],
    ['a currency in small letters', anOrder({ currency: 'eur' }), false],
    ['an empty customer', anOrder({ customer_id: '' }), false],
    ['a customer with a space', anOrder({ customer_id: 'a b' }), false],
    ['a customer of 64 characters', anOrder({ customer_id: 'c'.repeat(64) }), true],
    ['a customer of 65 characters', anOrder({ customer_id: 'c'.repeat(65) }), false],
    ['an address without a city', anOrder({ shipping_address: { ...address, city: undefined } }), false],
    ['an address that is null', anOrder({ shipping_address: null }), true],
    ['a country of three letters', anOrder({ shipping_address: { ...address, country: 'IRL' } }), false],
    ['an unknown member of the address', anOrder({ shipping_address: { ...address, planet: 'x' } }), false],
    [
      '20 entries of metadata',
      anOrder({ metadata: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, 'v'])) }),
      true,
    ],
    [
      '21 entries of metadata',
      anOrder({ metadata: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, 'v'])) }),
      false,
    ],
    ['a number in metadata', anOrder({ metadata: { a: 1 } }), false],
    ['500 characters of metadata', anOrder({ metadata: { a: 'x'.repeat(500) } }), true],
    ['501 characters of metadata', anOrder({ metadata: { a: 'x'.repeat(501) } }), false],
  ])('an order with %s', async (_name, body, good) => {
    const json = body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as unknown);
    const [judged, ours] = await verdicts('placeOrder', { headers: key, body: json });
    expect([judged, ours.split(':')[0]]).toEqual(good ? ['valid', 'valid'] : ['invalid', 'invalid']);
    // The contract and the domain's schema accept the same bodies.
    expect(takenByDomain(json)).toBe(good);
  });

  test('random changes of a valid order', async () => {
    const junk = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double(),
      fc.string({ maxLength: 70 }),
      fc.constant([]),
      fc.constant({}),
    );
    const places = [
      'customer_id',
      'currency',
      'lines',
      'shipping_address',
      'metadata',
      'surprise',
      'lines.0.sku',
      'lines.0.quantity',
      'lines.0.unit_price',
      'lines.0',
      'metadata.k',
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), junk, async (place, value) => {
        const body = structuredClone(anOrder({ metadata: { k: 'v' }, shipping_address: address })) as Record<
          string,
          unknown
        >;
        const path = place.split('.');
        const last = path.pop() ?? '';
        const holder = path.reduce((at, name) => at[name] as Record<string, unknown>, body);
        holder[last] = value;
        const json = JSON.parse(JSON.stringify(body)) as unknown;
        const [judged, ours] = await verdicts('placeOrder', { headers: key, body: json });
        expect(ours.split(':')[0]).toBe(judged);
        expect(takenByDomain(json)).toBe(judged === 'valid');
      }),
      { numRuns: 500 },
    );
  });
});
