/**
 * What an order owes and what is open, from its state alone. Amounts are minor units.
 *
 *     owed    = total − cancelled − returned − adjusted
 *     net     = paid − reversed − refunded
 *     due     = max(0, owed − net)      overpaid = max(0, net − owed)
 *     covered = net + open authorizations ≥ owed
 */
import { share, sum } from './arithmetic.ts';
import type { Authorization, Order, OrderCharge, OrderLine, OrderState } from './order.ts';

/** What is to be paid for a line. */
export const amountOf = (line: Pick<OrderLine, 'amount' | 'total'>): number => line.amount ?? line.total;

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

/** What an authorization still allows to capture; 0 once it is closed. */
export const capturable = ({ amount, captured, isVoid }: Authorization): number =>
  isVoid ? 0 : amount - captured;

/** What all authorizations allow to capture. */
export const authorizedAmount = ({ facts }: OrderState): number =>
  sum(Object.values(facts.authorizations ?? {}).map(capturable));

/** Whether money and open authorizations cover what is owed. */
export const isCovered = (state: OrderState): boolean => net(state) + authorizedAmount(state) >= owed(state);

/** Whether pieces may be shipped as far as money goes: it is covered, or on open terms. */
export const isSecured = (state: OrderState): boolean =>
  state.order.payment_terms === 'open' || isCovered(state);

export const hasEnded = ({ status }: Pick<Order, 'status'>): boolean =>
  status === 'cancelled' || status === 'completed';

export const hasShipped = ({ facts }: OrderState): boolean => Object.keys(facts.shipped).length > 0;

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

/** Pieces of a line that were not refunded, open ones included. */
export const unrefunded = ({ facts }: OrderState, { id, quantity }: OrderLine): number =>
  quantity - (facts.refunded?.[id] ?? 0);

/** The amount of the next pieces of a line that nobody owes any more. */
export const amountOfNext = (state: OrderState, line: OrderLine, pieces: number): number =>
  share(amountOf(line), line.quantity, gonePieces(state, line), pieces);

/** The amount of the next pieces of a line in the order of refunds. */
export const amountOfRefund = ({ facts }: OrderState, line: OrderLine, pieces: number): number =>
  share(amountOf(line), line.quantity, facts.refunded?.[line.id] ?? 0, pieces);

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
  !hasEnded(state.order) && !isOnHold(state) && isSecured(state) && allPiecesToShip(state) > 0;

export const isOnHold = ({ facts }: OrderState): boolean =>
  facts.holds !== undefined && Object.keys(facts.holds).length > 0;

interface Part {
  discount?: number | undefined;
  tax?: number | undefined;
}

/** The sums of lines and charges, of an order or of one of its events. */
export function totalsOf(lines: readonly Part[], charges: readonly (Part & { amount: number })[]) {
  const parts = [...lines, ...charges];
  return {
    discount_total: sum(parts.map(({ discount = 0 }) => discount)),
    tax_total: sum(parts.map(({ tax = 0 }) => tax)),
    charge_total: sum(charges.map(({ amount }) => amount)),
  };
}
