import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { minorUnits } from '../../domain/currency.ts';
import { AMOUNT_MAX, addAmounts, lineTotal } from '../../domain/money.ts';

const amount = fc.integer({ min: 0, max: AMOUNT_MAX });

test('a line total is exact, or refused beyond the maximum', () => {
  fc.assert(
    fc.property(amount, fc.integer({ min: 1, max: 1_000_000 }), (price, quantity) => {
      const exact = BigInt(price) * BigInt(quantity);
      const total = lineTotal(price, quantity);
      if (exact > BigInt(AMOUNT_MAX)) expect(total).toBeUndefined();
      else expect(BigInt(total ?? -1)).toBe(exact);
    }),
  );
});

test('a sum is exact, or refused beyond the maximum', () => {
  fc.assert(
    fc.property(amount, amount, (a, b) => {
      const exact = BigInt(a) + BigInt(b);
      const sum = addAmounts(a, b);
      if (exact > BigInt(AMOUNT_MAX)) expect(sum).toBeUndefined();
      else expect(BigInt(sum ?? -1)).toBe(exact);
    }),
  );
});

test.each([
  ['EUR', 2],
  ['JPY', 0],
  ['KWD', 3],
  ['CLP', 0],
  ['XXX', undefined],
  ['DEM', undefined],
  ['eur', undefined],
])('%s has %s decimals', (code, digits) => {
  expect(minorUnits(code)).toBe(digits);
});
