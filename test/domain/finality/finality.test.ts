/**
 * Final refusals: a final one stays for each later state of the order; any other one can end.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PROBLEMS, type ProblemCode } from '../../../api/problem/problem.ts';
import type { OrderCommand } from '../../../domain/order/commands.ts';
import { decide } from '../../../domain/order/decide.ts';
import type { OrderState } from '../../../domain/order/order.ts';
import type { Rejection } from '../../../domain/rejection.ts';
import { isEverAllowed, namesUnknownRecord } from './later-commands.ts';
import {
  after,
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
  run,
  ship,
  takeBack,
  update,
  voidAuthorization,
} from '../stories.ts';

const PAID = [place(), pay(1_000)];
const AUTHORIZED = [place(), authorize(400)];
const SHIPPED = [...PAID, ship(3, 1)];
const free = { lines: [{ sku: 'F', name: 'free', quantity: 2, unit_price: 0 }] };
const move = update({ shipping_address: { city: 'Cork' } });
const rope = { name: 'rope', quantity: 1, unit_price: 0 };
const FEE = edit({ cancel: pieces(3, 1), charges: [{ kind: 'fee', price: 100 }] });
const times = (count: number, command: OrderCommand) => Array.from({ length: count }, () => command);
const noted = (...before: OrderCommand[]) => [
  ...before,
  ...times(500 - before.length, update({ metadata: { a: 'b' } })),
];
/** An order that takes one more payment or shipment. */
const filled = (...before: OrderCommand[]) => [...noted(...before), ...times(49, authorize(1))];

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
    ['order_already_paid', 'its fee may be due again', false, [...PAID, FEE], pay(100)],
    ['order_already_paid', 'its fee is less', true, [...PAID, FEE], pay(101)],
    ['order_already_cancelled', 'a cancelled order is shipped', true, [...PAID, cancel], ship(1)],
    ['order_already_cancelled', 'a cancelled order comes back', true, [...PAID, cancel], takeBack(1)],
    ['order_already_cancelled', 'a cancelled order is completed', true, [place(), cancel], complete],
    ['order_already_cancelled', 'a cancelled order moves', true, [place(), cancel], move],
    [
      'order_already_cancelled',
      'a cancelled order is edited',
      true,
      [place(), cancel],
      edit({ add: [rope] }),
    ],
    ['order_already_completed', 'completed again', true, [...SHIPPED, complete], complete],
    ['order_already_completed', 'a completed order is cancelled', true, [...SHIPPED, complete], cancel],
    ['order_already_completed', 'a completed order comes back', true, [...SHIPPED, complete], takeBack(1)],
    ['order_already_completed', 'a completed order is held', true, [...SHIPPED, complete], hold],
    ['order_already_paid', 'a reversal makes it due again', false, PAID, pay(1)],
    ['order_already_paid', 'an edit can add a line', false, [place(free)], pay(1)],
    ['order_already_paid', 'a completed order is free', true, [place(free), ship(2), complete], pay(1)],
    ['order_already_paid', 'its payment may be reversed', false, [...SHIPPED, complete], pay(1_000)],
    ['order_already_paid', 'less is owed than that', true, [...SHIPPED, complete], pay(1_001)],
    ['order_already_shipped', 'a shipped order is cancelled', true, SHIPPED, cancel],
    ['order_already_shipped', 'part of it is shipped, and it is cancelled', true, [...PAID, ship(1)], cancel],
    ['order_already_shipped', 'part of it is shipped, and it moves', true, [...PAID, ship(1)], move],
    ['order_already_shipped', 'all is shipped', true, SHIPPED, ship(1)],
    ['order_already_shipped', 'an edit can add the line', false, SHIPPED, ship(0, 0, 1)],
    ['payment_exceeds_due', 'an edit can add a line', false, [place(), pay(400)], pay(601)],
    [
      'payment_exceeds_due',
      'the order is complete',
      true,
      [...SHIPPED, complete, reverse('pay_2')],
      pay(1_001),
    ],
    [
      'authorization_closed',
      'it is voided',
      true,
      [...AUTHORIZED, voidAuthorization('aut_2')],
      capture('aut_2', 1),
    ],
    [
      'order_already_paid',
      'its authorization is too small',
      true,
      [...AUTHORIZED, pay(1_000)],
      capture('aut_2', 401),
    ],
    ['capture_exceeds_authorized', 'less was authorized', true, AUTHORIZED, capture('aut_2', 401)],
    ['reversal_exceeds_payment', 'less was paid', true, PAID, reverse('pay_2', 1_001)],
    ['shipment_exceeds_ordered', 'fewer are left', true, [...PAID, ship(2)], ship(2)],
    ['order_on_hold', 'a hold is released', false, [...PAID, hold], ship(1)],
    ['order_on_hold', 'and fewer are left', true, [...PAID, ship(2), hold], ship(2)],
    ['order_not_paid', 'it is shipped before it is paid', false, [place()], ship(1)],
    ['order_not_paid', 'more is shipped than was ordered', true, [place()], ship(4)],
    ['order_not_paid', 'it is refunded before it is paid', false, [place()], refund(1_000)],
    ['order_not_paid', 'more can come in than it costs', false, [place()], refund(1_001)],
    ['order_not_paid', 'a cancelled order can be paid by mistake', false, [place(), cancel], refund(1)],
    [
      'order_not_paid',
      'pieces are refunded before they are paid',
      false,
      [place()],
      refund(250, { lines: pieces(1) }),
    ],
    ['order_not_paid', 'no piece is worth that', true, [place()], refund(251, { lines: pieces(1) })],
    ['order_not_shipped', 'it comes back before it is shipped', false, [place()], takeBack(3)],
    ['order_not_shipped', 'more comes back than was ordered', true, [place()], takeBack(4)],
    ['order_not_shipped', 'it is completed before it is shipped', false, [place()], complete],
    ['order_not_shipped', 'the rest may still be cancelled', false, [...PAID, ship(1)], complete],
    ['return_exceeds_shipped', 'the rest may still be shipped', false, [...PAID, ship(1)], takeBack(2)],
    ['return_exceeds_shipped', 'there is no rest', true, [...SHIPPED, takeBack(2)], takeBack(2)],
    ['return_exceeds_shipped', 'the rest is cancelled', true, [...PAID, ship(1), drop(2)], takeBack(2)],
    ['return_exceeds_shipped', 'more than was ordered', true, [...PAID, ship(1)], takeBack(4)],
    ['refund_exceeds_paid', 'the rest may still be paid', false, [place(), pay(400)], refund(401)],
    [
      'refund_exceeds_paid',
      'the payment that it names is smaller',
      true,
      PAID,
      refund(1_001, { payment_id: 'pay_2' }),
    ],
    [
      'refund_exceeds_payment',
      'other payments do not count',
      true,
      [place(), pay(400), pay(600)],
      refund(401, { payment_id: 'pay_2' }),
    ],
    ['refund_exceeds_line', 'the line has fewer pieces', true, SHIPPED, refund(1_000, { lines: pieces(4) })],
    ['refund_of_open_pieces', 'they may still be cancelled', false, PAID, refund(250, { lines: pieces(1) })],
    ['edit_exceeds_open', 'a shipment is never undone', true, SHIPPED, drop(1)],
    ['order_not_paid', 'there is no room left for the payment', true, filled(place()), ship(1)],
    ['order_not_paid', 'there is room for both', false, noted(place()), ship(1)],
    ['order_not_paid', 'the payment takes the last room', false, filled(place()), refund(1_000)],
    ['order_not_paid', 'no payment can come in', true, [...filled(place()), authorize(1)], refund(1_000)],
    [
      'order_not_shipped',
      'there is no room left for the shipment',
      true,
      [...filled(...PAID), authorize(1)],
      takeBack(1),
    ],
    ['order_not_shipped', 'the shipment takes the last room', false, filled(...PAID), takeBack(1)],
    ['order_not_shipped', 'the rest can be cancelled', false, [...filled(...PAID), ship(1)], complete],
    ['payment_exceeds_due', 'no line can be added', true, noted(place(), pay(400)), pay(1_001)],
  ])('%s, %s: final %s', (code, _when, final, before, command) => {
    const refusal = refusalOf(after(...before), command);
    expect([refusal.code, refusal.final]).toEqual([code, final]);
    expect([PROBLEMS[refusal.code].retry].flat()).toContain(final ? 'never' : 'after_change');
  });
});

/** Pieces of 333, 333 and 334; one of 250; two that are not shipped; a charge: 1,450 in all. */
const order = place({
  lines: [
    { name: 'a', quantity: 3, unit_price: 334, discount: 2 },
    { name: 'b', quantity: 1, unit_price: 250 },
    { name: 'c', quantity: 2, unit_price: 50, ships: false },
  ],
  charges: [{ kind: 'shipping', price: 100 }],
});
const plain = place();
const invoiced = place({ payment_terms: 'open' });
const first = fc.constantFrom(order, order, plain, invoiced);

const amounts = fc.oneof(
  fc.integer({ min: 1, max: 1_600 }),
  fc.constantFrom(50, 100, 250, 333, 334, 433, 583, 666, 667, 1_000, 1_450),
);
const quantities = fc.tuple(
  fc.integer({ min: 0, max: 4 }),
  fc.integer({ min: 0, max: 2 }),
  fc.constantFrom(0, 0, 1),
);
const some = quantities.filter(([a, b, c]) => a + b + c > 0);
const version = fc.integer({ min: 2, max: 4 });
const parts = fc.oneof(
  some.map((each) => ({ lines: pieces(...each) })),
  amounts.map((adjustment) => ({ adjustment })),
  amounts.map((amount) => ({ charges: [{ charge_id: 'charge_1', amount }] })),
  version.map((each) => ({ payment_id: `pay_${each}` })),
);
const acts: fc.Arbitrary<OrderCommand> = fc.oneof(
  amounts.map((amount) => pay(amount)),
  amounts.map((amount) => pay(amount, { accept_excess: true })),
  amounts.map((amount) => authorize(amount)),
  fc.tuple(version, amounts).map(([each, amount]) => capture(`aut_${each}`, amount)),
  version.map((each) => voidAuthorization(`aut_${each}`)),
  fc.tuple(version, fc.option(amounts)).map(([each, amount]) => reverse(`pay_${each}`, amount ?? undefined)),
  amounts.map((amount) => refund(amount)),
  fc.tuple(amounts, parts).map(([amount, each]) => refund(amount, each)),
  amounts.map((amount) => refund(amount, { adjustment: amount })),
  amounts.map((amount) => refund(amount, { charges: [{ charge_id: 'charge_1', amount }] })),
  some.map((each) => ship(...each)),
  some.map((each) => takeBack(...each)),
  some.map((each) => drop(...each)),
  fc.constantFrom(edit({ add: [rope] }), edit({ charges: [{ kind: 'fee', price: 70 }] }), FEE, order),
  version.map((each) => release(`hld_${each}`)),
  fc.constantFrom(hold, cancel, complete, move, pay(1_450), pay(1_000), ship(3, 1), authorize(1_450)),
);

const sequences = fc.tuple(first, fc.array(acts, { maxLength: 7 }), acts);

describe('for each sequence of commands', () => {
  test('a refusal is final exactly when no later command helps, and its code allows that retry', () => {
    fc.assert(
      fc.property(sequences, ([placed, before, command]) => {
        const { state } = run([placed, ...before]);
        const decision = decide(state, command);
        if ('event' in decision || PROBLEMS[decision.rejection.code].status !== 409) return;
        const { code, final } = decision.rejection;
        expect(final).toBe(!isEverAllowed(state!, command));
        expect([PROBLEMS[code].retry].flat()).toContain(final ? 'never' : 'after_change');
      }),
      { numRuns: 5_000 },
    );
  });

  test('the sequences meet each 409 of an order that has room', () => {
    const met = new Set<ProblemCode>();
    for (const [placed, before, command] of fc.sample(sequences, { seed: 1, numRuns: 20_000 })) {
      const decision = decide(run([placed, ...before]).state, command);
      if ('rejection' in decision && PROBLEMS[decision.rejection.code].status === 409)
        met.add(decision.rejection.code);
    }
    expect([...met].sort()).toEqual([
      'authorization_closed',
      'capture_exceeds_authorized',
      'edit_exceeds_open',
      'order_already_cancelled',
      'order_already_completed',
      'order_already_paid',
      'order_already_placed',
      'order_already_shipped',
      'order_not_paid',
      'order_not_shipped',
      'order_on_hold',
      'payment_exceeds_due',
      'refund_exceeds_line',
      'refund_exceeds_paid',
      'refund_exceeds_payment',
      'refund_of_open_pieces',
      'return_exceeds_shipped',
      'reversal_exceeds_payment',
      'shipment_exceeds_ordered',
    ]);
  });

  test('a final refusal repeats in each later state', () => {
    fc.assert(
      fc.property(
        first,
        fc.array(acts, { maxLength: 6 }),
        acts,
        fc.array(acts),
        (placed, before, command, later) => {
          const { state } = run([placed, ...before]);
          const decision = decide(state, command);
          // A later record may get the short id of these tests.
          if ('event' in decision || !decision.rejection.final || namesUnknownRecord(state!, command)) return;
          if (PROBLEMS[decision.rejection.code].status !== 409) return;
          for (let n = 1; n <= later.length; n += 1) {
            const then = run([placed, ...before, ...later.slice(0, n)]).state;
            expect('event' in decide(then, command)).toBe(false);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
