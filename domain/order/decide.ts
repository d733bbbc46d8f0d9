/**
 * The rules of an order: command × state → one event, or why not. Pure: no clock, no ids, no I/O.
 *
 * docs/orders.md has the same rules as a table; the tests read that table and hold this file to it.
 */
import { amountText } from '../currency.ts';
import type { FieldError, Rejection } from '../rejection.ts';
import type { Command, OrderCommand } from './commands.ts';
import type { EventOf, EventType } from './events.ts';
import { isFinal } from './finality.ts';
import { mergePatch } from './merge-patch.ts';
import { MAX_VERSION, type Order, type OrderState } from './order.ts';
import { excess } from './pieces.ts';
import { place } from './place.ts';

export type Decision<T extends EventType = EventType> = { event: EventOf<T> } | { rejection: Rejection };

/**
 * Decides a command against the order as it stands.
 *
 * @param state the folded order, or `null` when its stream is empty
 * @returns the one event that the command makes, or the reason why it makes none, and whether that is final
 */
export function decide(state: OrderState | null, command: OrderCommand): Decision {
  const decision = judge(state, command);
  if ('event' in decision || state === null) return decision;
  return { rejection: { ...decision.rejection, final: isFinal(state, command) } };
}

function judge(state: OrderState | null, command: OrderCommand): Decision {
  if (command.type === 'PlaceOrder') {
    return state === null
      ? place(command.data)
      : reject('order_already_placed', 'This order is placed already.');
  }
  if (state === null) return reject('order_not_found', 'There is no such order.');
  if (state.order.version >= MAX_VERSION) {
    return reject('order_history_full', `This order has ${MAX_VERSION} events, the most that one can have.`);
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

const CANCELLED = reject('order_already_cancelled', 'This order has been cancelled.');
const COMPLETED = reject('order_already_completed', 'This order is completed.');
const SHIPPED = reject('order_already_shipped', 'All or some of this order has been shipped.');
const NOT_SHIPPED = reject('order_not_shipped', 'Nothing of this order has been shipped.');

/** `500 minor units (5.00 EUR) are`, in front of what they are. */
const areText = (amount: number, { currency }: Order) =>
  `${amountText(amount, currency)} ${amount === 1 ? 'is' : 'are'}`;

function leftToShip({ order, facts }: OrderState): string {
  const left = order.lines.reduce((sum, { id, quantity }) => sum + quantity - (facts.shipped[id] ?? 0), 0);
  return left === 1 ? '1 piece is left to ship' : `${left} pieces are left to ship`;
}

/** Metadata are the shop's own notes, and can always change; an address only as long as nothing was sent to it. */
function update({ order }: OrderState, patch: Data<'UpdateOrder'>): Decision<'OrderUpdated'> {
  if (patch.shipping_address !== undefined) {
    if (order.status === 'cancelled') return CANCELLED;
    if (order.status === 'completed') return COMPLETED;
    if (order.status === 'partially_shipped' || order.status === 'shipped') return SHIPPED;
  }
  const merged = mergePatch(order, patch);
  if ('errors' in merged) return reject('invalid_body', 'What the patch makes is not valid.', merged.errors);
  return { event: { type: 'OrderUpdated', data: { patch, ...merged } } };
}

function pay({ order }: OrderState, data: Data<'RecordPayment'>): Decision<'PaymentRecorded'> {
  if (order.status === 'cancelled') return CANCELLED;
  const due = order.total - order.amount_paid;
  if (due === 0) return reject('order_already_paid', 'Nothing is due for this order.');
  if (data.amount > due) {
    return reject('payment_exceeds_due', `This is more than is due: ${areText(due, order)} due.`, [
      { pointer: '/amount', detail: `must be at most ${due}, which is due` },
    ]);
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
      `This order is not paid: ${areText(due, order)} still due. Record the payment first.`,
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

/** In any state: money can be owed back after a cancellation, and long after completion. */
function refund({ order }: OrderState, data: Data<'RecordRefund'>): Decision<'RefundRecorded'> {
  if (order.amount_paid === 0) {
    return reject('order_not_paid', 'Nothing was paid for this order, so that nothing can be refunded.');
  }
  const refundable = order.amount_paid - order.amount_refunded;
  if (data.amount > refundable) {
    return refundable === 0
      ? reject('refund_exceeds_paid', 'All that was paid for this order is refunded already.')
      : reject(
          'refund_exceeds_paid',
          `This is more than can be refunded: ${areText(refundable, order)} paid and not refunded.`,
          [{ pointer: '/amount', detail: `must be at most ${refundable}, which was paid and not refunded` }],
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
      return reject('order_already_cancelled', 'This order has been cancelled already, by another request.');
  }
}

function complete(state: OrderState, data: Data<'CompleteOrder'>): Decision<'OrderCompleted'> {
  switch (state.order.status) {
    case 'shipped':
      return { event: { type: 'OrderCompleted', data } };
    case 'placed':
    case 'paid':
    case 'partially_shipped':
      return reject('order_not_shipped', `Not all of this order has been shipped: ${leftToShip(state)}.`);
    case 'completed':
      return COMPLETED;
    case 'cancelled':
      return CANCELLED;
  }
}
