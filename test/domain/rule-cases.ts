/** The rows of docs/orders.md in which an amount, pieces or the past of the order decide. */
import type { OrderCommand } from '../../domain/order/commands.ts';
import {
  authorize,
  cancel,
  capture,
  complete,
  drop,
  edit,
  hold,
  pay,
  pieces,
  place,
  refund,
  release,
  reverse,
  ship,
  takeBack,
  update,
  voidAuthorization,
} from './stories.ts';

const AUTHORIZED = [place(), authorize(1_000)];
const PAID = [place(), pay(1_000)];
const rope = { name: 'rope', quantity: 1, unit_price: 100 };
const free = { lines: [{ sku: 'F', name: 'free', quantity: 2, unit_price: 0 }] };
/** Nothing to ship. */
const digital = place({ lines: [{ name: 'song', quantity: 2, unit_price: 500, ships: false }] });
const parcel = place({ charges: [{ kind: 'shipping', price: 100 }] });
const invoiced = place({ payment_terms: 'open' });
const line = { name: 'a', quantity: 2, unit_price: 500 };
const twenty = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, 'v']));
const twice = {
  type: 'ShipItems',
  data: {
    lines: [1, 1].map((quantity) => ({ line_id: 'line_1', quantity })),
    carrier: null,
    tracking_number: null,
  },
} as const;
const vat = (amount: number) => [{ name: 'VAT', amount }];

const note = update({ metadata: { a: 'b' } });
const times = (count: number, command: OrderCommand) => Array.from({ length: count }, () => command);
/** Commands of so many events, most of which are notes. */
const noted = (events: number, ...others: OrderCommand[]) => [
  place(),
  ...others,
  ...times(events - 1 - others.length, note),
];
/** Commands of so many events; the last are payments of 1. */
const paidUpTo = (events: number) => [...noted(500), ...times(events - 500, pay(1))];
const refundedUpTo = (events: number) => [
  ...noted(500, pay(1_000)),
  ...times(events - 500, refund(1, { adjustment: 1 })),
];

/** By row of the table: the earlier commands, and the command. */
export const CASES: Record<string, [OrderCommand[], OrderCommand]> = {
  'a discount exceeds its line': [[], place({ lines: [{ ...line, discount: 1_001 }] })],
  'a discount exceeds its charge': [
    [],
    place({ charges: [{ kind: 'shipping', price: 500, discount: 501 }] }),
  ],
  'the discounts of the order exceed all lines': [
    [],
    place({
      discounts: [
        { name: 'a', amount: 600 },
        { name: 'b', amount: 401 },
      ],
    }),
  ],
  '`stated` differs from the computed total': [[], place({ stated: { total: 999 } })],
  'the tax of a line differs from the sum of its `taxes`': [
    [],
    place({ lines: [{ ...line, tax: 190, taxes: vat(191) }] }),
  ],
  'the `taxes` of the order differ from the taxes of its lines and charges': [
    [],
    place({ lines: [{ ...line, tax: 190 }], taxes: vat(191) }),
  ],
  'a tax exceeds the price that includes it': [
    [],
    place({ prices_include_tax: true, lines: [{ ...line, tax: 1_001 }] }),
  ],
  'the rounding makes the total negative': [[], place({ ...free, rounding: -1 })],
  'the capture is within its authorization': [AUTHORIZED, capture('aut_2', 400)],
  'the capture exceeds its authorization': [[place(), authorize(400)], capture('aut_2', 401)],
  'the authorization is voided': [[...AUTHORIZED, voidAuthorization('aut_2')], capture('aut_2', 1)],
  'the authorization is captured whole': [
    [place(), authorize(400), capture('aut_2', 400)],
    capture('aut_2', 1),
  ],
  'the voided authorization is captured whole': [
    [place(), authorize(400), capture('aut_2', 400)],
    voidAuthorization('aut_2'),
  ],
  'the payment is less than the amount due': [[place()], pay(999)],
  'the payment is the rest of the amount due': [[place(), pay(999)], pay(1)],
  'the payment exceeds the amount due': [[place(), pay(999)], pay(2)],
  'the payment exceeds the amount due, with `accept_excess`': [
    [place(), pay(999)],
    pay(2, { accept_excess: true }),
  ],
  'the order is free': [[place(free)], pay(1)],
  'the money of a wrong card was refunded, and the order is paid again': [
    [...PAID, refund(1_000)],
    pay(1_000),
  ],
  'a returned debit: the payment is reversed': [PAID, reverse('pay_2')],
  'the reversal exceeds what is left of its payment': [[...PAID, refund(400)], reverse('pay_2', 601)],
  'the payment is reversed already': [[...PAID, reverse('pay_2')], reverse('pay_2')],
  'a free order is shipped without a payment': [[place(free)], ship(2)],
  'an authorized order is shipped': [AUTHORIZED, ship(3)],
  'an order on open terms is shipped without a payment': [[invoiced], ship(3, 1)],
  'the payments and authorizations do not cover what is owed': [[place(), pay(400), authorize(599)], ship(1)],
  'the order was refunded while pieces were open': [[...PAID, refund(1)], ship(1)],
  'the order is on hold': [[...PAID, hold], ship(1)],
  'some pieces are shipped': [PAID, ship(3)],
  'the last pieces are shipped': [[...PAID, ship(3)], ship(0, 1)],
  'the shipment exceeds the unshipped pieces': [[...PAID, ship(2)], ship(2)],
  'the shipment names pieces that an edit cancelled': [[...PAID, drop(2)], ship(2)],
  'the shipment names a line that is not shipped': [[digital, pay(1_000)], ship(1)],
  'the shipment names a line that the order does not have': [PAID, ship(0, 0, 1)],
  'the shipment names a line twice': [PAID, twice],
  'some shipped pieces are returned': [[...PAID, ship(2)], takeBack(2)],
  'the return exceeds the shipped pieces': [[...PAID, ship(2)], takeBack(3)],
  'the pieces were returned before': [[...PAID, ship(2), takeBack(2)], takeBack(1)],
  'a part is refunded while pieces are open': [PAID, refund(400)],
  'a part is refunded after the last shipment': [[...PAID, ship(3, 1)], refund(400)],
  'returned pieces are refunded': [[...PAID, ship(3, 1), takeBack(1)], refund(250, { lines: pieces(1) })],
  'shipped pieces are refunded, and the customer keeps them': [
    [...PAID, ship(1)],
    refund(250, { lines: pieces(1) }),
  ],
  'an adjustment is refunded while pieces are open': [PAID, refund(400, { adjustment: 400 })],
  'a partial payment is refunded': [[place(), pay(500)], refund(500)],
  'the refund exceeds the payments': [[place(), pay(500)], refund(501)],
  'the refund exceeds the payments that are not refunded': [[...PAID, refund(600)], refund(401)],
  'the refund exceeds the payment that it names': [
    [place(), pay(600), pay(400)],
    refund(601, { payment_id: 'pay_2' }),
  ],
  'the refund exceeds the pieces of a line': [[...PAID, ship(3)], refund(1_000, { lines: pieces(4) })],
  'the pieces were refunded before': [
    [...PAID, drop(0, 1), refund(250, { lines: pieces(0, 1) })],
    refund(250, { lines: pieces(0, 1) }),
  ],
  'the refund exceeds what is left of a charge': [
    [parcel, pay(1_100), refund(60, { charges: [{ charge_id: 'charge_1', amount: 60 }] })],
    refund(41, { charges: [{ charge_id: 'charge_1', amount: 41 }] }),
  ],
  'the refund names pieces that are neither shipped, cancelled nor returned': [
    [...PAID, ship(1)],
    refund(500, { lines: pieces(2) }),
  ],
  'the parts of the refund do not sum to its amount': [[...PAID, ship(1)], refund(260, { lines: pieces(1) })],
  'a paid and cancelled order is refunded': [[...PAID, cancel], refund(1_000)],
  'open pieces are cancelled, and others are left': [PAID, drop(2)],
  'the last open pieces are cancelled, and none was shipped': [PAID, drop(3, 1)],
  'the last open pieces are cancelled, and others were shipped': [[...PAID, ship(1)], drop(2, 1)],
  'more pieces are cancelled than are open': [[...PAID, ship(2)], drop(2)],
  'a line is added to a paid order': [PAID, edit({ add: [rope] })],
  'a free replacement is added to a shipped order': [
    [...PAID, ship(3, 1)],
    edit({ add: [{ ...rope, unit_price: 0 }] }),
  ],
  'an exchange: a piece came back, and a dearer one is added': [
    [...PAID, ship(3, 1), takeBack(1)],
    edit({ add: [{ ...rope, unit_price: 300 }] }),
  ],
  'the cancellation costs a fee': [
    PAID,
    edit({ cancel: pieces(3, 1), charges: [{ kind: 'fee', price: 100 }] }),
  ],
  'the rest of a shipped order is cancelled, and it is completed': [[...PAID, ship(1), drop(2, 1)], complete],
  'an order with nothing to ship is paid and completed': [[digital, pay(1_000)], complete],
  'an order with nothing to ship is not paid': [[digital], complete],
  'the patch leaves an address without a city': [
    [place({ shipping_address: null })],
    update({ shipping_address: { name: 'Ada', line1: 'x', country: 'IE' } }),
  ],
  'the patch removes the address': [[place()], update({ shipping_address: null })],
  'the patch removes all metadata': [[place()], update({ metadata: null })],
  'the patch leads to more than 20 metadata entries': [
    [place({ metadata: twenty })],
    update({ metadata: { more: 'v' } }),
  ],
  'the order has 500 events': [noted(500), note],
  'a line is added to an order of 500 events': [noted(500), edit({ add: [rope] })],
  'an order of 500 events is held': [noted(500), hold],
  'an order of 500 events is paid': [noted(500), pay(1_000)],
  'the payment of an order of 500 events is refunded': [noted(500, pay(1_000)), refund(1_000)],
  'an order of 500 events is shipped': [noted(500, pay(1_000)), ship(3, 1)],
  'the hold of an order of 500 events is released': [noted(500, pay(1_000), hold), release('hld_3')],
  'an order of 500 events is cancelled': [noted(500), cancel],
  'an order of 550 events is paid': [paidUpTo(550), pay(1)],
  'an order of 550 events is shipped': [paidUpTo(550), ship(1)],
  'an order of 550 events is refunded': [paidUpTo(550), refund(49)],
  'the pieces of an order of 550 events are cancelled': [paidUpTo(550), drop(3)],
  'an order of 599 events is refunded': [refundedUpTo(599), refund(1)],
  'an order of 599 events is cancelled': [refundedUpTo(599), cancel],
};
