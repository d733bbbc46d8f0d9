import { describe, expect, test } from '@jest/globals';
import { AMOUNT_MAX } from '../../domain/money.ts';
import { decide } from '../../domain/order/decide.ts';
import { after, edit, place, placing } from './stories.ts';

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

describe('an order with discounts, taxes and charges', () => {
  const line = { name: 'a', quantity: 1, unit_price: 1_000 };
  const off = (amount: number) => ({ name: 'off', amount });
  const charge = { kind: 'shipping', price: 500 } as const;

  test('adds them up', () => {
    const decision = decide(
      null,
      place({
        lines: [
          { ...line, quantity: 3, discount: 100, tax: 290 },
          { ...line, taxes: [off(50), off(20)] },
        ],
        charges: [{ ...charge, discount: 100, tax: 40 }],
        rounding: -5,
        stated: { total: 4_695, tax_total: 400, discount_total: 200 },
      }),
    );
    expect(decision).toMatchObject({
      event: {
        data: {
          lines: [{ amount: 3_190 }, { amount: 1_070 }],
          charges: [{ id: 'charge_1', amount: 440 }],
          total: 4_695,
        },
      },
    });
  });

  test('has the tax within its prices when they include it', () => {
    const lines = [
      { ...line, tax: 160 },
      { ...line, unit_price: 595, tax: 95 },
    ];
    expect(decide(null, place({ prices_include_tax: true, lines }))).toMatchObject({
      event: { data: { total: 1_595 } },
    });
  });

  test('splits included taxes so that no line has more tax than price', () => {
    const lines = Array.from({ length: 10 }, () => ({ ...line, unit_price: 1 }));
    const taxes = [off(5), off(5)];
    const { order } = after(place({ prices_include_tax: true, lines, taxes }))!;
    expect(order.lines.map(({ tax }) => tax)).toEqual(lines.map(() => 1));
  });

  const free = { ...line, unit_price: AMOUNT_MAX, discount: AMOUNT_MAX };
  test.each<[string, Partial<typeof placing>, string, string, string]>([
    [
      'a discount above its line',
      { lines: [{ ...line, discount: 1_001 }] },
      'discount_exceeds_line',
      '/lines/0/discount',
      'must be at most 1000, the price of the line',
    ],
    [
      'a discount above its charge',
      { charges: [charge, { ...charge, discount: 501 }] },
      'discount_exceeds_line',
      '/charges/1/discount',
      'must be at most 500, the price of the charge',
    ],
    [
      'discounts above all lines',
      { lines: [line, line], discounts: [off(1_500), off(501)] },
      'discount_exceeds_line',
      '/discounts/1/amount',
      'must be at most 500, what is left of the price of all lines; a discount of a charge goes into charges[].discount',
    ],
    [
      'a stated total that differs',
      { lines: [line], stated: { total: 999 } },
      'totals_disagree',
      '/stated/total',
      'must be 1000, the computed value: lines 1000, charges 0, rounding 0',
    ],
    [
      'a stated tax that differs',
      { lines: [{ ...line, tax: 7 }], stated: { tax_total: 8 } },
      'totals_disagree',
      '/stated/tax_total',
      'must be 7, the computed value: lines 7, charges 0',
    ],
    [
      'a tax that differs from its parts',
      { lines: [{ ...line, tax: 7, taxes: [off(3), off(3)] }] },
      'totals_disagree',
      '/lines/0/tax',
      'must be 6, the sum of the taxes of the line: leave out tax or taxes',
    ],
    [
      'taxes that differ from those of lines and charges',
      { lines: [{ ...line, tax: 7 }], charges: [{ ...charge, tax: 2 }], taxes: [off(10)] },
      'totals_disagree',
      '/taxes',
      'must sum to 9, not to 10: the lines state 7 of tax, the charges 2; state the other 1 in lines[].tax or charges[].tax, or leave them out of taxes',
    ],
    [
      'taxes that include the tax of shipping, which the charge does not state',
      { lines: [{ ...line, tax: 190 }], charges: [charge], taxes: [off(285)] },
      'totals_disagree',
      '/taxes',
      'must sum to 190, not to 285: the lines state 190 of tax, the charges 0; if the other 95 are the tax of a charge, state them in charges[].tax, or leave them out of taxes',
    ],
    [
      'taxes of the lines, which only a charge states',
      { lines: [line], charges: [{ ...charge, tax: 95 }], taxes: [off(285)] },
      'totals_disagree',
      '/taxes',
      'must sum to 95, not to 285: the lines state 0 of tax, the charges 95; state the other 190 in lines[].tax, or leave charges[].tax out to split taxes over the lines',
    ],
    [
      'taxes without those of a charge',
      { lines: [{ ...line, tax: 7 }], charges: [{ ...charge, tax: 2 }], taxes: [off(7)] },
      'totals_disagree',
      '/taxes',
      'must sum to 9, not to 7: the lines state 7 of tax, the charges 2; add the missing 2, or leave taxes out',
    ],
    [
      'a stated total of prices that contain the tax',
      { lines: [{ ...line, tax: 160 }], stated: { total: 1_000 } },
      'totals_disagree',
      '/stated/total',
      'must be 1160, the computed value: lines 1160, charges 0, rounding 0; if the prices contain the tax, set prices_include_tax',
    ],
    [
      'a charge above the largest total',
      { lines: [line], charges: [charge, { ...charge, price: AMOUNT_MAX }] },
      'invalid_body',
      '/charges/1/price',
      `must leave the order a total of at most ${AMOUNT_MAX} minor units: ${AMOUNT_MAX - 1_500} are left, with its tax`,
    ],
    [
      'a rounding above the largest total',
      { lines: [{ ...line, unit_price: AMOUNT_MAX }], rounding: 1 },
      'invalid_body',
      '/rounding',
      `must have a total of at most ${AMOUNT_MAX} minor units`,
    ],
    [
      'a tax above the price that includes it',
      { lines: [{ ...line, discount: 400, tax: 601 }], prices_include_tax: true },
      'invalid_body',
      '/lines/0/tax',
      'must be at most 600, since prices_include_tax',
    ],
    [
      'taxes above the prices that include them',
      { lines: [line], taxes: [off(600), off(401)], prices_include_tax: true },
      'invalid_body',
      '/taxes/1/amount',
      'must be at most 400, what is left of the prices of the lines, since prices_include_tax; the tax of a charge goes into charges[].tax',
    ],
    [
      'a rounding that makes the total negative',
      { lines: [{ ...line, unit_price: 3 }], rounding: -5 },
      'invalid_body',
      '/rounding',
      'must be at least -3',
    ],
    [
      'a tax that makes a line too large',
      { lines: [{ ...line, unit_price: AMOUNT_MAX, tax: 1 }] },
      'invalid_body',
      '/lines/0',
      `must have a total of at most ${AMOUNT_MAX} minor units`,
    ],
    [
      'discounts whose sum is too large',
      { lines: [free, free] },
      'invalid_body',
      '/lines',
      `must have a total of at most ${AMOUNT_MAX} minor units`,
    ],
    [
      'a sum that only its rounding makes small enough',
      {
        lines: [
          { ...line, unit_price: AMOUNT_MAX },
          { ...line, unit_price: 1 },
        ],
        rounding: -1,
      },
      'invalid_body',
      '/lines',
      `must have a total of at most ${AMOUNT_MAX} minor units`,
    ],
  ])('is refused for %s, with the computed value', (_name, change, code, pointer, detail) => {
    expect(decide(null, place(change))).toMatchObject({
      rejection: { code, errors: [{ pointer, detail }] },
    });
  });
});

test('the charges of an order keep within the largest amount, after edits too', () => {
  const most = { kind: 'fee', price: AMOUNT_MAX - 1_000 } as const;
  const state = after(place(), edit({ charges: [most] }))!;
  expect(state.order.total).toBe(AMOUNT_MAX);
  expect(decide(state, edit({ charges: [{ kind: 'fee', price: 1 }] }))).toMatchObject({
    rejection: { code: 'invalid_body' },
  });
});

test('an edit leaves an order at most 100 lines and 50 charges', () => {
  const line = { name: 'a', quantity: 1, unit_price: 1 };
  const fee = { kind: 'fee', price: 1 } as const;
  const lines = (count: number) => Array.from({ length: count }, () => line);
  const fees = (count: number) => Array.from({ length: count }, () => fee);
  const state = after(place(), edit({ add: lines(97), charges: fees(49) }))!;
  expect(decide(state, edit({ add: lines(1), charges: fees(1) }))).toHaveProperty('event');
  expect(decide(state, edit({ add: lines(2) }))).toMatchObject({
    rejection: { code: 'invalid_body', errors: [{ pointer: '/add' }] },
  });
  expect(decide(state, edit({ charges: fees(2) }))).toMatchObject({
    rejection: { code: 'invalid_body', errors: [{ pointer: '/charges' }] },
  });
});
