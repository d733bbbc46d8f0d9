/**
 * Refunds: what the money that goes back is for.
 *
 * A refund names pieces, charges and an adjustment that sum to its amount, or nothing. What it does
 * not explain counts first against what the shop owes back. The rest is owed again while pieces are
 * open, else it is a reduction. The event stores the outcome.
 *
 * No refund exceeds the money that the shop has: pieces that are worth more are refunded with less.
 */
import { amountText } from '../../currency.ts';
import type { FieldError } from '../../rejection.ts';
import { sum } from '../arithmetic.ts';
import {
  amountOfNext,
  amountOfRefund,
  chargeLeft,
  gonePieces,
  net,
  openPieces,
  owed,
  owedBack,
  piecesHeld,
  unrefunded,
} from '../amounts.ts';
import type { Command, Pieces } from '../commands.ts';
import type { Decision } from '../decide.ts';
import type { EventOf, PricedPart } from '../events.ts';
import type { Facts, OrderLine, OrderState, Quantities } from '../order.ts';
import { withLess } from './money.ts';
import { excess, lineById, pricedPart } from './pieces.ts';
import { disagree } from './pricing.ts';
import { type Rejected, invalid, reject } from './reject.ts';

type RecordRefund = Command<'RecordRefund'>['data'];
type RefundRecorded = EventOf<'RefundRecorded'>['data'];
type Counts = NonNullable<RefundRecorded['counts']>;

/** Allowed in each state: also a cancelled or completed order may need a refund. */
export function refund(state: OrderState, data: RecordRefund): Decision<'RefundRecorded'> {
  const { order } = state;
  const { lines: pieces, ...rest } = data;
  const refused = exceedsPaid(state, data) ?? exceedsPayment(state, data) ?? exceedsParts(state, data);
  if (refused) return refused;
  const lines = pieces && pricedPieces(state, data, pieces);
  if (lines !== undefined || data.charges !== undefined || data.adjustment !== undefined) {
    const parts = sum([...(lines ?? []), ...(data.charges ?? [])].map((part) => part.amount));
    const computed = parts + (data.adjustment ?? 0);
    if (computed !== data.amount)
      return disagree([{ pointer: '/amount', detail: `must be ${computed}, the sum of its parts` }]);
  }
  return {
    event: {
      type: 'RefundRecorded',
      data: {
        ...rest,
        ...(lines && { lines }),
        currency: order.currency,
        counts: countsOf(state, { ...data, lines }),
        payments: givenBack(state, data),
      },
    },
  };
}

function exceedsPaid(state: OrderState, { amount }: RecordRefund): Rejected | undefined {
  const { amount_paid, currency } = state.order;
  if (amount_paid === 0) {
    return reject('order_not_paid', 'No payment is recorded for this order, so there is nothing to refund.');
  }
  const refundable = net(state);
  if (amount <= refundable) return undefined;
  if (refundable === 0)
    return reject('refund_exceeds_paid', 'All payments of this order are already refunded.');
  return reject(
    'refund_exceeds_paid',
    `The refund exceeds the amount left to refund: ${amountText(refundable, currency)}.`,
    [{ pointer: '/amount', detail: `must be at most ${refundable}, the amount left to refund` }],
  );
}

function exceedsPayment({ order, payments }: OrderState, { amount, payment_id }: RecordRefund) {
  if (payment_id === undefined) return undefined;
  const payment = payments[payment_id];
  if (payment === undefined)
    return invalid('Unknown payment.', '/payment_id', 'must be the id of a payment of this order');
  if (amount <= payment.left) return undefined;
  return reject(
    'refund_exceeds_payment',
    `The refund exceeds what is left of its payment: ${amountText(payment.left, order.currency)}.`,
    [{ pointer: '/amount', detail: `must be at most ${payment.left}, the rest of the payment` }],
  );
}

/** Pieces of a line that are cancelled, returned or with the customer, and not refunded. */
const refundable = (state: OrderState, line: OrderLine): number =>
  gonePieces(state, line) - (state.facts.refunded?.[line.id] ?? 0) + piecesHeld(state, line);

function exceedsParts(state: OrderState, { lines = [], charges = [] }: RecordRefund): Rejected | undefined {
  const { order } = state;
  return (
    excess(order, lines, (line) => unrefunded(state, line), {
      code: 'refund_exceeds_line',
      condition: 'not refunded',
    }) ??
    excess(order, lines, (line) => refundable(state, line), {
      code: 'refund_of_open_pieces',
      condition: 'cancelled, returned or shipped',
    }) ??
    exceedsCharges(state, charges)
  );
}

function exceedsCharges(
  state: OrderState,
  charges: NonNullable<RecordRefund['charges']>,
): Rejected | undefined {
  const named = new Set<string>();
  const unknown: FieldError[] = [];
  const beyond: FieldError[] = [];
  for (const [index, { charge_id, amount }] of charges.entries()) {
    const charge = state.order.charges?.find(({ id }) => id === charge_id);
    const pointer = `/charges/${index}/charge_id`;
    if (charge === undefined) unknown.push({ pointer, detail: 'must be the id of a charge of this order' });
    else if (named.has(charge_id)) unknown.push({ pointer, detail: 'must name each charge once' });
    else if (amount > chargeLeft(state, charge)) {
      const detail = `must be at most ${chargeLeft(state, charge)}, what is left of the charge`;
      beyond.push({ pointer: `/charges/${index}/amount`, detail });
    }
    named.add(charge_id);
  }
  if (unknown.length > 0) return reject('invalid_body', 'Invalid charges, see errors.', unknown);
  if (beyond.length > 0)
    return reject('refund_exceeds_line', 'The refund exceeds what is left of a charge, see errors.', beyond);
  return undefined;
}

/**
 * Pieces with their amounts: the shares of the next pieces of each line in the order of refunds,
 * together at most the money that the other parts leave.
 */
function pricedPieces(
  state: OrderState,
  { charges = [], adjustment = 0 }: RecordRefund,
  pieces: Pieces,
): PricedPart[] {
  const { order, facts } = state;
  let left = Math.max(0, net(state) - adjustment - sum(charges.map(({ amount }) => amount)));
  return pieces.map((piece) => {
    const line = lineById(order, piece.line_id);
    const before = facts.refunded?.[line.id] ?? 0;
    const amount = Math.min(left, amountOfRefund(state, line, piece.quantity));
    left -= amount;
    return pricedPart(piece, line, before, amount);
  });
}

/** Pieces of a line that a refund makes kept: nobody owes them from here on. */
const newlyKept = (state: OrderState, { line_id, quantity }: PricedPart): number => {
  const line = lineById(state.order, line_id);
  const after = (state.facts.refunded?.[line_id] ?? 0) + quantity;
  return Math.max(0, after - gonePieces(state, line));
};

/** What a refund counts for. */
function countsOf(
  state: OrderState,
  {
    amount,
    lines = [],
    charges = [],
    adjustment,
  }: Pick<RefundRecorded, 'amount' | 'lines' | 'charges' | 'adjustment'>,
): Counts {
  let reduced = adjustment ?? 0;
  for (const part of lines) {
    const kept = newlyKept(state, part);
    const line = lineById(state.order, part.line_id);
    reduced += amountOfNext(state, line, kept);
  }
  for (const { charge_id, amount: given } of charges) {
    const refundedBefore = state.facts.charges_refunded?.[charge_id] ?? 0;
    reduced += Math.max(0, refundedBefore + given - (state.facts.charges_freed?.[charge_id] ?? 0));
  }
  if (lines.length > 0 || charges.length > 0 || adjustment !== undefined) {
    const adjusted = Math.min(reduced, owed(state));
    return { settled: Math.max(0, amount - adjusted), adjusted, reopened: 0 };
  }
  const settled = Math.min(amount, owedBack(state));
  const rest = amount - settled;
  return isUnfinished(state)
    ? { settled, adjusted: 0, reopened: rest }
    : { settled, adjusted: rest, reopened: 0 };
}

/** Whether pieces are still open: then a refund without an explanation is owed again. */
const isUnfinished = (state: OrderState): boolean =>
  ['placed', 'paid', 'partially_shipped'].includes(state.order.status) &&
  state.order.lines.some((line) => openPieces(state, line) > 0);

/** The payments that a refund gives back: the one that it names, else the oldest first. */
function givenBack(
  { payments }: OrderState,
  { amount, payment_id }: Pick<RefundRecorded, 'amount' | 'payment_id'>,
): { payment_id: string; amount: number }[] {
  if (payment_id !== undefined) return [{ payment_id, amount }];
  const given: { payment_id: string; amount: number }[] = [];
  let rest = amount;
  for (const [id, { left }] of Object.entries(payments)) {
    const part = Math.min(left, rest);
    if (part > 0) given.push({ payment_id: id, amount: part });
    rest -= part;
  }
  return given;
}

export function refunded(state: OrderState, data: RefundRecorded): OrderState {
  const { facts } = state;
  const counts = data.counts ?? countsOf(state, data);
  const order = { ...state.order, amount_refunded: state.order.amount_refunded + data.amount };
  const next: Facts = { ...facts };
  addAmount(next, 'amount_settled', counts.settled);
  addAmount(next, 'amount_adjusted', counts.adjusted);
  addAmount(next, 'amount_reopened', counts.reopened);
  for (const part of data.lines ?? []) {
    const kept = newlyKept(state, part);
    if (kept > 0) next.kept = added(next.kept, part.line_id, kept);
    next.refunded = added(next.refunded, part.line_id, part.quantity);
  }
  for (const { charge_id, amount } of data.charges ?? []) {
    next.charges_refunded = added(next.charges_refunded, charge_id, amount);
    const refundedNow = next.charges_refunded[charge_id]!;
    const freed = next.charges_freed?.[charge_id] ?? 0;
    if (refundedNow > freed) next.charges_freed = { ...next.charges_freed, [charge_id]: refundedNow };
  }
  const payments = withLess(state.payments, data.payments ?? givenBack(state, data));
  return { ...state, order, facts: next, payments };
}

/** The facts after an amount is no longer owed. Refunds that were owed again count against it. */
export function settleReopened(facts: Facts, freed: number): Facts {
  const { amount_reopened = 0, amount_settled = 0 } = facts;
  const settled = Math.min(freed, amount_reopened);
  if (settled === 0) return facts;
  return {
    ...facts,
    amount_settled: amount_settled + settled,
    amount_reopened: amount_reopened - settled,
  };
}

const added = (quantities: Quantities | undefined, id: string, more: number): Quantities => ({
  ...quantities,
  [id]: (quantities?.[id] ?? 0) + more,
});

type AmountName = 'amount_settled' | 'amount_adjusted' | 'amount_reopened';

function addAmount(facts: Facts, name: AmountName, amount: number): void {
  if (amount > 0) facts[name] = (facts[name] ?? 0) + amount;
}
