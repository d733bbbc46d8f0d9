/** How version 2 spells orders, totals and events. */
import type { RecordedEvent } from '../../domain/order/events.ts';
import type { Order, OrderLine } from '../../domain/order/order.ts';
import { fulfillmentStatus, paymentStatus } from '../../domain/order/statuses.ts';
import type { CustomerTotal } from '../../projections/customer-summary.ts';
import type { DailySales } from '../../projections/daily-sales-page.ts';
import { money } from './money.ts';

export function orderDocument(order: Order) {
  const {
    id,
    customer_id,
    currency,
    lines,
    total,
    amount_paid,
    amount_refunded,
    status: _status,
    ...rest
  } = order;
  return {
    id,
    payment_status: paymentStatus(order),
    fulfillment_status: fulfillmentStatus(order),
    customer_id,
    lines: lines.map((line) => lineDocument(line, currency)),
    total: money(total, currency),
    amount_paid: money(amount_paid, currency),
    amount_refunded: money(amount_refunded, currency),
    ...rest,
  };
}

const lineDocument = (line: OrderLine, currency: string) => ({
  ...line,
  unit_price: money(line.unit_price, currency),
  total: money(line.total, currency),
});

export function totalDocument({ currency, ordered, paid, refunded, ...rest }: CustomerTotal | DailySales) {
  return {
    currency,
    ...rest,
    ordered: money(ordered, currency),
    paid: money(paid, currency),
    refunded: money(refunded, currency),
  };
}

export function eventData(event: RecordedEvent): object {
  switch (event.type) {
    case 'OrderPlaced': {
      const { currency, lines, total, ...data } = event.data;
      return {
        ...data,
        lines: lines.map((line) => lineDocument(line, currency)),
        total: money(total, currency),
      };
    }
    case 'PaymentRecorded':
    case 'RefundRecorded': {
      const { amount, currency, ...data } = event.data;
      return { ...data, amount: money(amount, currency) };
    }
    default:
      return event.data;
  }
}
