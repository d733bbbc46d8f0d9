/**
 * How version 1 spells orders and events: the members that it has, whatever the order has besides.
 * Required members that an order lacks get a fixed text.
 */
import type { Address } from '../../domain/order/address.ts';
import type { EventOf, RecordedEvent } from '../../domain/order/events.ts';
import type { OrderState } from '../../domain/order/order.ts';

const GUEST = 'guest';
const NO_SKU = '-';

export function orderDocument({ order, facts }: OrderState) {
  const { status } = order;
  // What edits cancelled is not to be paid. A cancelled order keeps its total.
  const freed = status === 'cancelled' ? 0 : (facts.amount_cancelled ?? 0);
  return {
    id: order.id,
    status,
    customer_id: order.customer_id ?? GUEST,
    currency: order.currency,
    lines: order.lines.map(lineDocument),
    total: order.total - freed,
    amount_paid: order.amount_paid,
    amount_refunded: order.amount_refunded,
    shipping_address: addressDocument(order.shipping_address),
    metadata: order.metadata,
    version: order.version,
    placed_at: order.placed_at,
    updated_at: order.updated_at,
  };
}

interface Line {
  id: string;
  sku?: string | undefined;
  name: string;
  quantity: number;
  unit_price: number;
  total: number;
}

const lineDocument = ({ id, sku = NO_SKU, name, quantity, unit_price, total }: Line) => ({
  id,
  sku,
  name,
  quantity,
  unit_price,
  total,
});

/** An address, or a patch of one. */
function addressDocument<Members extends { [Name in keyof Address]?: string | null | undefined }>(
  address: Members | null,
) {
  if (address === null) return null;
  const { company: _company, line3: _line3, phone: _phone, ...rest } = address;
  return rest;
}

export const placedData = ({
  customer_id = GUEST,
  currency,
  lines,
  total,
  shipping_address,
  metadata,
}: EventOf<'OrderPlaced'>['data']) => ({
  customer_id,
  currency,
  lines: lines.map(lineDocument),
  shipping_address: addressDocument(shipping_address),
  metadata,
  total,
});

/**
 * A patch of other members changes nothing that this version shows: its metadata patch is empty.
 */
export const updatedData = ({ patch, shipping_address, metadata }: EventOf<'OrderUpdated'>['data']) => ({
  patch: {
    ...('shipping_address' in patch && {
      shipping_address: addressDocument(patch.shipping_address ?? null),
    }),
    ...('metadata' in patch
      ? { metadata: patch.metadata }
      : !('shipping_address' in patch) && { metadata: {} }),
  },
  shipping_address: addressDocument(shipping_address),
  metadata,
});

/** The data of an event of the first release. */
export function eventData(event: RecordedEvent): object {
  switch (event.type) {
    case 'OrderPlaced':
      return placedData(event.data);
    case 'OrderUpdated':
      return updatedData(event.data);
    case 'PaymentRecorded': {
      const { amount, method, reference, currency } = event.data;
      return { amount, method, reference, currency };
    }
    case 'RefundRecorded': {
      const { amount, reason, reference, currency } = event.data;
      return { amount, reason, reference, currency };
    }
    case 'ItemsShipped': {
      const { lines, carrier, tracking_number } = event.data;
      return { lines, carrier, tracking_number };
    }
    case 'ItemsReturned': {
      const { lines, reason } = event.data;
      return { lines, reason };
    }
    case 'OrderCancelled':
      return { reason: event.data.reason };
    case 'OrderCompleted':
      return { note: event.data.note };
    default:
      throw new Error(`version 1 has no ${event.type}`);
  }
}
