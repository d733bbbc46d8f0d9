import { describe, expect, test } from '@jest/globals';
import { MAX_AMOUNT } from '../../domain/money.ts';
import { decide } from '../../domain/order/decide.ts';
import type { OrderCommand, PlaceOrder } from '../../domain/order/commands.ts';
import { type OrderState, evolve } from '../../domain/order/order.ts';

const data: PlaceOrder['data'] = {
  customer_id: 'cus_1',
  currency: 'EUR',
  lines: [
    { sku: 'A', name: 'a', quantity: 3, unit_price: 250 },
    { sku: 'B', name: 'b', quantity: 1, unit_price: 0 },
  ],
  shipping_address: null,
  metadata: {},
};
const place: OrderCommand = { type: 'PlaceOrder', data };
const cancel: OrderCommand = { type: 'CancelOrder', data: { reason: null } };

/** The state after some commands, each of which must be allowed. */
function after(...commands: OrderCommand[]): OrderState | null {
  let state: OrderState | null = null;
  for (const [index, command] of commands.entries()) {
    const decision = decide(state, command);
    if ('rejection' in decision) throw new Error(decision.rejection.detail);
    const recorded = {
      event_id: 'evt_1',
      order_id: 'ord_1',
      version: index + 1,
      recorded_at: '2026-01-01T00:00:00.000Z',
    };
    state = evolve(state, { ...decision.event, ...recorded });
  }
  return state;
}

describe('command × state → event, or the code of the refusal', () => {
  test.each<[string, OrderState | null, OrderCommand, string]>([
    ['no order', after(), place, 'OrderPlaced'],
    ['no order', after(), cancel, 'order_not_found'],
    ['placed', after(place), place, 'order_already_placed'],
    ['placed', after(place), cancel, 'OrderCancelled'],
    ['cancelled', after(place, cancel), place, 'order_already_placed'],
    ['cancelled', after(place, cancel), cancel, 'order_already_cancelled'],
  ])('%s', (_name, state, command, outcome) => {
    const decision = decide(state, command);
    expect('event' in decision ? decision.event.type : decision.rejection.code).toBe(outcome);
  });
});

describe('placing an order', () => {
  test('numbers the lines and computes the totals', () => {
    const decision = decide(null, place);
    expect(decision).toMatchObject({
      event: {
        data: {
          lines: [
            { id: 'line_1', total: 750 },
            { id: 'line_2', total: 0 },
          ],
          total: 750,
        },
      },
    });
  });

  const line = (unit_price: number, quantity: number) => ({ sku: 'A', name: 'a', quantity, unit_price });
  test.each<[string, Partial<PlaceOrder['data']>, string]>([
    ['an unknown currency', { currency: 'ABC' }, '/currency'],
    ['a currency that is no more', { currency: 'DEM' }, '/currency'],
    ['a line that is too dear', { lines: [line(1, 1), line(MAX_AMOUNT, 2)] }, '/lines/1'],
    ['the dearest line there can be', { lines: [line(MAX_AMOUNT, 1_000_000)] }, '/lines/0'],
    ['an order that is too dear', { lines: [line(MAX_AMOUNT, 1), line(1, 1)] }, '/lines'],
  ])('refuses %s, and says where', (_name, change, pointer) => {
    const decision = decide(null, { type: 'PlaceOrder', data: { ...data, ...change } });
    expect(decision).toMatchObject({ rejection: { code: 'invalid_body', errors: [{ pointer }] } });
  });

  test('takes an order that is exactly as dear as an amount can be', () => {
    const decision = decide(null, {
      type: 'PlaceOrder',
      data: { ...data, lines: [line(MAX_AMOUNT - 1, 1), line(1, 1)] },
    });
    expect(decision).toMatchObject({ event: { data: { total: MAX_AMOUNT } } });
  });
});
