/** Folds events into an order by docs/orders.md, without any code of the server. */
import type { Version } from '../case.ts';
import type { LoggedEvent } from './log.ts';

interface Line {
  id: string;
  quantity: number;
  unit_price: number;
  total: number;
}

export interface Folded {
  id: string;
  version: number;
  customer_id: string;
  currency: string;
  lines: Line[];
  total: number;
  paid: number;
  refunded: number;
  shipped: ReadonlyMap<string, number>;
  end: 'cancelled' | 'completed' | undefined;
  shipping_address: unknown;
  metadata: unknown;
  placed_at: string;
  updated_at: string;
}

/** @returns the order after the event; `before` stays unchanged */
export function foldOne(before: Folded | undefined, event: LoggedEvent): Folded {
  const { type, data, version, recordedAt: updated_at } = event;
  if (type === 'OrderPlaced') {
    const placed = data as unknown as Pick<
      Folded,
      'customer_id' | 'currency' | 'lines' | 'total' | 'shipping_address' | 'metadata'
    >;
    const { customer_id, currency, lines, total, shipping_address, metadata } = placed;
    return {
      id: `ord_${event.orderId}`,
      version,
      customer_id,
      currency,
      lines,
      total,
      paid: 0,
      refunded: 0,
      shipped: new Map(),
      end: undefined,
      shipping_address,
      metadata,
      placed_at: updated_at,
      updated_at,
    };
  }
  if (before === undefined || version !== before.version + 1)
    throw new Error(`event ${event.eventId} is version ${version}, after ${before?.version ?? 0}`);
  const order = { ...before, version, updated_at };
  switch (type) {
    case 'OrderUpdated':
      return { ...order, shipping_address: data['shipping_address'], metadata: data['metadata'] };
    case 'PaymentRecorded':
      return { ...order, paid: order.paid + (data['amount'] as number) };
    case 'RefundRecorded':
      return { ...order, refunded: order.refunded + (data['amount'] as number) };
    case 'ItemsShipped': {
      const shipped = new Map(order.shipped);
      for (const { line_id, quantity } of data['lines'] as { line_id: string; quantity: number }[])
        shipped.set(line_id, (shipped.get(line_id) ?? 0) + quantity);
      return { ...order, shipped };
    }
    case 'OrderCancelled':
      return { ...order, end: 'cancelled' };
    case 'OrderCompleted':
      return { ...order, end: 'completed' };
    default:
      return order;
  }
}

/** The order document of the API. */
export function documentOf(order: Folded, spelling: Version): object {
  const { id, version, customer_id, currency, lines, shipping_address, metadata, placed_at, updated_at } =
    order;
  const money = (amount: number) => (spelling === 'v1' ? amount : { amount, currency });
  return {
    id,
    ...(spelling === 'v1'
      ? { status: statusOf(order), currency }
      : { payment_status: paymentStatusOf(order), fulfillment_status: fulfillmentStatusOf(order) }),
    customer_id,
    lines: lines.map((line) =>
      Object.assign({}, line, { unit_price: money(line.unit_price), total: money(line.total) }),
    ),
    total: money(order.total),
    amount_paid: money(order.paid),
    amount_refunded: money(order.refunded),
    shipping_address,
    metadata,
    version,
    placed_at,
    updated_at,
  };
}

function fulfillmentStatusOf({ end, lines, shipped }: Folded): string {
  if (end) return end;
  if (shipped.size === 0) return 'unfulfilled';
  return lines.every(({ id, quantity }) => shipped.get(id) === quantity) ? 'shipped' : 'partially_shipped';
}

function statusOf(order: Folded): string {
  const status = fulfillmentStatusOf(order);
  if (status !== 'unfulfilled') return status;
  return order.paid > 0 && order.paid === order.total ? 'paid' : 'placed';
}

function paymentStatusOf({ total, paid, refunded }: Folded): string {
  if (refunded > 0) return refunded === paid ? 'refunded' : 'partially_refunded';
  if (paid === total) return 'paid';
  return paid === 0 ? 'unpaid' : 'partially_paid';
}
