import { describe, expect, test } from '@jest/globals';
import { AMOUNT_MAX } from '../../domain/money.ts';
import { decide } from '../../domain/order/decide.ts';
import { place, placing } from './stories.ts';

describe('placing an order', () => {
  test('numbers the lines and computes the totals', () => {
    const decision = decide(null, place());
    expect(decision).toMatchObject({
      event: {
        data: {
          lines: [
            { id: 'line_1', total: 750 },
            { id: 'line_2', total: 250 },
          ],
          total: 1_000,
        },
      },
    });
  });

  const line = (unit_price: number, quantity: number) => ({ sku: 'A', name: 'a', quantity, unit_price });
  test.each<[string, Partial<typeof placing>, string]>([
    ['an unknown currency', { currency: 'ABC' }, '/currency'],
    ['a withdrawn currency', { currency: 'DEM' }, '/currency'],
    ['a line above the maximum amount', { lines: [line(1, 1), line(AMOUNT_MAX, 2)] }, '/lines/1'],
    ['a line of the highest price and quantity', { lines: [line(AMOUNT_MAX, 1_000_000)] }, '/lines/0'],
    ['an order above the maximum amount', { lines: [line(AMOUNT_MAX, 1), line(1, 1)] }, '/lines'],
  ])('refuses %s, with the location', (_name, change, pointer) => {
    const decision = decide(null, place(change));
    expect(decision).toMatchObject({ rejection: { code: 'invalid_body', errors: [{ pointer }] } });
  });

  test('accepts an order of exactly the maximum amount', () => {
    const decision = decide(null, place({ lines: [line(AMOUNT_MAX - 1, 1), line(1, 1)] }));
    expect(decision).toMatchObject({ event: { data: { total: AMOUNT_MAX } } });
  });
});
