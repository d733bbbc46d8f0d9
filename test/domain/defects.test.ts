/** Lives of orders that the first release got wrong. */
import { expect, test } from '@jest/globals';
import { due, isCovered, overpaid } from '../../domain/order/amounts.ts';
import { claimOf } from '../../domain/order/claims.ts';
import type { OrderCommand } from '../../domain/order/commands.ts';
import { decide } from '../../domain/order/decide.ts';
import { fulfillmentStatus, paymentStatus } from '../../domain/order/statuses.ts';
import { after, cancel, complete, drop, pay, place, refund, ship } from './stories.ts';

/** The code of a refusal, or the type of the event. */
function outcome(command: OrderCommand, ...before: OrderCommand[]): string {
  const decision = decide(after(...before), command);
  return 'event' in decision ? decision.event.type : decision.rejection.code;
}

test('a wholly refunded order is not shipped', () => {
  const before = [place(), pay(1_000), refund(1_000)];
  expect(outcome(ship(1), ...before)).toBe('order_not_paid');
  const state = after(...before)!;
  expect([due(state), isCovered(state), paymentStatus(state)]).toEqual([1_000, false, 'refunded']);
});

test('paid 500, refunded 500 and paid 500 of 1000 is not paid, and is not shipped', () => {
  const before = [place(), pay(500), refund(500), pay(500)];
  const state = after(...before)!;
  expect([due(state), paymentStatus(state), state.order.status]).toEqual([500, 'partially_paid', 'placed']);
  expect(outcome(ship(1), ...before)).toBe('order_not_paid');
  expect(outcome(pay(500), ...before)).toBe('PaymentRecorded');
  expect(outcome(ship(1), ...before, pay(500))).toBe('ItemsShipped');
});

test('after a refund of the wrong card the order is paid again', () => {
  const before = [place(), pay(1_000), refund(1_000)];
  expect(outcome(pay(1_000), ...before)).toBe('PaymentRecorded');
  const state = after(...before, pay(1_000))!;
  expect([due(state), overpaid(state), paymentStatus(state)]).toEqual([0, 0, 'paid']);
  expect(outcome(pay(1), ...before, pay(1_000))).toBe('order_already_paid');
});

test('an order of which a refunded line cannot be shipped is completed', () => {
  const before = [place(), pay(1_000), ship(3), refund(250)];
  expect(outcome(cancel, ...before)).toBe('order_already_shipped');
  expect(outcome(complete, ...before)).toBe('order_not_shipped');
  const state = after(...before, drop(0, 1))!;
  expect([fulfillmentStatus(state.order), paymentStatus(state)]).toEqual(['shipped', 'partially_refunded']);
  expect([due(state), overpaid(state)]).toEqual([0, 0]);
  expect(outcome(complete, ...before, drop(0, 1))).toBe('OrderCompleted');
});

test('a charge that two sources record has one name, and a refund has another', () => {
  const named = { provider: 'stripe', reference: 'ch_1' };
  expect(claimOf(pay(1_000, named))).toBe(claimOf(pay(1_000, { ...named, method: 'webhook' })));
  expect(claimOf(refund(1_000, named))).toBe(claimOf(refund(500, named)));
  const names = [
    pay(1_000, named),
    refund(1_000, named),
    pay(1_000, { ...named, reference: 'ch_2' }),
    pay(1_000, { ...named, provider: 'paypal' }),
  ].map(claimOf);
  expect(new Set(names).size).toBe(names.length);
  // A reference alone is a note, as in version 1.
  expect(claimOf(pay(1_000, { reference: 'ch_1' }))).toBeNull();
  expect(claimOf(pay(1_000, { provider: 'stripe' }))).toBeNull();
});
