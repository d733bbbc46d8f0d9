/**
 * Random orders and random lives against a model that is written from the formulas alone.
 *
 * `LIVES=100000 npm test -- test/domain/lives` runs as many of each; docs/orders.md names it.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  amountOf,
  authorizedAmount,
  due as dueOf,
  isCovered,
  isOnHold,
  net as netOf,
  overpaid as overpaidOf,
  owed as owedOf,
  piecesToShip,
} from '../../../domain/order/amounts.ts';
import type { OrderCommand } from '../../../domain/order/commands.ts';
import { decide } from '../../../domain/order/decide.ts';
import type { EventOf, OrderEvent, RecordedEvent } from '../../../domain/order/events.ts';
import { type OrderState, evolve, fold } from '../../../domain/order/order.ts';
import { fingerprint, requestOf } from '../../../domain/order/request.ts';
import { fulfillmentStatus, paymentStatus } from '../../../domain/order/statuses.ts';
import { command, next, pay, recordedAt, refund } from '../stories.ts';
import { act } from './model-rules.ts';
import {
  type Model,
  authorized,
  count,
  covered,
  due,
  net,
  overpaid,
  owed,
  paymentStatus as paymentStatusOf,
  placed,
} from './order-model.ts';
import { commandOf, steps } from './random-lives.ts';
import { orders } from './random-orders.ts';
import { expectBalance, expectSame, expectSound, expectStorable } from './soundness.ts';

const LIVES_COUNT = Number(process.env['LIVES'] ?? 1_500);
const options = { numRuns: LIVES_COUNT };

/** What both sides say about an order. */
const seenBy = (state: OrderState) => ({
  statuses: [fulfillmentStatus(state.order), paymentStatus(state), isOnHold(state)],
  total: state.order.total,
  owed: owedOf(state),
  net: netOf(state),
  due: dueOf(state),
  overpaid: overpaidOf(state),
  authorized: authorizedAmount(state),
  covered: isCovered(state),
  freed: [
    state.facts.amount_cancelled ?? 0,
    state.facts.amount_returned ?? 0,
    state.facts.amount_adjusted ?? 0,
  ],
  money: [state.order.amount_paid, state.facts.amount_reversed ?? 0, state.order.amount_refunded],
  payments: Object.values(state.payments).map(({ left }) => left),
  lines: state.order.lines.map((line) => ({
    amount: amountOf(line),
    tax: line.tax ?? 0,
    discount: line.discount ?? 0,
    cancelled: state.facts.cancelled?.[line.id] ?? 0,
    shipped: state.facts.shipped[line.id] ?? 0,
    returned: state.facts.returned[line.id] ?? 0,
    refunded: state.facts.refunded?.[line.id] ?? 0,
    toShip: piecesToShip(state, line),
  })),
  charges: (state.order.charges ?? []).map(({ id, amount }) => ({
    amount,
    refunded: state.facts.charges_refunded?.[id] ?? 0,
  })),
});

const expectedOf = (model: Model): ReturnType<typeof seenBy> => ({
  statuses: [model.status, paymentStatusOf(model), model.holds.size > 0] as never,
  total: Number(model.total),
  owed: Number(owed(model)),
  net: Number(net(model)),
  due: Number(due(model)),
  overpaid: Number(overpaid(model)),
  authorized: Number(authorized(model)),
  covered: covered(model),
  freed: [model.cancelled, model.returned, model.adjusted].map(Number),
  money: [model.paid, model.reversed, model.refunded].map(Number),
  payments: [...model.payments.values()].map(Number),
  lines: model.lines.map((line) => ({
    amount: Number(line.amount),
    tax: Number(line.tax),
    discount: Number(line.discount),
    cancelled: count(line, 'cancelled'),
    shipped: line.ships ? count(line, 'shipped', 'returned', 'kept') : 0,
    returned: count(line, 'returned'),
    refunded: line.pieces.filter(({ isRefunded }) => isRefunded).length,
    toShip: line.ships ? count(line, 'open') : 0,
  })),
  charges: model.charges.map(({ amount, refunded }) => ({
    amount: Number(amount),
    refunded: Number(refunded),
  })),
});

describe('for each random order and life', () => {
  test('the order is what the model says after each command, and each refusal is the same', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(orders, steps, (data, life) => {
        const placing: OrderCommand = { type: 'PlaceOrder', data };
        const decision = decide(null, placing);
        const model = placed(data);
        if (typeof model === 'string' || 'rejection' in decision) {
          expect('rejection' in decision && decision.rejection.code).toBe(model);
          return;
        }
        const events: RecordedEvent[] = [];
        let state: OrderState | null = null;
        const take = (event: OrderEvent, command: OrderCommand) => {
          const stored = recordedAt(JSON.parse(JSON.stringify(event)) as OrderEvent, events.length + 1);
          const order_id = event.type === 'OrderPlaced' ? null : 'ord_1';
          if (!fingerprint(requestOf(stored)).equals(fingerprint({ ...command, order_id })))
            throw new Error(`the request of ${event.type} cannot be rebuilt`);
          events.push(stored);
          state = evolve(state, stored);
          expectStorable(stored);
          expectSound(stored, state);
          expectSame(seenBy(state), expectedOf(model));
        };
        take(decision.event, placing);
        for (const step of life) {
          const command = commandOf(model, step);
          const then = decide(state, command);
          const refused = act(model, command);
          expectSame('rejection' in then ? then.rejection.code : undefined, refused);
          seen.add(refused ?? command.type);
          if ('event' in then) take(then.event, command);
        }
        expect(fold(events)).toEqual(state);
        expectBalance(state!);
      }),
      options,
    );
    expect(seen.size).toBeGreaterThanOrEqual(28);
  });

  test('refunds of all pieces one by one, and of all charges, give back the whole', () => {
    fc.assert(
      fc.property(orders, fc.infiniteStream(fc.nat()), (data, picks) => {
        const decision = decide(null, { type: 'PlaceOrder', data });
        if ('rejection' in decision) return;
        const { lines } = decision.event.data as { lines: { id: string; quantity: number }[] };
        const { total, charges = [] } = (decision.event as EventOf<'OrderPlaced'>).data;
        if (total === 0) return;
        const shipped = lines.filter((line) => (line as { ships?: boolean }).ships !== false);
        let state = next(next(null, { type: 'PlaceOrder', data })!, pay(total))!;
        const all = shipped.map(({ id, quantity }) => ({ line_id: id, quantity }));
        if (all.length > 0)
          state = next(state, command('ShipItems', { lines: all, carrier: null, tracking_number: null }))!;

        const pieces = lines.flatMap(({ id, quantity }) => Array.from({ length: quantity }, () => id));
        const given = new Map<string, number>();
        /** Pieces that are worth less than a cent are refunded with the next one of their line. */
        const waiting = new Map<string, number>();
        while (pieces.length > 0) {
          const [line_id] = pieces.splice(picks.next().value % pieces.length, 1) as [string];
          const line = state.order.lines.find(({ id }) => id === line_id)!;
          const before = state.facts.refunded?.[line_id] ?? 0;
          const exact = (n: number) => (BigInt(amountOf(line)) * BigInt(n)) / BigInt(line.quantity);
          const quantity = 1 + (waiting.get(line_id) ?? 0);
          // A negative rounding leaves less money than the last piece is worth.
          const amount = Math.min(netOf(state), Number(exact(before + quantity) - exact(before)));
          waiting.set(line_id, amount === 0 ? quantity : 0);
          if (amount === 0) continue;
          const refunded = next(state, refund(amount, { lines: [{ line_id, quantity }] }));
          expect(refunded).toBeDefined();
          state = refunded!;
          given.set(line_id, (given.get(line_id) ?? 0) + amount);
        }
        for (const { id, amount } of charges) {
          const rest = Math.min(amount, netOf(state));
          if (rest > 0) state = next(state, refund(rest, { charges: [{ charge_id: id, amount: rest }] }))!;
        }
        const { rounding = 0 } = data;
        expect([netOf(state), owedOf(state)]).toEqual([Math.max(0, rounding), Math.max(0, rounding)]);
        if (rounding >= 0)
          for (const line of state.order.lines) expect(given.get(line.id) ?? 0).toBe(amountOf(line));
      }),
      options,
    );
  });
});
