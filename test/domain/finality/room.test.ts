/** The room of an order for further events: changes leave room for money, goods and the end. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { OrderCommand } from '../../../domain/order/commands.ts';
import { decide } from '../../../domain/order/decide.ts';
import { EVENTS_MAX, type OrderState } from '../../../domain/order/order.ts';
import { CHANGES_FULL_BYTES } from '../../../domain/order/rules/room.ts';
import {
  after,
  authorize,
  cancel,
  complete,
  drop,
  edit,
  hold,
  next,
  pay,
  place,
  refund,
  release,
  reverse,
  ship,
  takeBack,
  update,
  voidAuthorization,
} from '../stories.ts';

const note = update({ metadata: { a: 'b' } });
const rope = { name: 'rope', quantity: 1, unit_price: 0 };

/** Runs a command until it is refused. @returns the state then, and the refusal */
function fill(state: OrderState, command: OrderCommand): { state: OrderState; code: string } {
  let full = state;
  for (;;) {
    const decision = decide(full, command);
    if ('rejection' in decision) return { state: full, code: decision.rejection.code };
    full = next(full, command)!;
  }
}

/** Commands that an order takes without an end, apart from its room. */
const ENDLESS: Record<string, OrderCommand> = {
  patches: note,
  'free lines and charges': edit({ charges: [{ kind: 'fee', price: 0 }] }),
  holds: hold,
  authorizations: authorize(1),
  'payments of 1': pay(1, { accept_excess: true }),
  'shipments of 1': ship(1),
  'refunds of 1': refund(1, { adjustment: 1 }),
};
const LARGE = place({
  lines: [
    { name: 'a', quantity: 10_000, unit_price: 1 },
    { name: 'b', quantity: 1, unit_price: 1 },
  ],
});

describe('an order that is filled with', () => {
  test.each(Object.entries(ENDLESS))('%s can still be refunded, returned and ended', (_name, command) => {
    const { state } = fill(after(LARGE, pay(10_001), ship(1), authorize(5), hold)!, command);
    expect(state.order.version).toBeLessThan(EVENTS_MAX);
    if (command.type === 'RecordRefund') {
      expect(decide(state, command)).toMatchObject({
        rejection: { code: 'order_history_full', final: true },
      });
    } else {
      for (const each of [
        refund(10_001 - state.order.amount_refunded),
        reverse('pay_2'),
        takeBack(1),
        drop(1),
        voidAuthorization('aut_4'),
        release('hld_5'),
      ])
        expect(next(state, each)).toBeDefined();
    }
    // A shipped order ends by its completion, once the rest is cancelled or shipped.
    if (command.type !== 'RecordRefund' && command.type !== 'EditOrder')
      expect(next(next(state, drop(10_000 - shippedOf(state), 1))!, complete)).toBeDefined();
  });

  test.each(Object.entries(ENDLESS).filter(([name]) => !name.startsWith('shipments')))(
    '%s can still be cancelled',
    (_name, command) => {
      const { state } = fill(after(LARGE, pay(10_001))!, command);
      expect(next(state, cancel)).toBeDefined();
    },
  );

  test('patches can still be paid and shipped', () => {
    const { state, code } = fill(after(place())!, note);
    expect([code, state.order.version]).toEqual(['order_history_full', 500]);
    const paid = next(state, pay(1_000))!;
    expect(next(next(paid, ship(3, 1))!, complete)).toBeDefined();
  });
});

const shippedOf = ({ facts }: OrderState): number => facts.shipped['line_1'] ?? 0;

test('so many bytes of events refuse changes, and nothing else', () => {
  const state = { ...after(place(), pay(1_000), ship(1), hold)!, bytes: CHANGES_FULL_BYTES };
  for (const change of [note, hold, edit({ add: [rope] }), edit({ charges: [{ kind: 'fee', price: 1 }] })]) {
    const decision = decide(state, change);
    expect(decision).toMatchObject({ rejection: { code: 'order_history_full', final: true } });
    expect(decide({ ...state, bytes: CHANGES_FULL_BYTES - 1 }, change)).toHaveProperty('event');
  }
  for (const each of [
    refund(1_000),
    reverse('pay_2'),
    takeBack(1),
    drop(2, 1),
    release('hld_4'),
    authorize(1),
    pay(1, { accept_excess: true }),
  ])
    expect(next(state, each)).toBeDefined();
});

test('an order that an older release filled to 500 events, over the size, takes money and goods', () => {
  const { state } = fill(after(place())!, note);
  const large = { ...state, bytes: 30 * 1024 * 1024 };
  expect(next(next(large, pay(1_000))!, refund(1_000))).toBeDefined();
});

test('no order has more events than the maximum, whatever is sent', () => {
  const commands = Object.values(ENDLESS);
  fc.assert(
    fc.property(fc.array(fc.nat(commands.length - 1), { minLength: 12, maxLength: 12 }), (order) => {
      let state = after(LARGE, pay(10_000))!;
      for (const index of order) state = fill(state, commands[index]!).state;
      expect(state.order.version).toBeLessThan(EVENTS_MAX);
      state = next(state, cancel) ?? state;
      expect(state.order.version).toBeLessThanOrEqual(EVENTS_MAX);
    }),
    { numRuns: 20 },
  );
});
