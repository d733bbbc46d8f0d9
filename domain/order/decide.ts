/**
 * The rules of an order: command × state → one event or a rejection. Pure: no clock, no ids, no
 * I/O.
 *
 * docs/orders.md has the rules as a table, which the tests compare with this file.
 */
import { amountText } from '../currency.ts';
import type { FieldError, Rejection } from '../rejection.ts';
import type { Command, OrderCommand } from './commands.ts';
import type { EventOf, EventType } from './events.ts';
import { isFinal } from './finality.ts';
import { mergePatch } from './merge-patch.ts';
import { VERSION_MAX, type OrderState } from './order.ts';
import { excess } from './pieces.ts';
import { place } from './place.ts';

export type Decision<T extends EventType = EventType> = { event: EventOf<T> } | { rejection: Rejection };

/**
 * Decides a command.
 *
 * @param state the fold of the order's stream, `null` for an empty one
 * @returns the one event of the command, or its rejection with `final`
 */
export function decide(state: OrderState | null, command: OrderCommand): Decision {
  const decision = eventOrRejection(state, command);
  if ('event' in decision || state === null) return decision;
  return { rejection: { ...decision.rejection, final: isFinal(state, command) } };
}

function eventOrRejection(state: OrderState | null, command: OrderCommand): Decision {
  if (command.type === 'PlaceOrder') {
    return state === null
      ? place(command.data)
      : reject('order_already_placed', 'This order is already placed.');
  }
  if (state === null) return reject('order_not_found', 'This order does not exist.');
  if (state.order.version >= VERSION_MAX) {
    return reject(
      'order_history_full',
      `This order has ${VERSION_MAX} events, the maximum. It accepts no more commands.`,
    );
  }
  switch (command.type) {
    case 'UpdateOrder':
      return update(state, command.data);
    case 'RecordPayment':
      return pay(state, command.data);
    case 'ShipItems':
      return ship(state, command.data);
    case 'ReturnItems':
      return takeBack(state, command.data);
    case 'RecordRefund':
      return refund(state, command.data);
    case 'CancelOrder':
      return cancel(state, command.data);
    case 'CompleteOrder':
      return complete(state, command.data);
  }
}

type Data<T extends OrderCommand['type']> = Command<T>['data'];

const reject = (code: Rejection['code'], detail: string, errors?: FieldError[]) => ({
  rejection: { code, detail, ...(errors && { errors }) },
});

const CANCELLED = reject('order_already_cancelled', 'This order is cancelled.');
const COMPLETED = reject('order_already_completed', 'This order is completed.');
const SHIPPED = reject('order_already_shipped', 'Pieces of this order are already shipped.');
const NOT_SHIPPED = reject('order_not_shipped', 'No piece of this order is shipped.');

function leftToShip({ order, facts }: OrderState): string {
  const left = order.lines.reduce((sum, { id, quantity }) => sum + quantity - (facts.shipped[id] ?? 0), 0);
  return left === 1 ? '1 piece is left to ship' : `${left} pieces are left to ship`;
}

/** Metadata can change in each state; the address only until the first shipment. */
function update({ order }: OrderState, patch: Data<'UpdateOrder'>): Decision<'OrderUpdated'> {
  if (patch.shipping_address !== undefined) {
    if (order.status === 'cancelled') return CANCELLED;
    if (order.status === 'completed') return COMPLETED;
    if (order.status === 'partially_shipped' || order.status === 'shipped') return SHIPPED;
  }
  const merged = mergePatch(order, patch);
  if ('errors' in merged)
    return reject('invalid_body', 'The patched order is not valid, see errors.', merged.errors);
  return { event: { type: 'OrderUpdated', data: { patch, ...merged } } };
}

function pay({ order }: OrderState, data: Data<'RecordPayment'>): Decision<'PaymentRecorded'> {
  if (order.status === 'cancelled') return CANCELLED;
  const due = order.total - order.amount_paid;
  if (due === 0) return reject('order_already_paid', 'This order is fully paid.');
  if (data.amount > due) {
    return reject(
      'payment_exceeds_due',
      `The payment exceeds the amount due: ${amountText(due, order.currency)}.`,
      [{ pointer: '/amount', detail: `must be at most ${due}, the amount due` }],
    );
  }
  return { event: { type: 'PaymentRecorded', data: { ...data, currency: order.currency } } };
}

function ship({ order, facts }: OrderState, data: Data<'ShipItems'>): Decision<'ItemsShipped'> {
  if (order.status === 'cancelled') return CANCELLED;
  if (order.status === 'completed') return COMPLETED;
  if (order.status === 'shipped') return SHIPPED;
  const due = order.total - order.amount_paid;
  if (due > 0) {
    return reject(
      'order_not_paid',
      `${amountText(due, order.currency)} are still due. Record the payment first.`,
    );
  }
  const left = (id: string) =>
    (order.lines.find((line) => line.id === id)?.quantity ?? 0) - (facts.shipped[id] ?? 0);
  return (
    excess(order, data.lines, left, 'shipment_exceeds_ordered', 'left to ship') ?? {
      event: { type: 'ItemsShipped', data },
    }
  );
}

function takeBack({ order, facts }: OrderState, data: Data<'ReturnItems'>): Decision<'ItemsReturned'> {
  if (order.status === 'cancelled') return CANCELLED;
  if (order.status === 'completed') return COMPLETED;
  if (order.status === 'placed' || order.status === 'paid') return NOT_SHIPPED;
  const out = (id: string) => (facts.shipped[id] ?? 0) - (facts.returned[id] ?? 0);
  return (
    excess(order, data.lines, out, 'return_exceeds_shipped', 'shipped and not returned') ?? {
      event: { type: 'ItemsReturned', data },
    }
  );
}

/** Allowed in each state: also a cancelled or completed order may need a refund. */
function refund({ order }: OrderState, data: Data<'RecordRefund'>): Decision<'RefundRecorded'> {
  if (order.amount_paid === 0) {
    return reject('order_not_paid', 'No payment is recorded for this order, so there is nothing to refund.');
  }
  const refundable = order.amount_paid - order.amount_refunded;
  if (data.amount > refundable) {
    return refundable === 0
      ? reject('refund_exceeds_paid', 'All payments of this order are already refunded.')
      : reject(
          'refund_exceeds_paid',
          `The refund exceeds the amount left to refund: ${amountText(refundable, order.currency)}.`,
          [{ pointer: '/amount', detail: `must be at most ${refundable}, the amount left to refund` }],
        );
  }
  return { event: { type: 'RefundRecorded', data: { ...data, currency: order.currency } } };
}

function cancel({ order }: OrderState, data: Data<'CancelOrder'>): Decision<'OrderCancelled'> {
  switch (order.status) {
    case 'placed':
    case 'paid':
      return { event: { type: 'OrderCancelled', data } };
    case 'partially_shipped':
    case 'shipped':
      return SHIPPED;
    case 'completed':
      return COMPLETED;
    case 'cancelled':
      return reject('order_already_cancelled', 'Another request has already cancelled this order.');
  }
}

function complete(state: OrderState, data: Data<'CompleteOrder'>): Decision<'OrderCompleted'> {
  switch (state.order.status) {
    case 'shipped':
      return { event: { type: 'OrderCompleted', data } };
    case 'placed':
    case 'paid':
    case 'partially_shipped':
      return reject('order_not_shipped', `${leftToShip(state)}. Ship the whole order first.`);
    case 'completed':
      return COMPLETED;
    case 'cancelled':
      return CANCELLED;
  }
}
