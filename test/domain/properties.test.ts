import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AMOUNT_MAX } from '../../domain/money.ts';
import {
  COMMAND_SCHEMAS,
  type Command,
  type CommandType,
  type OrderCommand,
} from '../../domain/order/commands.ts';
import { EVENT_SCHEMAS } from '../../domain/order/events.ts';
import { fold } from '../../domain/order/order.ts';
import { differences, fingerprint, requestOf } from '../../domain/order/request.ts';
import { run } from './stories.ts';

const line = fc.record({
  sku: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((s) => s.length <= 64),
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  quantity: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1_000_000 })),
  unit_price: fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: AMOUNT_MAX })),
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
const word = fc.option(fc.string({ minLength: 1, maxLength: 10 }));
const amount = fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: AMOUNT_MAX }));
const pieces = fc.array(
  fc.record({
    line_id: fc.constantFrom('line_1', 'line_2', 'line_3', 'line_9'),
    quantity: fc.integer({ min: 1, max: 20 }),
  }),
  { minLength: 1, maxLength: 3 },
);
const of = <T extends CommandType>(type: T, data: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ type: fc.constant(type), data: fc.record(data) }) as unknown as fc.Arbitrary<Command<T>>;
const acts = fc.oneof(
  of('RecordPayment', { amount, method: word, reference: word }),
  of('ShipItems', { lines: pieces, carrier: word, tracking_number: word }),
  of('ReturnItems', { lines: pieces, reason: word }),
  of('RecordRefund', { amount, reason: word, reference: word }),
  of('CancelOrder', { reason: word }),
  of('CompleteOrder', { note: word }),
  of('UpdateOrder', {
    metadata: fc.dictionary(fc.stringMatching(/^[a-z]$/), fc.option(fc.string({ maxLength: 10 })), {
      maxKeys: 3,
    }),
  }),
);
/** Few pieces and small amounts, so that orders reach late states; then random commands. */
const small = placing.map(({ type, data }) => ({
  type,
  data: {
    ...data,
    currency: 'EUR',
    lines: data.lines.map((each) => ({
      ...each,
      quantity: 1 + (each.quantity % 5),
      unit_price: each.unit_price % 3,
    })),
  },
}));
const commands: fc.Arbitrary<OrderCommand[]> = fc
  .tuple(fc.oneof(small, placing), fc.boolean(), fc.array(fc.oneof(acts, placing), { maxLength: 20 }))
  .map(([first, paid, rest]) => {
    const { state } = run([first]);
    const total = state?.order.total ?? 0;
    const list: OrderCommand[] = [first];
    if (paid && total > 0)
      list.push({ type: 'RecordPayment', data: { amount: total, method: null, reference: null } });
    list.push(...rest);
    return list;
  });

describe('for each sequence of commands', () => {
  test('a fold of the events gives the state after the commands, each time', () => {
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
        expect(order.total).toBeLessThanOrEqual(AMOUNT_MAX);
        expect(order.amount_refunded).toBeLessThanOrEqual(order.amount_paid);
        // What was refunded while pieces were open was paid again.
        expect(order.amount_paid - order.amount_refunded).toBeLessThanOrEqual(order.total);
        for (const { id, quantity } of order.lines) {
          expect(facts.shipped[id] ?? 0).toBeLessThanOrEqual(quantity);
          expect(facts.returned[id] ?? 0).toBeLessThanOrEqual(facts.shipped[id] ?? 0);
        }
        const types = new Set<string>(events.map(({ type }) => type));
        const all = order.lines.every(({ id, quantity }) => facts.shipped[id] === quantity);
        expect(order.status === 'cancelled').toBe(types.has('OrderCancelled'));
        expect(order.status === 'completed').toBe(types.has('OrderCompleted'));
        expect(['shipped', 'completed'].includes(order.status)).toBe(all);
        expect(order.status === 'partially_shipped').toBe(types.has('ItemsShipped') && !all);
        if (types.has('ItemsShipped')) expect(order.amount_paid).toBeGreaterThanOrEqual(order.total);
      }),
    );
  });

  test('each event conforms to a stored schema, and gives the request that caused it', () => {
    fc.assert(
      fc.property(commands, (list) => {
        for (const event of run(list).events) {
          const parsed = EVENT_SCHEMAS[event.type].data.safeParse(JSON.parse(JSON.stringify(event.data)));
          // Generated text may contain characters that the API refuses; only the shape counts.
          if (!parsed.success)
            expect(parsed.error.issues.every((issue) => issue.code === 'invalid_format')).toBe(true);
          const request = requestOf(event);
          const came = list.filter(
            (each) =>
              each.type === request.type &&
              differences({ ...request, ...each } as typeof request, request).length === 0,
          );
          expect(came.length).toBeGreaterThan(0);
          expect(fingerprint({ ...request, ...came[0] } as typeof request)).toEqual(fingerprint(request));
        }
      }),
    );
  });

  test('the canonical form of a canonical command is the same', () => {
    fc.assert(
      fc.property(commands, (list) => {
        for (const { type, data } of list) {
          const parsed = COMMAND_SCHEMAS[type].safeParse(data);
          if (parsed.success) expect(COMMAND_SCHEMAS[type].parse(parsed.data)).toEqual(parsed.data);
        }
      }),
    );
  });
});
