/** The domain's orders and events as messages, and messages as what a command asks for. */
import type { Command } from '../../../domain/order/commands.ts';
import type { RecordedEvent } from '../../../domain/order/events.ts';
import type { Order } from '../../../domain/order/order.ts';
import { Problem } from '../../problem/problem.ts';
import type { Timestamp } from '../generated/google/protobuf/timestamp.ts';
import {
  EventType,
  type NewOrder,
  type Event as EventMessage,
  type Order as OrderMessage,
} from '../generated/orders.ts';

/** @param text an instant of the log: RFC 3339, UTC, milliseconds */
function timestamp(text: string): Timestamp {
  const ms = Date.parse(text);
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: (ms - seconds * 1_000) * 1_000_000 };
}

const entries = (metadata: Record<string, string>) => new Map(Object.entries(metadata));

/**
 * What an order message asks for, in the spelling of the command.
 *
 * @throws {Problem} 400 for what no command can hold
 */
export function bodyOf(order: NewOrder | undefined): unknown {
  if (order === undefined) return undefined;
  // JSON that has it is not taken either.
  if (order.metadata.has('__proto__'))
    throw new Problem('malformed_request', 'No entry of metadata can be called __proto__.');
  return { ...order, metadata: Object.fromEntries(order.metadata) };
}

/** The other way round: a command as the message that asks for it. */
export const newOrderMessage = ({
  shipping_address,
  metadata,
  ...data
}: Command<'PlaceOrder'>['data']): NewOrder => ({
  ...data,
  shipping_address: shipping_address ?? undefined,
  metadata: entries(metadata),
});

export const orderMessage = (order: Order): OrderMessage => ({
  ...order,
  status: `ORDER_STATUS_${order.status.toUpperCase()}` as OrderMessage['status'],
  shipping_address: order.shipping_address ?? undefined,
  metadata: entries(order.metadata),
  placed_at: timestamp(order.placed_at),
  updated_at: timestamp(order.updated_at),
});

/** The type of an event as the log has it; `undefined` for none. */
export const eventTypeOf = (type: EventType): RecordedEvent['type'] | undefined => TYPES.get(type);
const TYPES = new Map<EventType, RecordedEvent['type']>([
  [EventType.ORDER_PLACED, 'OrderPlaced'],
  [EventType.ORDER_UPDATED, 'OrderUpdated'],
  [EventType.PAYMENT_RECORDED, 'PaymentRecorded'],
  [EventType.ITEMS_SHIPPED, 'ItemsShipped'],
  [EventType.ITEMS_RETURNED, 'ItemsReturned'],
  [EventType.REFUND_RECORDED, 'RefundRecorded'],
  [EventType.ORDER_CANCELLED, 'OrderCancelled'],
  [EventType.ORDER_COMPLETED, 'OrderCompleted'],
]);

export const eventMessage = (event: RecordedEvent & { position: number }): EventMessage => ({
  id: event.event_id,
  order_id: event.order_id,
  version: event.version,
  position: event.position,
  recorded_at: timestamp(event.recorded_at),
  key_id: event.key_id ?? '',
  data: dataOf(event),
});

/** What is `null` in the log is left out of a message. */
const present = (value: string | null): string | undefined => value ?? undefined;

function dataOf(event: RecordedEvent): EventMessage['data'] {
  switch (event.type) {
    case 'OrderPlaced': {
      const { metadata, shipping_address, ...data } = event.data;
      const value = {
        ...data,
        shipping_address: shipping_address ?? undefined,
        metadata: entries(metadata),
      };
      return { $case: 'order_placed', value };
    }
    case 'OrderUpdated': {
      const { patch, metadata, shipping_address } = event.data;
      const value = { patch, shipping_address: shipping_address ?? undefined, metadata: entries(metadata) };
      return { $case: 'order_updated', value };
    }
    case 'PaymentRecorded': {
      const { method, reference, ...data } = event.data;
      return {
        $case: 'payment_recorded',
        value: { ...data, method: present(method), reference: present(reference) },
      };
    }
    case 'ItemsShipped': {
      const { lines, carrier, tracking_number } = event.data;
      return {
        $case: 'items_shipped',
        value: { lines, carrier: present(carrier), tracking_number: present(tracking_number) },
      };
    }
    case 'ItemsReturned': {
      const { lines, reason } = event.data;
      return { $case: 'items_returned', value: { lines, reason: present(reason) } };
    }
    case 'RefundRecorded': {
      const { reason, reference, ...data } = event.data;
      return {
        $case: 'refund_recorded',
        value: { ...data, reason: present(reason), reference: present(reference) },
      };
    }
    case 'OrderCancelled':
      return { $case: 'order_cancelled', value: { reason: present(event.data.reason) } };
    case 'OrderCompleted':
      return { $case: 'order_completed', value: { note: present(event.data.note) } };
  }
}
