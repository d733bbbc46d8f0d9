/**
 * Whether a rejection is final: the command is refused in every later state of the order.
 *
 * Payments, refunds, shipments, returns and the number of events only grow. The total and the lines
 * never change. A cancelled or completed order stays so.
 */
import type { OrderCommand, Pieces } from './commands.ts';
import { VERSION_MAX, type Order, type OrderState, type Quantities } from './order.ts';

/** @param command that `decide` rejects in this state */
export function isFinal(state: OrderState, command: OrderCommand): boolean {
  const before = eventsRequired(state, command);
  return before === undefined || state.order.version + before + 1 > VERSION_MAX;
}

/** The fewest events that must precede the command; `undefined` when none can help. */
function eventsRequired({ order, facts }: OrderState, command: OrderCommand): number | undefined {
  if (order.status === 'cancelled' || order.status === 'completed') return undefined;
  const payments = order.amount_paid < order.total ? 1 : 0;
  switch (command.type) {
    case 'ShipItems':
      return isWithin(order, command.data.lines, facts.shipped) ? payments : undefined;
    case 'ReturnItems':
      return isWithin(order, command.data.lines, facts.returned) ? payments + 1 : undefined;
    case 'RecordRefund':
      return command.data.amount <= order.total - order.amount_refunded ? payments : undefined;
    case 'CompleteOrder':
      return payments + 1;
    // The total never grows, a shipment is never undone, and an order is placed once.
    case 'RecordPayment':
    case 'CancelOrder':
    case 'UpdateOrder':
    case 'PlaceOrder':
      return undefined;
  }
}

/** Whether the pieces name lines of the order, each once, within ordered minus used quantity. */
function isWithin({ lines }: Order, pieces: Pieces, used: Quantities): boolean {
  const left = new Map(lines.map(({ id, quantity }) => [id, quantity - (used[id] ?? 0)]));
  return (
    new Set(pieces.map(({ line_id }) => line_id)).size === pieces.length &&
    pieces.every(({ line_id, quantity }) => quantity <= (left.get(line_id) ?? 0))
  );
}
