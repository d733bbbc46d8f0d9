/**
 * Final refusals: a final one stays for each later state of the order; any other one can end.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PROBLEMS, type ProblemCode } from '../../api/problem/problem.ts';
import type { OrderCommand } from '../../domain/order/commands.ts';
import { decide } from '../../domain/order/decide.ts';
import { VERSION_MAX, type OrderState, evolve } from '../../domain/order/order.ts';
import type { Rejection } from '../../domain/rejection.ts';
import { after, cancel, complete, pay, place, refund, run, ship, takeBack, update } from './stories.ts';

const PAID = [place(), pay(1_000)];
const SHIPPED = [...PAID, ship(3, 1)];
const free = { lines: [{ sku: 'F', name: 'free', quantity: 2, unit_price: 0 }] };
const move = update({ shipping_address: { city: 'Cork' } });
const filled = (...before: OrderCommand[]) => [
  ...before,
  ...Array.from({ length: VERSION_MAX - 1 - before.length }, () => update({ metadata: { a: 'b' } })),
];

function refusalOf(state: OrderState | null, command: OrderCommand): Rejection {
  const decision = decide(state, command);
  if ('event' in decision) throw new Error(`${command.type} was allowed`);
  return decision.rejection;
}

describe('a refusal is', () => {
  test.each<[code: string, when: string, final: boolean, before: OrderCommand[], OrderCommand]>([
    ['order_already_placed', 'an order is placed again', true, [place()], place()],
    ['order_already_cancelled', 'cancelled again', true, [place(), cancel], cancel],
    ['order_already_cancelled', 'a cancelled order is paid', true, [place(), cancel], pay(1)],
    ['order_already_cancelled', 'a cancelled order is shipped', true, [...PAID, cancel], ship(1)],
    ['order_already_cancelled', 'a cancelled order comes back', true, [...PAID, cancel], takeBack(1)],
    ['order_already_cancelled', 'a cancelled order is completed', true, [place(), cancel], complete],
    ['order_already_cancelled', 'a cancelled order moves', true, [place(), cancel], move],
    ['order_already_completed', 'completed again', true, [...SHIPPED, complete], complete],
    ['order_already_completed', 'a completed order is cancelled', true, [...SHIPPED, complete], cancel],
    ['order_already_completed', 'a completed order comes back', true, [...SHIPPED, complete], takeBack(1)],
    ['order_already_paid', 'all is paid', true, PAID, pay(1)],
    ['order_already_paid', 'an order costs nothing', true, [place(free)], pay(1)],
    ['order_already_shipped', 'a shipped order is cancelled', true, SHIPPED, cancel],
    ['order_already_shipped', 'part of it is shipped, and it is cancelled', true, [...PAID, ship(1)], cancel],
    ['order_already_shipped', 'part of it is shipped, and it moves', true, [...PAID, ship(1)], move],
    ['order_already_shipped', 'all is shipped', true, SHIPPED, ship(1)],
    ['payment_exceeds_due', 'less is due', true, [place(), pay(400)], pay(601)],
    ['shipment_exceeds_ordered', 'fewer are left', true, [...PAID, ship(2)], ship(2)],
    ['order_not_paid', 'it is shipped before it is paid', false, [place()], ship(1)],
    ['order_not_paid', 'more is shipped than was ordered', true, [place()], ship(4)],
    ['order_not_paid', 'it is refunded before it is paid', false, [place()], refund(1_000)],
    ['order_not_paid', 'more is refunded than it costs', true, [place()], refund(1_001)],
    ['order_not_paid', 'an unpaid cancelled order is refunded', true, [place(), cancel], refund(1)],
    ['order_not_paid', 'an order that costs nothing is refunded', true, [place(free)], refund(1)],
    ['order_not_shipped', 'it comes back before it is shipped', false, [place()], takeBack(3)],
    ['order_not_shipped', 'more comes back than was ordered', true, [place()], takeBack(4)],
    ['order_not_shipped', 'it is completed before it is shipped', false, [place()], complete],
    ['return_exceeds_shipped', 'the rest may still be shipped', false, [...PAID, ship(1)], takeBack(2)],
    ['return_exceeds_shipped', 'there is no rest', true, [...SHIPPED, takeBack(2)], takeBack(2)],
    ['return_exceeds_shipped', 'more than was ordered', true, [...PAID, ship(1)], takeBack(4)],
    ['refund_exceeds_paid', 'the rest may still be paid', false, [place(), pay(400)], refund(401)],
    ['refund_exceeds_paid', 'all is paid', true, PAID, refund(1_001)],
    ['refund_exceeds_paid', 'it is cancelled', true, [place(), pay(400), cancel], refund(401)],
    ['refund_exceeds_paid', 'the rest is less than that', true, [place(), pay(1), refund(1)], refund(1_000)],
    ['order_not_paid', 'there is no room left for the payment', true, filled(place()), ship(1)],
    ['order_not_shipped', 'there is no room left for the shipment', true, filled(...PAID), complete],
  ])('%s, %s: final %s', (code, _when, final, before, command) => {
    const refusal = refusalOf(after(...before), command);
    expect([refusal.code, refusal.final]).toEqual([code, final]);
    expect([PROBLEMS[refusal.code].retry].flat()).toContain(final ? 'never' : 'after_change');
  });
});

const amounts = fc.integer({ min: 1, max: 1_100 });
const quantities = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 2 }));
const some = quantities.filter(([a, b]) => a + b > 0);
const acts: fc.Arbitrary<OrderCommand> = fc.oneof(
  amounts.map(pay),
  amounts.map(refund),
  some.map(([a, b]) => ship(a, b)),
  some.map(([a, b]) => takeBack(a, b)),
  fc.constantFrom(cancel, complete, move, pay(1_000), ship(3, 1)),
);

const isAllowed = (state: OrderState | null, command: OrderCommand) => 'event' in decide(state, command);

/** Pays the due amount, then ships the rest: all steps that can make a command allowed. */
function helped({ order, facts }: OrderState, command: OrderCommand): boolean {
  const due = order.total - order.amount_paid;
  const left = order.lines.map(({ id, quantity }) => quantity - (facts.shipped[id] ?? 0));
  const helpers = [...(due > 0 ? [pay(due)] : []), ...(left.some((n) => n > 0) ? [ship(...left)] : [])];
  let state: OrderState = { order, facts };
  for (const helper of helpers) {
    const decision = decide(state, helper);
    if ('rejection' in decision) return false;
    const version = state.order.version + 1;
    const recorded = {
      event_id: 'e',
      order_id: 'ord_1',
      version,
      recorded_at: '',
      key_id: null,
      number: null,
    };
    state = evolve(state, { ...decision.event, ...recorded });
    if (isAllowed(state, command)) return true;
  }
  return false;
}

describe('for each sequence of commands', () => {
  test('a refusal is final exactly when no later command helps, and its code allows that retry', () => {
    const codes = new Set<ProblemCode>();
    fc.assert(
      fc.property(fc.array(acts, { maxLength: 6 }), acts, (before, command) => {
        const { state } = run([place(), ...before]);
        const decision = decide(state, command);
        if ('event' in decision || PROBLEMS[decision.rejection.code].status !== 409) return;
        const { code, final } = decision.rejection;
        codes.add(code);
        expect(final).toBe(!helped(state!, command));
        expect([PROBLEMS[code].retry].flat()).toContain(final ? 'never' : 'after_change');
      }),
      { numRuns: 3_000 },
    );
    expect(codes.size).toBeGreaterThanOrEqual(9);
  });

  test('a final refusal repeats in each later state', () => {
    fc.assert(
      fc.property(fc.array(acts, { maxLength: 6 }), acts, fc.array(acts), (before, command, later) => {
        const { state } = run([place(), ...before]);
        const decision = decide(state, command);
        if ('event' in decision || !decision.rejection.final) return;
        for (let n = 1; n <= later.length; n += 1) {
          const then = run([place(), ...before, ...later.slice(0, n)]).state;
          expect(isAllowed(then, command)).toBe(false);
        }
      }),
    );
  });
});
