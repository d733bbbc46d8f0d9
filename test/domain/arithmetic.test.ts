/** The laws of splitting amounts, and splits that others published. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AMOUNT_MAX } from '../../domain/money.ts';
import { amountOf } from '../../domain/order/amounts.ts';
import { allocate, share, sum } from '../../domain/order/arithmetic.ts';
import { after, pay, pieces, place, refund, run, ship } from './stories.ts';

const amount = fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: AMOUNT_MAX }));
const quantity = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 1_000_000 }));
const weights = fc.array(amount, { minLength: 1, maxLength: 100 });

describe('allocate', () => {
  test('sums to the amount, and each part is its exact share rounded down or up', () => {
    fc.assert(
      fc.property(amount, weights, (whole, given) => {
        const parts = allocate(whole, given);
        expect(sum(parts)).toBe(whole);
        const used = sum(given) === 0 ? given.map(() => 1) : given;
        const total = BigInt(sum(used));
        for (const [line, part] of parts.entries()) {
          const exact = BigInt(whole) * BigInt(used[line]!);
          expect(BigInt(part) * total).toBeGreaterThan(exact - total);
          expect(BigInt(part) * total).toBeLessThan(exact + total);
        }
      }),
    );
  });

  test('gives no part above its weight while the amount is within their sum', () => {
    fc.assert(
      fc.property(weights, fc.double({ min: 0, max: 1, noNaN: true }), (given, ratio) => {
        const parts = allocate(Math.floor(sum(given) * ratio), given);
        for (const [line, part] of parts.entries()) expect(part).toBeLessThanOrEqual(given[line]!);
      }),
    );
  });

  test('gives the units that remain to the largest fractions, ties to the lower line', () => {
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocate(2, [1, 1, 1])).toEqual([1, 1, 0]);
    expect(allocate(10, [1, 2, 4])).toEqual([1, 3, 6]);
    expect(allocate(5, [0, 0])).toEqual([3, 2]);
    expect(allocate(0, [3, 0])).toEqual([0, 0]);
  });

  test('is exact beyond 2^53', () => {
    expect(allocate(AMOUNT_MAX, [AMOUNT_MAX, AMOUNT_MAX])).toEqual([500_000_000_000, 499_999_999_999]);
    // Fractions of a quarter, a quarter and nearly a half.
    expect(allocate(AMOUNT_MAX, [AMOUNT_MAX, AMOUNT_MAX, 1])).toEqual([499_999_999_999, 499_999_999_999, 1]);
  });
});

describe('share', () => {
  test('telescopes: any sequence of pieces sums to the amount', () => {
    fc.assert(
      fc.property(amount, quantity, fc.array(fc.integer({ min: 1, max: 400_000 })), (whole, count, steps) => {
        let gone = 0;
        let given = 0;
        for (const step of [...steps, count]) {
          const part = Math.min(step, count - gone);
          const value = share(whole, count, gone, part);
          expect(value).toBeGreaterThanOrEqual(0);
          gone += part;
          given += value;
          expect(BigInt(given)).toBe((BigInt(whole) * BigInt(gone)) / BigInt(count));
        }
        expect(given).toBe(whole);
      }),
    );
  });

  test('of the last piece brings the rest', () => {
    expect([0, 1, 2].map((gone) => share(100, 3, gone, 1))).toEqual([33, 33, 34]);
    expect(share(100, 3, 0, 3)).toBe(100);
  });
});

const discountsOf = (lines: number[], ...amounts: number[]) =>
  after(
    place({
      lines: lines.map((unit_price) => ({ name: 'a', quantity: 1, unit_price })),
      discounts: amounts.map((each) => ({ name: 'off', amount: each })),
    }),
  )!.order.lines.map(({ discount }) => discount);

describe('published figures', () => {
  test('Square: 3.03 over 15.91 and 44.78 is 0.79 and 2.24', () => {
    expect(allocate(303, [1_591, 4_478])).toEqual([79, 224]);
    expect(discountsOf([1_591, 4_478], 303)).toEqual([79, 224]);
  });

  test('Square: 0.30 and then 3.03 over 15.99 and 45.00', () => {
    expect(discountsOf([1_599, 4_500], 30, 303)).toEqual([8 + 79, 22 + 224]);
  });

  test('Shopify: 29.10 over 94.00 and 100.00 is 14.10 and 15.00', () => {
    expect(allocate(2_910, [9_400, 10_000])).toEqual([1_410, 1_500]);
    expect(discountsOf([9_400, 10_000], 2_910)).toEqual([1_410, 1_500]);
  });

  test('one headphone of two: a refund of 325.16 with 26.16 tax', () => {
    const order = place({
      lines: [
        { name: 'headphones', quantity: 2, unit_price: 29_900 },
        { name: 'cable', quantity: 1, unit_price: 1_900 },
      ],
      taxes: [{ name: 'sales tax', amount: 5_399 }],
    });
    const before = [order, pay(67_099), ship(2, 1)];
    expect(after(...before)!.order.lines.map(amountOf)).toEqual([65_033, 2_066]);
    const { events } = run([...before, refund(32_516, { lines: pieces(1) })]);
    expect(events[3]).toMatchObject({
      type: 'RefundRecorded',
      data: { lines: [{ line_id: 'line_1', quantity: 1, amount: 32_516, tax: 2_616 }] },
    });
  });
});
