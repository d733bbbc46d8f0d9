/** The rules against the tables of docs/orders.md, which the test reads. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { PROBLEMS, type ProblemCode } from '../../api/problem/problem.ts';
import { COMMAND_SCHEMAS, type OrderCommand } from '../../domain/order/commands.ts';
import { decide } from '../../domain/order/decide.ts';
import { EVENT_TYPES } from '../../domain/order/events.ts';
import { VERSION_MAX, type OrderState, evolve } from '../../domain/order/order.ts';
import { fulfillmentStatus, paymentStatus } from '../../domain/order/statuses.ts';
import { address, after, cancel, complete, pay, place, refund, ship, takeBack, update } from './stories.ts';

const page = readFileSync(new URL('../../docs/orders.md', import.meta.url), 'utf8');

/** The rows of the table with a given name of the first column, without the separator. */
function table(firstColumn: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstColumn} `));
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines
    .slice(start, start + length)
    .filter((line) => !line.startsWith('| -'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

const PAID = [place(), pay(1_000)];
const STATES: Record<string, OrderState | null> = {
  'no order': null,
  'unfulfilled, unpaid': after(place()),
  'unfulfilled, paid': after(...PAID),
  'partially_shipped, paid': after(...PAID, ship(2)),
  'shipped, paid': after(...PAID, ship(3, 1)),
  'completed, paid': after(...PAID, ship(3, 1), complete),
  'cancelled, unpaid': after(place(), cancel),
};
const COMMANDS: Record<string, OrderCommand> = {
  PlaceOrder: place(),
  'UpdateOrder (metadata)': update({ metadata: { a: 'b' } }),
  'UpdateOrder (shipping_address)': update({ shipping_address: { city: 'Cork' } }),
  RecordPayment: pay(400),
  ShipItems: ship(1),
  ReturnItems: takeBack(1),
  RecordRefund: refund(400),
  CancelOrder: cancel,
  CompleteOrder: complete,
};

/** The statuses of an order in version 2, and their spelling in the tables. */
const statusesOf = (state: OrderState): string =>
  `${fulfillmentStatus(state.order)}, ${paymentStatus(state)}`;

function outcomeOf(state: OrderState | null, command: OrderCommand): string {
  const decision = decide(state, command);
  return 'event' in decision ? decision.event.type : decision.rejection.code;
}

const [[, ...states] = [], ...rows] = table('command');

describe('command × state → event, or the code of the refusal', () => {
  test('the table has each command, state and event', () => {
    expect(states).toEqual(Object.keys(STATES));
    expect(rows.map(([command]) => command)).toEqual(Object.keys(COMMANDS));
    expect(new Set(Object.values(COMMANDS).map(({ type }) => type))).toEqual(
      new Set(Object.keys(COMMAND_SCHEMAS)),
    );
    const outcomes = new Set(rows.flatMap(([, ...cells]) => cells));
    for (const type of EVENT_TYPES) expect(outcomes).toContain(type);
    for (const [name, state] of Object.entries(STATES))
      expect(state ? statusesOf(state) : 'no order').toBe(name);
  });

  test.each(
    rows.flatMap(([command = '', ...cells]) =>
      cells.map((cell, n) => [command, states[n] ?? '', cell] as const),
    ),
  )('%s, %s: %s', (command, state, cell) => {
    const [, outcome = '', status] = /^(\w+)(?: \((\d+)\))?$/.exec(cell) ?? [];
    expect(outcomeOf(STATES[state]!, COMMANDS[command]!)).toBe(outcome);
    if (outcome in PROBLEMS) expect(PROBLEMS[outcome as ProblemCode].status).toBe(Number(status ?? 409));
  });
});

const free = { lines: [{ sku: 'F', name: 'free', quantity: 2, unit_price: 0 }] };
const twenty = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, 'v']));
const twice = {
  type: 'ShipItems',
  data: {
    lines: [1, 1].map((quantity) => ({ line_id: 'line_1', quantity })),
    carrier: null,
    tracking_number: null,
  },
} as const;

/** Each row of the second table: the earlier commands, and the command. */
const CASES: Record<string, [OrderCommand[], OrderCommand]> = {
  'the payment is less than the amount due': [[place()], pay(999)],
  'the payment is the rest of the amount due': [[place(), pay(999)], pay(1)],
  'the payment exceeds the amount due': [[place(), pay(999)], pay(2)],
  'the order is free': [[place(free)], pay(1)],
  'a free order is shipped without a payment': [[place(free)], ship(2)],
  'some pieces are shipped': [PAID, ship(3)],
  'the last pieces are shipped': [[...PAID, ship(3)], ship(0, 1)],
  'the shipment exceeds the unshipped pieces': [[...PAID, ship(2)], ship(2)],
  'the shipment names a line that the order does not have': [PAID, ship(0, 0, 1)],
  'the shipment names a line twice': [PAID, twice],
  'some shipped pieces are returned': [[...PAID, ship(2)], takeBack(2)],
  'the return exceeds the shipped pieces': [[...PAID, ship(2)], takeBack(3)],
  'the pieces were returned before': [[...PAID, ship(2), takeBack(2)], takeBack(1)],
  'a partial payment is refunded': [[place(), pay(500)], refund(500)],
  'the refund exceeds the payments': [[place(), pay(500)], refund(501)],
  'the refund exceeds the payments that are not refunded': [[...PAID, refund(600)], refund(401)],
  'a paid and cancelled order is refunded': [[...PAID, cancel], refund(1_000)],
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
  'the order has 500 events': [
    [place(), ...Array.from({ length: VERSION_MAX - 1 }, () => update({ metadata: { a: 'b' } }))],
    update({ metadata: { a: 'b' } }),
  ],
};

describe('refusals by amounts, pieces or earlier commands', () => {
  const [, ...cases] = table('when');
  test('each row of the table is a case', () => {
    expect(cases.map(([when]) => when)).toEqual(Object.keys(CASES));
  });

  test.each(cases.map(([when = '', command = '', outcome = '']) => [when, command, outcome] as const))(
    '%s: %s → %s',
    (when, type, outcome) => {
      const [before, command] = CASES[when]!;
      expect(command.type).toBe(type);
      const state = after(...before);
      const decision = decide(state, command);
      if ('rejection' in decision) {
        expect(decision.rejection.code).toBe(outcome);
      } else {
        const recorded = {
          event_id: 'e',
          order_id: 'ord_1',
          version: before.length + 1,
          recorded_at: '',
          key_id: null,
          number: null,
        };
        expect(statusesOf(evolve(state, { ...decision.event, ...recorded }))).toBe(outcome);
      }
    },
  );
});

describe('a merge patch', () => {
  const order = (command: OrderCommand) => after(place(), command)!.order;
  test('changes the given members, removes those that are null, and keeps the others', () => {
    expect(order(update({ metadata: { gift: 'yes', channel: null } })).metadata).toEqual({ gift: 'yes' });
    expect(order(update({ shipping_address: { city: 'Cork', line2: 'x' } })).shipping_address).toEqual({
      ...address,
      city: 'Cork',
      line2: 'x',
    });
    expect(order(update({ shipping_address: null })).shipping_address).toBeNull();
    expect(order(update({ metadata: null })).metadata).toEqual({});
    expect(order(update({ metadata: {} }))).toMatchObject({ metadata: { channel: 'web' }, version: 2 });
  });

  test('names a missing member', () => {
    const decision = decide(
      after(place({ shipping_address: null })),
      update({ shipping_address: { city: 'Cork' } }),
    );
    expect(decision).toMatchObject({
      rejection: {
        code: 'invalid_body',
        errors: ['name', 'line1', 'country'].map((name) => ({
          pointer: `/shipping_address/${name}`,
          detail: 'is required',
        })),
      },
    });
  });
});
