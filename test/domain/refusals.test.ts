/** A rejection names the missing amount, with its currency, or the missing pieces. */
import { describe, expect, test } from '@jest/globals';
import { amountText } from '../../domain/currency.ts';
import { decide } from '../../domain/order/decide.ts';
import type { OrderCommand } from '../../domain/order/commands.ts';
import { type OrderState, evolve } from '../../domain/order/order.ts';

test.each([
  [500, 'EUR', '5.00 EUR'],
  [1, 'EUR', '0.01 EUR'],
  [500, 'JPY', '500 JPY'],
  [12_345, 'KWD', '12.345 KWD'],
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
      number: null,
    };
    state = evolve(state, { ...decision.event, ...recorded });
  }
  return state!;
}

describe('a refusal', () => {
  test.each<[string, OrderCommand[], OrderCommand, detail: string, ...errors: string[]]>([
    ['a shipment before any payment', [], ship(1), '9.00 EUR are still due. Record the payment first.'],
    [
      'a shipment when 5.00 EUR are due',
      [pay(400)],
      ship(1),
      '5.00 EUR are still due. Record the payment first.',
    ],
    [
      'a payment above the due amount',
      [pay(400)],
      pay(501),
      'The payment exceeds the amount due: 5.00 EUR.',
      'must be at most 500, the amount due',
    ],
    [
      'a refund without a payment',
      [],
      refund(1),
      'No payment is recorded for this order, so there is nothing to refund.',
    ],
    [
      'a refund above the paid amount',
      [pay(900), refund(400)],
      refund(501),
      'The refund exceeds the amount left to refund: 5.00 EUR.',
      'must be at most 500, the amount left to refund',
    ],
    [
      'a refund after a full refund',
      [pay(900), refund(900)],
      refund(1),
      'All payments of this order are already refunded.',
    ],
    [
      'a completion before the last piece',
      [pay(900), ship(1)],
      complete,
      '1 piece is left to ship. Ship the whole order first.',
    ],
    [
      'a completion before the first piece',
      [],
      complete,
      '2 pieces are left to ship. Ship the whole order first.',
    ],
    [
      'a shipment of too many pieces',
      [pay(900), ship(1)],
      ship(2),
      'More pieces than are left to ship, see errors.',
      'must be at most 1, the pieces left to ship',
    ],
    [
      'a return after a full return',
      [pay(900), ship(1), takeBack(1)],
      takeBack(1),
      'More pieces than are shipped and not returned, see errors.',
      'must be left out with its line: no piece of it is shipped and not returned',
    ],
  ])('of %s names the missing amount or pieces', (_what, before, command, detail, ...errors) => {
    const decision = decide(after(...before), command);
    const { rejection } = decision as Extract<typeof decision, { rejection: unknown }>;
    expect([rejection.detail, ...(rejection.errors ?? []).map((error) => error.detail)]).toEqual([
      detail,
      ...errors,
    ]);
  });
});
