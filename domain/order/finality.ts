/**
 * Whether a rejection is final: the command is refused in every later state of the order.
 *
 * A cancelled or completed order stays so. Pieces that are shipped, cancelled, returned or refunded
 * stay so, and so does money that was captured or given back. But lines can be added, money can
 * come in beyond what is due, holds can be released: those refusals can end.
 */
import { isCovered, owed } from './amounts.ts';
import type { OrderCommand, Pieces } from './commands.ts';
import { LINES_MAX } from './commands.ts';
import { VERSION_MAX, type OrderState, type Quantities } from './order.ts';
import type { Rejection } from '../rejection.ts';

/**
 * @param command that `decide` rejects in this state
 * @param code of its rejection
 */
export function isFinal(state: OrderState, command: OrderCommand, code: Rejection['code']): boolean {
  const before = eventsRequired(state, command, code);
  return before === undefined || state.order.version + before + 1 > VERSION_MAX;
}

/** The fewest events that must precede the command; `undefined` when none can help. */
function eventsRequired(
  state: OrderState,
  command: OrderCommand,
  code: Rejection['code'],
): number | undefined {
  const { order, facts } = state;
  const hasEnded = order.status === 'cancelled' || order.status === 'completed';
  switch (command.type) {
    case 'RecordPayment':
      if (code === 'capture_exceeds_authorized' || code === 'authorization_closed') return undefined;
      // A reversal, a refund or an added line makes an amount due again.
      return hasEnded && (order.status === 'cancelled' || owed(state) === 0) ? undefined : 1;
    case 'RecordRefund':
      // More money can come in, even beyond what is due.
      if (code === 'refund_of_open_pieces') return hasEnded ? undefined : 1;
      return code === 'order_not_paid' || code === 'refund_exceeds_paid' ? 1 : undefined;
    case 'ShipItems': {
      if (hasEnded || !canBe(state, command.data.lines, plusAll(facts.shipped, facts.cancelled ?? {})))
        return undefined;
      return eventsToShip(state);
    }
    case 'ReturnItems':
      if (hasEnded || !canBe(state, command.data.lines, plusAll(facts.returned, facts.cancelled ?? {})))
        return undefined;
      return eventsToShip(state) + 1;
    case 'CompleteOrder':
      // Shipped in part: an edit that cancels the rest is enough.
      if (hasEnded) return undefined;
      return order.status === 'partially_shipped' ? 1 : eventsToShip(state) + 1;
    case 'EditOrder':
      return !hasEnded &&
        canBe(state, command.data.cancel ?? [], plusAll(facts.shipped, facts.cancelled ?? {}))
        ? 1
        : undefined;
    // A shipment is never undone, and an order is placed once.
    default:
      return undefined;
  }
}

/** Payment and releases that a shipment needs; an added line counts with the payment. */
function eventsToShip(state: OrderState): number {
  const holds = Object.keys(state.facts.holds ?? {}).length;
  const isUnpaid = state.order.payment_terms !== 'open' && !isCovered(state);
  return holds + (isUnpaid ? 1 : 0);
}

/** Whether each line can have the pieces: each named once, within its quantity, or still to be added. */
function canBe({ order }: OrderState, pieces: Pieces, used: Quantities): boolean {
  const left = new Map(order.lines.map(({ id, quantity }) => [id, quantity - (used[id] ?? 0)]));
  return (
    new Set(pieces.map(({ line_id }) => line_id)).size === pieces.length &&
    pieces.every(({ line_id, quantity }) => {
      const available = left.get(line_id);
      return available === undefined
        ? Number(line_id.slice('line_'.length)) <= LINES_MAX
        : quantity <= available;
    })
  );
}

function plusAll(a: Quantities, b: Quantities): Quantities {
  const all = { ...a };
  for (const [id, quantity] of Object.entries(b)) all[id] = (all[id] ?? 0) + quantity;
  return all;
}
