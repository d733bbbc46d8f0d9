/** What must be true of each event and each state, whatever the model says. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import { AMOUNT_MAX } from '../../../domain/money.ts';
import { balanceOf } from '../../../domain/order/balance.ts';
import { EVENT_SCHEMAS, type OrderEvent } from '../../../domain/order/events.ts';
import type { OrderState } from '../../../domain/order/order.ts';
import { next, refund } from '../stories.ts';

/** As toEqual(), which is slow, and only spells the difference here. */
export function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}

const add = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);
const column = (rows: readonly number[][], index: number): number => add(rows.map((row) => row[index]!));

/** What an event stores split sums to its whole. */
function sumsOf({ type, data }: OrderEvent): [parts: number, whole: number][] {
  if (type === 'OrderPlaced') {
    const { lines, discounts = [], taxes = [], charges = [], rounding = 0 } = data;
    const amounts = [
      ...lines.map((line) => line.amount ?? line.total),
      ...charges.map(({ amount }) => amount),
    ];
    const ofDiscounts = lines.flatMap(({ discount_shares }) => (discount_shares ? [discount_shares] : []));
    const ofTaxes = lines.flatMap(({ tax_shares }) => (tax_shares ? [tax_shares] : []));
    return [
      [add(amounts) + rounding, data.total],
      ...discounts.map(({ amount }, index) => [column(ofDiscounts, index), amount] as [number, number]),
      ...(ofTaxes.length > 0 ? taxes : []).map(
        ({ amount }, index) => [column(ofTaxes, index), amount] as [number, number],
      ),
    ];
  }
  if (type !== 'RefundRecorded') return [];
  const { amount, lines, charges, adjustment, payments = [] } = data;
  const parts = [...(lines ?? []), ...(charges ?? [])].map((part) => part.amount);
  const isExplained = (lines ?? charges ?? adjustment) !== undefined;
  return [
    [add(payments.map((part) => part.amount)), amount],
    [isExplained ? add(parts) + (adjustment ?? 0) : amount, amount],
  ];
}

/** Pairs of which the first must not exceed the second. */
function boundsOf({ order, facts, payments }: OrderState): [number, number][] {
  const parts = [...order.lines, ...(order.charges ?? [])];
  const amounts: number[] = [
    order.total,
    order.amount_paid,
    order.amount_refunded,
    ...Object.entries(facts).flatMap(([name, value]) =>
      name.startsWith('amount_') ? [value as number] : [],
    ),
    ...Object.values(payments).flatMap(({ amount, left }) => [amount, left, amount - left]),
    ...Object.values(facts.authorizations ?? {}).flatMap(({ amount, captured }) => [
      amount,
      captured,
      amount - captured,
    ]),
    ...parts.flatMap(({ amount = 0, discount = 0, tax = 0 }) => [amount, discount, tax]),
    add(parts.map(({ tax = 0 }) => tax)),
    add(parts.map(({ discount = 0 }) => discount)),
  ];
  return [
    ...amounts.flatMap((amount): [number, number][] => [
      [0, amount],
      [amount, AMOUNT_MAX],
    ]),
    ...order.lines.flatMap(({ id, quantity }): [number, number][] => {
      const { [id]: shipped = 0 } = facts.shipped;
      const { [id]: returned = 0 } = facts.returned;
      const { [id]: cancelled = 0 } = facts.cancelled ?? {};
      const { [id]: kept = 0 } = facts.kept ?? {};
      const gone = cancelled + returned + kept;
      return [
        [shipped + cancelled, quantity],
        [returned, shipped],
        [gone, quantity],
        [facts.refunded?.[id] ?? 0, gone],
      ];
    }),
  ];
}

export function expectSound(event: OrderEvent, state: OrderState): void {
  const unequal = sumsOf(event).filter(([parts, whole]) => parts !== whole);
  expectSame(unequal, []);
  const beyond = boundsOf(state).filter(([less, more]) => !(less <= more));
  expectSame(beyond, []);
}

/** What the balance calls refundable is refunded, whole; what it calls owed back was paid. */
export function expectBalance(state: OrderState): void {
  const { totals, lines, charges } = balanceOf(state);
  const back = add([
    ...lines.map(({ owed_back }) => owed_back.amount),
    ...charges.map((each) => each.owed_back),
  ]);
  expect(back).toBeLessThanOrEqual(totals.overpaid);
  for (const { line_id, refundable } of lines) {
    const { quantity, amount } = refundable;
    if (amount > 0) expect(next(state, refund(amount, { lines: [{ line_id, quantity }] }))).toBeDefined();
  }
  for (const { charge_id, refundable: amount } of charges)
    if (amount > 0) expect(next(state, refund(amount, { charges: [{ charge_id, amount }] }))).toBeDefined();
}

/** The event conforms to its schema, but for the short ids of records in these tests. */
export function expectStorable({ type, data }: OrderEvent): void {
  const { error } = EVENT_SCHEMAS[type].data.safeParse(data);
  expectSame(error?.issues.filter(({ path }) => !String(path.at(-1)).endsWith('_id')) ?? [], []);
}
