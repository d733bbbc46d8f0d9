/**
 * What an order owes and what is open, from its state alone. Amounts are minor units.
 *
 *     owed    = total − cancelled − returned − adjusted
 *     net     = paid − reversed − refunded
 *     due     = max(0, owed − net)      overpaid = max(0, net − owed)
 *     covered = net + open authorizations ≥ owed
 */
import { share } from './arithmetic.ts';
import type { Authorization, OrderCharge, OrderLine, OrderState } from './order.ts';

/** What is to be paid for a line. */
export const amountOf = (line: OrderLine): number => line.amount ?? line.total;

/** What the customer has to pay in all. */
export function owed({ order, facts }: OrderState): number {
  const { amount_cancelled = 0, amount_returned = 0, amount_adjusted = 0 } = facts;
  return order.total - amount_cancelled - amount_returned - amount_adjusted;
}

/** What the shop holds of the customer's money. */
export const net = ({ order, facts }: OrderState): number =>
  order.amount_paid - (facts.amount_reversed ?? 0) - order.amount_refunded;

/** What is still to be paid. */
export const due = (state: OrderState): number => Math.max(0, owed(state) - net(state));

/** What the shop holds beyond what is owed. */
export const overpaid = (state: OrderState): number => Math.max(0, net(state) - owed(state));

export const isOpen = ({ amount, captured, isVoid }: Authorization): boolean => !isVoid && captured < amount;

/** What open authorizations allow to capture. */
export function authorizedAmount({ facts }: OrderState): number {
  let amount = 0;
  for (const each of Object.values(facts.authorizations ?? {}))
    if (isOpen(each)) amount += each.amount - each.captured;
  return amount;
}

/** Whether money and open authorizations cover what is owed. */
export const isCovered = (state: OrderState): boolean => net(state) + authorizedAmount(state) >= owed(state);

export const ships = (line: OrderLine): boolean => line.ships !== false;

/** Pieces of a line that are neither shipped nor cancelled, nor kept of a line that never ships. */
export function openPieces({ facts }: OrderState, line: OrderLine): number {
  const cancelled = facts.cancelled?.[line.id] ?? 0;
  const gone = ships(line) ? (facts.shipped[line.id] ?? 0) : (facts.kept?.[line.id] ?? 0);
  return line.quantity - cancelled - gone;
}

/** Pieces of a line that are left to ship. */
export const piecesToShip = (state: OrderState, line: OrderLine): number =>
  ships(line) ? openPieces(state, line) : 0;

/** Pieces of the whole order that are left to ship. */
export function allPiecesToShip(state: OrderState): number {
  let pieces = 0;
  for (const line of state.order.lines) pieces += piecesToShip(state, line);
  return pieces;
}

/** Pieces of a line that are cancelled, returned, or refunded and kept: nobody owes them. */
export function gonePieces({ facts }: OrderState, { id }: OrderLine): number {
  return (facts.cancelled?.[id] ?? 0) + (facts.returned[id] ?? 0) + (facts.kept?.[id] ?? 0);
}

/** Pieces of a line that the customer has and that were not given back or refunded. */
export function piecesHeld({ facts }: OrderState, line: OrderLine): number {
  const { id, quantity } = line;
  const delivered = ships(line) ? (facts.shipped[id] ?? 0) : quantity - (facts.cancelled?.[id] ?? 0);
  return delivered - (facts.returned[id] ?? 0) - (facts.kept?.[id] ?? 0);
}

/** The amount of the next pieces of a line that nobody owes any more. */
export const amountOfNext = (state: OrderState, line: OrderLine, pieces: number): number =>
  share(amountOf(line), line.quantity, gonePieces(state, line), pieces);

/**
 * Amounts that are freed together, each bounded by what is still owed: after a reduction or a
 * negative rounding the last pieces free less than their share.
 */
export function withinOwed(state: OrderState, amounts: readonly number[]): number[] {
  let left = owed(state);
  return amounts.map((amount) => {
    const freed = Math.min(amount, left);
    left -= freed;
    return freed;
  });
}

/**
 * What the shop owes back of cancelled and returned pieces and of payments above what is owed.
 *
 * Once nothing is due, only money beyond what is owed counts: what was cancelled before anybody
 * paid for it needs no refund. While an amount is due, nobody can tell which part was paid.
 */
export function owedBack(state: OrderState): number {
  if (due(state) === 0) return overpaid(state);
  const { amount_cancelled = 0, amount_returned = 0, amount_settled = 0 } = state.facts;
  return Math.max(0, amount_cancelled + amount_returned - amount_settled);
}

/** What can still be refunded of a charge. */
export const chargeLeft = ({ facts }: OrderState, { id, amount }: OrderCharge): number =>
  amount - (facts.charges_refunded?.[id] ?? 0);

/** Whether the order can be picked: covered or on open terms, with open pieces, not held. */
export const isReadyToShip = (state: OrderState): boolean =>
  state.order.status !== 'cancelled' &&
  state.order.status !== 'completed' &&
  !isOnHold(state) &&
  (state.order.payment_terms === 'open' || isCovered(state)) &&
  allPiecesToShip(state) > 0;

export const isOnHold = ({ facts }: OrderState): boolean =>
  facts.holds !== undefined && Object.keys(facts.holds).length > 0;
