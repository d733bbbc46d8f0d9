/** A refusal says what is missing: how much, in which currency, how many pieces. */
import { describe, expect, test } from '@jest/globals';
import { amountText } from '../../domain/currency.ts';
import { decide } from '../../domain/order/decide.ts';
import type { OrderCommand } from '../../domain/order/commands.ts';
import { type OrderState, evolve } from '../../domain/order/order.ts';

test.each([
  [500, 'EUR', '500 minor units (5.00 EUR)'],
  [1, 'EUR', '1 minor unit (0.01 EUR)'],
  [500, 'JPY', '500 minor units (500 JPY)'],
  [12_345, 'KWD', '12345 minor units (12.345 KWD)'],
])('%i of %s is written %s', (amount, currency, text) => {
  expect(amountText(amount, currency)).toBe(text);
});

const pieces = (quantity: number) => [{ line_id: 'line_1', quantity }];
const pay = (amount: number): OrderCommand => ({
  type: 'RecordPayment',
  data: { amount, method: null, reference: null },
});
const ship = (quantity: number): OrderCommand => ({
  type: 'ShipItems',
  data: { lines: pieces(quantity), carrier: null, tracking_number: null },
});
const takeBack = (quantity: number): OrderCommand => ({
  type: 'ReturnItems',
  data: { lines: pieces(quantity), reason: null },
});
const refund = (amount: number): OrderCommand => ({
  type: 'RecordRefund',
  data: { amount, reason: null, reference: null },
});
const complete: OrderCommand = { type: 'CompleteOrder', data: { note: null } };

/** An order of two pieces for 9.00 EUR, after some commands. */
function after(...commands: OrderCommand[]): OrderState {
  const placing: OrderCommand = {
    type: 'PlaceOrder',
    data: {
      customer_id: 'a',
      currency: 'EUR',
      lines: [{ sku: 'A', name: 'a', quantity: 2, unit_price: 450 }],
      shipping_address: null,
      metadata: {},
    },
  };
  let state: OrderState | null = null;
  for (const [index, command] of [placing, ...commands].entries()) {
    const decision = decide(state, command);
    if ('rejection' in decision) throw new Error(decision.rejection.detail);
    const recorded = {
      event_id: 'e',
      order_id: 'ord_1',
      version: index + 1,
      recorded_at: '',
      key_id: null,
    };
    state = evolve(state, { ...decision.event, ...recorded });
  }
  return state!;
}

describe('a refusal', () => {
  test.each<[string, OrderCommand[], OrderCommand, detail: string, ...errors: string[]]>([
    [
      'a shipment before any payment',
      [],
      ship(1),
      'This order is not paid: 900 minor units (9.00 EUR) are still due. Record the payment first.',
    ],
    [
      'a shipment when 5.00 are missing',
      [pay(400)],
      ship(1),
      'This order is not paid: 500 minor units (5.00 EUR) are still due. Record the payment first.',
    ],
    [
      'a payment of too much',
      [pay(400)],
      pay(501),
      'This is more than is due: 500 minor units (5.00 EUR) are due.',
      'must be at most 500, which is due',
    ],
    [
      'a refund of nothing paid',
      [],
      refund(1),
      'Nothing was paid for this order, so that nothing can be refunded.',
    ],
    [
      'a refund of too much',
      [pay(900), refund(400)],
      refund(501),
      'This is more than can be refunded: 500 minor units (5.00 EUR) are paid and not refunded.',
      'must be at most 500, which was paid and not refunded',
    ],
    [
      'a refund of all, again',
      [pay(900), refund(900)],
      refund(1),
      'All that was paid for this order is refunded already.',
    ],
    [
      'a completion before the last piece',
      [pay(900), ship(1)],
      complete,
      'Not all of this order has been shipped: 1 piece is left to ship.',
    ],
    [
      'a completion before the first piece',
      [],
      complete,
      'Not all of this order has been shipped: 2 pieces are left to ship.',
    ],
    [
      'a shipment of too many',
      [pay(900), ship(1)],
      ship(2),
      'There are not so many pieces left to ship; errors says how many.',
      'must be at most 1, as many as are left to ship',
    ],
    [
      'a return of all, again',
      [pay(900), ship(1), takeBack(1)],
      takeBack(1),
      'There are not so many pieces shipped and not returned; errors says how many.',
      'must be left out with its line, of which nothing is shipped and not returned',
    ],
  ])('of %s says what is missing', (_what, before, command, detail, ...errors) => {
    const decision = decide(after(...before), command);
    const { rejection } = decision as Extract<typeof decision, { rejection: unknown }>;
    expect([rejection.detail, ...(rejection.errors ?? []).map((error) => error.detail)]).toEqual([
      detail,
      ...errors,
    ]);
  });
});
