/** The rules against the tables of docs/orders.md, which the test reads. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { PROBLEMS, type ProblemCode } from '../../api/problem/problem.ts';
import { isOnHold } from '../../domain/order/amounts.ts';
import { COMMAND_SCHEMAS, type OrderCommand } from '../../domain/order/commands.ts';
import { decide } from '../../domain/order/decide.ts';
import { EVENT_TYPES } from '../../domain/order/events.ts';
import { type OrderState, evolve } from '../../domain/order/order.ts';
import { fulfillmentStatus, paymentStatus } from '../../domain/order/statuses.ts';
import { CASES } from './rule-cases.ts';
import {
  address,
  after,
  authorize,
  cancel,
  complete,
  drop,
  edit,
  hold,
  pay,
  place,
  recordedAt,
  refund,
  release,
  reverse,
  ship,
  takeBack,
  update,
  voidAuthorization,
} from './stories.ts';

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

const AUTHORIZED = [place(), authorize(1_000)];
const PAID = [place(), pay(1_000)];
const STATES: Record<string, OrderState | null> = {
  'no order': null,
  'unfulfilled, unpaid': after(place()),
  'unfulfilled, authorized': after(...AUTHORIZED),
  'unfulfilled, paid': after(...PAID),
  'unfulfilled, paid, on hold': after(...PAID, hold),
  'partially_shipped, paid': after(...PAID, ship(2)),
  'shipped, paid': after(...PAID, ship(3, 1)),
  'completed, paid': after(...PAID, ship(3, 1), complete),
  'cancelled, unpaid': after(place(), cancel),
};
/** The ids are those of the authorization, payment and hold of the states that have one. */
const COMMANDS: Record<string, OrderCommand> = {
  PlaceOrder: place(),
  'UpdateOrder (metadata)': update({ metadata: { a: 'b' } }),
  'UpdateOrder (shipping_address)': update({ shipping_address: { city: 'Cork' } }),
  RecordAuthorization: authorize(1_000),
  VoidAuthorization: voidAuthorization('aut_2'),
  RecordPayment: pay(400),
  ReversePayment: reverse('pay_2', 400),
  RecordRefund: refund(400),
  ShipItems: ship(1),
  ReturnItems: takeBack(1),
  'EditOrder (cancel)': drop(1),
  'EditOrder (add)': edit({ add: [{ name: 'rope', quantity: 1, unit_price: 100 }] }),
  PlaceHold: hold,
  ReleaseHold: release('hld_3'),
  CancelOrder: cancel,
  CompleteOrder: complete,
};

/** The statuses of an order in version 2, and their spelling in the tables. */
const statusesOf = (state: OrderState): string =>
  `${fulfillmentStatus(state.order)}, ${paymentStatus(state)}${isOnHold(state) ? ', on hold' : ''}`;

/** The code of a cell, and its status: 409 unless another one is given. */
function expectCode(cell: string, code: string) {
  const [, expected, status = '409'] = /^(\w+)(?: \((\d+)\))?$/.exec(cell) ?? [];
  expect(code).toBe(expected);
  expect(PROBLEMS[code as ProblemCode].status).toBe(Number(status));
}

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
    for (const type of EVENT_TYPES) if (type !== 'CustomerErased') expect(outcomes).toContain(type);
    for (const [name, state] of Object.entries(STATES))
      expect(state ? statusesOf(state) : 'no order').toBe(name);
  });

  test.each(
    rows.flatMap(([command = '', ...cells]) =>
      cells.map((cell, n) => [command, states[n] ?? '', cell] as const),
    ),
  )('%s, %s: %s', (command, state, cell) => {
    const outcome = outcomeOf(STATES[state]!, COMMANDS[command]!);
    if (outcome in PROBLEMS) expectCode(cell, outcome);
    else expect(outcome).toBe(cell);
  });
});

describe('refusals by amounts, pieces or earlier commands', () => {
  const [, ...cases] = table('when');
  test('each row of the table is a case', () => {
    expect(cases.map(([when]) => when)).toEqual(Object.keys(CASES).map((when) => when.replaceAll('`', '')));
  });

  test.each(
    cases.map(
      ([when = '', type = '', outcome = ''], row) =>
        [when, type, outcome, Object.values(CASES)[row]!] as const,
    ),
  )('%s: %s → %s', (_when, type, outcome, [before, command]) => {
    expect(command.type).toBe(type);
    const state = after(...before);
    const decision = decide(state, command);
    if ('rejection' in decision) expectCode(outcome, decision.rejection.code);
    else expect(statusesOf(evolve(state, recordedAt(decision.event, before.length + 1)))).toBe(outcome);
  });
});

test('an edit that cancels the unpaid pieces makes the order paid, in version 1 too', () => {
  expect(after(place(), pay(750), drop(0, 1))!.order.status).toBe('paid');
  expect(after(place(), pay(749), drop(0, 1))!.order.status).toBe('placed');
  expect(after(place(), drop(0, 1))!.order.status).toBe('placed');
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
