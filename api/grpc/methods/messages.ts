/**
 * Converts orders and events into gRPC messages, and a NewOrder message into the body of a command.
 */
import type { Command } from '../../../domain/order/commands.ts';
import type { RecordedEvent } from '../../../domain/order/events.ts';
import type { OrderState } from '../../../domain/order/order.ts';
import { Problem } from '../../problem/problem.ts';
import { orderDocument, placedData, updatedData } from '../../v1/documents.ts';
import type { Timestamp } from '../generated/google/protobuf/timestamp.ts';
import {
  EventType,
  type NewOrder,
  type Event as EventMessage,
  type Order as OrderMessage,
} from '../generated/orders.ts';

/** @param text a time of the log: RFC 3339, UTC, milliseconds */
function timestamp(text: string): Timestamp {
  const ms = Date.parse(text);
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: (ms - seconds * 1_000) * 1_000_000 };
}

const entries = (metadata: Record<string, string>) => new Map(Object.entries(metadata));

/**
 * A NewOrder message as the body of PlaceOrder.
 *
 * @throws {Problem} 400 for a metadata entry that no body can have
 */
export function bodyOf(order: NewOrder | undefined): unknown {
  if (order === undefined) return undefined;
  // The JSON parser refuses the name as well.
  if (order.metadata.has('__proto__'))
    throw new Problem('malformed_request', 'Metadata must not have an entry named __proto__.');
  return { ...order, metadata: Object.fromEntries(order.metadata) };
}

/** The inverse of {@link bodyOf}, for clients. */
export const newOrderMessage = ({
  shipping_address,
  metadata,
  customer_id = '',
  currency,
  lines,
}: Command<'PlaceOrder'>['data']): NewOrder => ({
  customer_id,
  currency,
  lines: lines.map(({ sku = '', name, quantity, unit_price }) => ({ sku, name, quantity, unit_price })),
  shipping_address: shipping_address ?? undefined,
  metadata: entries(metadata),
});

export function orderMessage(state: OrderState): OrderMessage {
  const order = orderDocument(state);
  return {
    ...order,
    status: `ORDER_STATUS_${order.status.toUpperCase()}` as OrderMessage['status'],
    shipping_address: order.shipping_address ?? undefined,
    metadata: entries(order.metadata),
    placed_at: timestamp(order.placed_at),
    updated_at: timestamp(order.updated_at),
  };
}

/** The type name in the log; `undefined` for an unknown type. */
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

/** `null` in the log is an absent field in the message. */
const present = (value: string | null): string | undefined => value ?? undefined;

function dataOf(event: RecordedEvent): EventMessage['data'] {
  switch (event.type) {
    case 'OrderPlaced': {
      const { metadata, shipping_address, ...data } = placedData(event.data);
      const value = {
        ...data,
        shipping_address: shipping_address ?? undefined,
        metadata: entries(metadata),
      };
      return { $case: 'order_placed', value };
    }
    case 'OrderUpdated': {
      const { patch, metadata, shipping_address } = updatedData(event.data);
      const value = { patch, shipping_address: shipping_address ?? undefined, metadata: entries(metadata) };
      return { $case: 'order_updated', value };
    }
    case 'PaymentRecorded': {
      const { amount, currency, method, reference } = event.data;
      return {
        $case: 'payment_recorded',
        value: { amount, currency, method: present(method), reference: present(reference) },
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
      const { amount, currency, reason, reference } = event.data;
      return {
        $case: 'refund_recorded',
        value: { amount, currency, reason: present(reason), reference: present(reference) },
      };
    }
    case 'OrderCancelled':
      return { $case: 'order_cancelled', value: { reason: present(event.data.reason) } };
    case 'OrderCompleted':
      return { $case: 'order_completed', value: { note: present(event.data.note) } };
    default:
      throw new Error(`no message for ${event.type}`);
  }
}
