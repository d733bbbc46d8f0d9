/** A rejection names the missing amount, with its currency, or the missing pieces. */
import { describe, expect, test } from '@jest/globals';
import { amountText } from '../../domain/currency.ts';
import { decide } from '../../domain/order/decide.ts';
import type { OrderCommand } from '../../domain/order/commands.ts';
import {
  after,
  authorize,
  capture,
  complete,
  drop,
  hold,
  pay,
  pieces,
  place,
  refund,
  reverse,
  ship,
  takeBack,
} from './stories.ts';

test.each([
  [500, 'EUR', '5.00 EUR'],
  [1, 'EUR', '0.01 EUR'],
  [500, 'JPY', '500 JPY'],
  [12_345, 'KWD', '12.345 KWD'],
])('%i of %s is written %s', (amount, currency, text) => {
  expect(amountText(amount, currency)).toBe(text);
});

/** An order of two pieces for 9.00 EUR, after some commands. */
const order = place({ lines: [{ sku: 'A', name: 'a', quantity: 2, unit_price: 450 }] });

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
    [
      'a capture above its authorization',
      [authorize(400)],
      capture('aut_2', 401),
      'The capture exceeds what is left of its authorization: 4.00 EUR.',
      'must be at most 400, the rest of the authorization',
    ],
    [
      'a reversal above its payment',
      [pay(900), refund(400)],
      reverse('pay_2', 501),
      'The reversal exceeds what is left of its payment: 5.00 EUR.',
      'must be at most 500, the rest of the payment',
    ],
    [
      'a refund above its payment',
      [pay(400), pay(500)],
      refund(401, { payment_id: 'pay_2' }),
      'The refund exceeds what is left of its payment: 4.00 EUR.',
      'must be at most 400, the rest of the payment',
    ],
    [
      'a refund of pieces that were refunded',
      [pay(900), ship(1), refund(450, { lines: pieces(1) })],
      refund(450, { lines: pieces(2) }),
      'More pieces than are not refunded, see errors.',
      'must be at most 1, the pieces not refunded',
    ],
    [
      'a refund of open pieces',
      [pay(900), ship(1)],
      refund(900, { lines: pieces(2) }),
      'More pieces than are cancelled, returned or shipped, see errors.',
      'must be at most 1, the pieces cancelled, returned or shipped',
    ],
    [
      'a refund whose parts do not sum',
      [pay(900), ship(1)],
      refund(500, { lines: pieces(1), adjustment: 40 }),
      'Stated amounts differ from their computed sums, see errors.',
      'must be 490, the sum of its parts',
    ],
    [
      'an edit that cancels shipped pieces',
      [pay(900), ship(1)],
      drop(2),
      'More pieces than are open, see errors.',
      'must be at most 1, the pieces open',
    ],
    ['a shipment of a held order', [pay(900), hold], ship(1), 'This order is on hold. Release hld_3 first.'],
  ])('of %s names the missing amount or pieces', (_what, before, command, detail, ...errors) => {
    const decision = decide(after(order, ...before), command);
    const { rejection } = decision as Extract<typeof decision, { rejection: unknown }>;
    expect([rejection.detail, ...(rejection.errors ?? []).map((error) => error.detail)]).toEqual([
      detail,
      ...errors,
    ]);
  });
});
