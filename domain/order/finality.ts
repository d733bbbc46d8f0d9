/**
 * Whether a refusal is final: what was refused will be refused in every state that the order can
 * still come to.
 *
 * What only grows decides: payments, refunds, shipments, returns and the number of events never
 * shrink, a total and the lines never change, and a cancelled or completed order stays so.
 */
import type { OrderCommand, Pieces } from './commands.ts';
import { MAX_VERSION, type Order, type OrderState, type Quantities } from './order.ts';

/** @param command that decide.ts refuses in this state */
export function isFinal(state: OrderState, command: OrderCommand): boolean {
  const before = eventsBefore(state, command);
  return before === undefined || state.order.version + before + 1 > MAX_VERSION;
}

/** How many other events would have to come first, at least; `undefined` when none would help. */
function eventsBefore({ order, facts }: OrderState, command: OrderCommand): number | undefined {
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
    // A total never grows, nothing that was shipped becomes unshipped, and an order is placed once.
    case 'RecordPayment':
    case 'CancelOrder':
    case 'UpdateOrder':
    case 'PlaceOrder':
      return undefined;
  }
}

/**
 * Whether pieces are of lines of the order, each named once, and no more than were ordered and are
 * not used up.
 */
function isWithin({ lines }: Order, pieces: Pieces, used: Quantities): boolean {
  const left = new Map(lines.map(({ id, quantity }) => [id, quantity - (used[id] ?? 0)]));
  return (
    new Set(pieces.map(({ line_id }) => line_id)).size === pieces.length &&
    pieces.every(({ line_id, quantity }) => quantity <= (left.get(line_id) ?? 0))
  );
}
