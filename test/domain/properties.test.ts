import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_AMOUNT } from '../../domain/money.ts';
import { type OrderCommand, cancelOrderData, placeOrderData } from '../../domain/order/commands.ts';
import { decide } from '../../domain/order/decide.ts';
import { EVENT_SCHEMAS, type RecordedEvent } from '../../domain/order/events.ts';
import { type OrderState, evolve, fold } from '../../domain/order/order.ts';
import { fingerprint, requestOf } from '../../domain/order/request.ts';

const line = fc.record({
  sku: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((s) => s.length <= 64),
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  quantity: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1_000_000 })),
  unit_price: fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: MAX_AMOUNT })),
});
const placing = fc.record({
  type: fc.constant('PlaceOrder' as const),
  data: fc.record({
    customer_id: fc.stringMatching(/^[!-~]{1,64}$/),
    currency: fc.constantFrom('EUR', 'JPY', 'KWD', 'USD', 'ABC'),
    lines: fc.array(line, { minLength: 1, maxLength: 5 }),
    shipping_address: fc.constant(null),
    metadata: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ maxLength: 10 }), { maxKeys: 3 }),
  }),
});
const cancelling = fc.record({
  type: fc.constant('CancelOrder' as const),
  data: fc.record({ reason: fc.option(fc.string({ minLength: 1, maxLength: 10 })) }),
});
const commands: fc.Arbitrary<OrderCommand[]> = fc.array(fc.oneof(placing, cancelling), { maxLength: 12 });

/** Runs commands one after the other, as the store would, and keeps what was accepted. */
function run(list: OrderCommand[]): { state: OrderState | null; events: RecordedEvent[] } {
  let state: OrderState | null = null;
  const events: RecordedEvent[] = [];
  for (const command of list) {
    const decision = decide(state, command);
    if ('rejection' in decision) continue;
    const version = events.length + 1;
    const event = {
      ...decision.event,
      event_id: `evt_${version}`,
      order_id: 'ord_1',
      version,
      recorded_at: new Date(version * 1_000).toISOString(),
    };
    events.push(event);
    state = evolve(state, event);
  }
  return { state, events };
}

describe('whatever is asked of an order', () => {
  test('the fold of its events is the state that the commands made, each time it is folded', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { state, events } = run(list);
        const stored = structuredClone(events);
        expect(fold(stored)).toEqual(state);
        expect(fold(stored)).toEqual(state);
        expect(stored).toEqual(events); // folding changes nothing
      }),
    );
  });

  test('no invariant breaks', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { state, events } = run(list);
        if (state === null) return;
        const { order, facts } = state;
        expect(order.version).toBe(events.length);
        expect(order.total).toBe(order.lines.reduce((sum, { total }) => sum + total, 0));
        for (const { quantity, unit_price, total } of order.lines)
          expect(BigInt(total)).toBe(BigInt(quantity) * BigInt(unit_price));
        expect(order.total).toBeLessThanOrEqual(MAX_AMOUNT);
        expect(order.amount_refunded).toBeLessThanOrEqual(order.amount_paid);
        expect(order.amount_paid).toBeLessThanOrEqual(order.total);
        expect(order.status === 'cancelled').toBe(facts.cancellation !== null);
      }),
    );
  });

  test('every event is one of the stored schemas, and tells the request that it came from', () => {
    fc.assert(
      fc.property(commands, (list) => {
        for (const event of run(list).events) {
          const parsed = EVENT_SCHEMAS[event.type].data.safeParse(JSON.parse(JSON.stringify(event.data)));
          // Free text of the generator may hold what the API's own schema refuses; the shape must fit all the same.
          if (!parsed.success)
            expect(parsed.error.issues.every((issue) => issue.code === 'invalid_format')).toBe(true);
          const request = requestOf(event);
          const again = JSON.parse(JSON.stringify(request)) as typeof request;
          expect(fingerprint(again)).toEqual(fingerprint(request));
        }
      }),
    );
  });

  test('a command in its canonical form is itself', () => {
    fc.assert(
      fc.property(placing, cancelling, (place, cancel) => {
        const placed = placeOrderData.safeParse(place.data);
        if (placed.success) expect(placeOrderData.parse(placed.data)).toEqual(placed.data);
        const cancelled = cancelOrderData.safeParse(cancel.data);
        if (cancelled.success) expect(cancelOrderData.parse(cancelled.data)).toEqual(cancelled.data);
      }),
    );
  });
});
