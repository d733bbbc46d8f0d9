/** What refunds count for, in whole lives of orders. */
import { describe, expect, test } from '@jest/globals';
import { AMOUNT_MAX } from '../../domain/money.ts';
import { due, net, overpaid, owed } from '../../domain/order/amounts.ts';
import type { OrderCommand } from '../../domain/order/commands.ts';
import { decide } from '../../domain/order/decide.ts';
import { paymentStatus } from '../../domain/order/statuses.ts';
import {
  after,
  authorize,
  cancel,
  command,
  drop,
  edit,
  pay,
  pieces,
  place,
  refund,
  reverse,
  ship,
  takeBack,
} from './stories.ts';

const PAID = [place(), pay(1_000)];
const SHIPPED = [...PAID, ship(3, 1)];
const download = place({
  lines: [{ name: 'song', quantity: 2, unit_price: 500, ships: false }],
  charges: [{ kind: 'tip', price: 100 }],
});
const fee = (price: number) => edit({ charges: [{ kind: 'fee', price }] });

/** What a refund counts for, and the order after it. */
function countsOf(before: OrderCommand[], last: OrderCommand) {
  const decision = decide(after(...before), last);
  if ('rejection' in decision) throw new Error(decision.rejection.detail);
  if (decision.event.type !== 'RefundRecorded') throw new Error('not a refund');
  const state = after(...before, last)!;
  return { ...decision.event.data.counts, owed: owed(state), due: due(state), overpaid: overpaid(state) };
}

describe('a refund that explains nothing counts', () => {
  test.each<[string, OrderCommand[], OrderCommand, Partial<ReturnType<typeof countsOf>>]>([
    ['as owed again while pieces are open', PAID, refund(400), { reopened: 400, owed: 1_000, due: 400 }],
    ['as a reduction once all is shipped', SHIPPED, refund(400), { adjusted: 400, owed: 600, due: 0 }],
    ['against a cancellation', [...PAID, cancel], refund(1_000), { settled: 1_000, owed: 0 }],
    ['against cancelled pieces', [...PAID, drop(0, 1)], refund(250), { settled: 250, owed: 750, due: 0 }],
    [
      'against cancelled pieces first, then as owed again',
      [...PAID, drop(0, 1)],
      refund(300),
      { settled: 250, reopened: 50, owed: 750, due: 50 },
    ],
    [
      'against returned pieces first, then as a reduction',
      [...SHIPPED, takeBack(1)],
      refund(300),
      { settled: 250, adjusted: 50, owed: 700, due: 0 },
    ],
    [
      'against returned pieces less a fee',
      [...SHIPPED, takeBack(1), fee(50)],
      refund(200),
      { settled: 200, owed: 800, due: 0, overpaid: 0 },
    ],
    [
      'as a reduction when it gives the fee back too',
      [...SHIPPED, takeBack(1), fee(50), refund(200)],
      refund(50),
      { settled: 0, adjusted: 50, owed: 750, due: 0 },
    ],
    [
      'against an overpayment',
      [...PAID, pay(200, { accept_excess: true }), ship(3, 1)],
      refund(200),
      { settled: 200, owed: 1_000, due: 0, overpaid: 0 },
    ],
    [
      'not against pieces that were cancelled before anybody paid for them',
      [place(), drop(0, 1), pay(750), ship(3)],
      refund(100),
      { settled: 0, adjusted: 100, owed: 650, due: 0 },
    ],
    [
      'as a reduction once all pieces that never ship are refunded',
      [download, pay(1_100), refund(1_000, { lines: pieces(2) })],
      refund(100),
      { adjusted: 100, reopened: 0, owed: 0, due: 0 },
    ],
    [
      'against returned pieces while an amount is due',
      [place({ payment_terms: 'open' }), ship(3, 1), pay(200), takeBack(1)],
      refund(200),
      { settled: 200, adjusted: 0, owed: 750, due: 750 },
    ],
  ])('%s', (_name, before, last, expected) => {
    expect(countsOf(before, last)).toMatchObject(expected);
  });

  test('as settled once the pieces that it left open are cancelled or others come back', () => {
    const cancelled = after(...PAID, refund(400), cancel)!;
    expect([due(cancelled), overpaid(cancelled), paymentStatus(cancelled)]).toEqual([
      0,
      600,
      'partially_refunded',
    ]);
    const returned = after(...PAID, ship(3), refund(100), takeBack(1))!;
    expect([due(returned), overpaid(returned), paymentStatus(returned)]).toEqual([
      0,
      150,
      'partially_refunded',
    ]);
    // Paid again, it is no longer a refund of this order.
    const again = after(...PAID, refund(400), pay(400), drop(0, 1))!;
    expect([overpaid(again), paymentStatus(again)]).toEqual([250, 'paid']);
  });
});

describe('a refund of parts', () => {
  test('of a kept piece ends its debt, and its return later frees nothing more', () => {
    const kept = after(...SHIPPED, refund(250, { lines: pieces(1) }))!;
    expect([owed(kept), net(kept)]).toEqual([750, 750]);
    const returned = after(...SHIPPED, refund(250, { lines: pieces(1) }), takeBack(1))!;
    expect([owed(returned), net(returned)]).toEqual([750, 750]);
    const more = after(...SHIPPED, refund(250, { lines: pieces(1) }), takeBack(2))!;
    expect([owed(more), overpaid(more)]).toEqual([500, 250]);
  });

  test('gives back at most the money that the shop has', () => {
    // 0.03 less by rounding: the whole line gives back what was paid for it.
    const rounded = [place({ rounding: -3 }), pay(997), ship(3, 1), takeBack(3, 1)];
    expect(decide(after(...rounded), refund(997, { lines: pieces(3, 1) }))).toMatchObject({
      event: { data: { lines: [{ amount: 750 }, { amount: 247 }], counts: { settled: 997, adjusted: 0 } } },
    });
    expect(decide(after(...rounded), refund(996, { lines: pieces(3, 1) }))).toMatchObject({
      rejection: { code: 'totals_disagree', errors: [{ detail: 'must be 997, the sum of its parts' }] },
    });
    // Its tax is at most its amount.
    const taxed = place({
      lines: [{ name: 'a', quantity: 1, unit_price: 10, tax: 10 }],
      prices_include_tax: true,
      rounding: -4,
    });
    expect(decide(after(taxed, pay(6), ship(1), takeBack(1)), refund(6, { lines: pieces(1) }))).toMatchObject(
      { event: { data: { lines: [{ amount: 6, tax: 6 }] } } },
    );
    // After a reduction the last piece gives back what is left.
    const reduced = [...SHIPPED, refund(100, { adjustment: 100 }), refund(750, { lines: pieces(3) })];
    expect(countsOf(reduced, refund(150, { lines: pieces(0, 1) }))).toMatchObject({ owed: 0, due: 0 });
  });

  test('of a charge reduces what is owed, once', () => {
    const order = place({ charges: [{ kind: 'shipping', price: 100 }] });
    const part = refund(60, { charges: [{ charge_id: 'charge_1', amount: 60 }] });
    const before = [order, pay(1_100), part];
    expect(owed(after(...before)!)).toBe(1_040);
    // The cancellation frees the rest of the charge.
    const cancelled = after(...before, cancel)!;
    expect([owed(cancelled), overpaid(cancelled)]).toEqual([0, 1_040]);
    const rest = refund(40, { charges: [{ charge_id: 'charge_1', amount: 40 }] });
    expect(countsOf([...before, cancel], rest)).toMatchObject({ settled: 40, adjusted: 0, overpaid: 1_000 });
  });

  test('names the payment, or gives back the oldest first', () => {
    const before = [place(), pay(600), pay(400), ship(3, 1)];
    const paymentsOf = (last: OrderCommand) => {
      const decision = decide(after(...before), last);
      return 'event' in decision && (decision.event.data as { payments: unknown }).payments;
    };
    expect(paymentsOf(refund(700))).toEqual([
      { payment_id: 'pay_2', amount: 600 },
      { payment_id: 'pay_3', amount: 100 },
    ]);
    expect(paymentsOf(refund(300, { payment_id: 'pay_3' }))).toEqual([{ payment_id: 'pay_3', amount: 300 }]);
    // What was refunded cannot be reversed.
    expect(decide(after(...before, refund(700)), reverse('pay_2'))).toMatchObject({
      rejection: { code: 'reversal_exceeds_payment' },
    });
  });
});

describe('reductions and cancellations', () => {
  test('never make what is owed negative', () => {
    const reduced = [...SHIPPED, refund(300, { adjustment: 300 })];
    const all = after(...reduced, takeBack(3, 1))!;
    expect([owed(all), overpaid(all), net(all)]).toEqual([0, 700, 700]);
    const early = after(...PAID, refund(900, { adjustment: 900 }), drop(3))!;
    expect([owed(early), overpaid(early)]).toEqual([0, 100]);
    const beyond = after(...PAID, pay(500, { accept_excess: true }), refund(1_400, { adjustment: 1_400 }))!;
    expect([owed(beyond), overpaid(beyond)]).toEqual([0, 100]);
  });

  test('a fee of the cancellation stays owed', () => {
    const before = [...PAID, edit({ cancel: pieces(3, 1), charges: [{ kind: 'fee', price: 100 }] })];
    const state = after(...before)!;
    expect([state.order.status, owed(state), overpaid(state)]).toEqual(['cancelled', 100, 900]);
    expect(countsOf(before, refund(900))).toMatchObject({ settled: 900, owed: 100, due: 0 });
  });
});

describe('sums of payments and authorizations', () => {
  const excess = { accept_excess: true } as const;
  test('of an order are at most the largest amount', () => {
    const rest = AMOUNT_MAX - 1_000;
    const detail = (what: string) =>
      `must be at most ${rest}: the ${what} of an order are at most ${AMOUNT_MAX} minor units`;
    expect(decide(after(...PAID), pay(rest, excess))).toHaveProperty('event');
    expect(decide(after(...PAID), pay(rest + 1, excess))).toMatchObject({
      rejection: { code: 'invalid_body', errors: [{ pointer: '/amount', detail: detail('payments') }] },
    });
    expect(decide(after(place(), authorize(1_000)), authorize(rest + 1))).toMatchObject({
      rejection: { code: 'invalid_body', errors: [{ pointer: '/amount', detail: detail('authorizations') }] },
    });
    // A void makes room.
    const voided = command('VoidAuthorization', { authorization_id: 'aut_2', reason: null });
    expect(decide(after(place(), authorize(1_000), voided), authorize(AMOUNT_MAX))).toHaveProperty('event');
  });
});
