/** Converts orders, and what events have of them, into gRPC messages. */
import { amountOf, authorizedAmount, due, isOnHold, isReadyToShip } from '../../../domain/order/amounts.ts';
import type { PlacedCharge } from '../../../domain/order/events.ts';
import {
  type Facts,
  NO_FACTS,
  type Order,
  type OrderCharge,
  type OrderLine,
  type OrderState,
} from '../../../domain/order/order.ts';
import { fulfillmentStatus, paymentStatus } from '../../../domain/order/statuses.ts';
import type {
  Charge as ChargeMessage,
  OrderLine as LineMessage,
  Order as OrderMessage,
  OrderPlaced as OrderPlacedMessage,
} from '../generated/orders.ts';
import { chargeKindMessage, paymentTermsMessage } from './new-order.ts';
import { timestamp } from './timestamp.ts';

export function orderMessage(state: OrderState): OrderMessage {
  const { order, facts } = state;
  return {
    ...placedMessage(order, facts),
    id: order.id,
    status: `ORDER_STATUS_${upper(order.status)}`,
    payment_status: `PAYMENT_STATUS_${upper(paymentStatus(state))}`,
    fulfillment_status: `FULFILLMENT_STATUS_${upper(fulfillmentStatus(order))}`,
    on_hold: isOnHold(state),
    ready_to_ship: isReadyToShip(state),
    amount_authorized: authorizedAmount(state),
    amount_paid: order.amount_paid,
    amount_reversed: facts.amount_reversed ?? 0,
    amount_refunded: order.amount_refunded,
    amount_cancelled: facts.amount_cancelled ?? 0,
    amount_returned: facts.amount_returned ?? 0,
    amount_adjusted: facts.amount_adjusted ?? 0,
    amount_due: due(state),
    version: order.version,
    placed_at: timestamp(order.placed_at),
    updated_at: timestamp(order.updated_at),
  };
}

const upper = <Text extends string>(text: Text) => text.toUpperCase() as Uppercase<Text>;

/** What an order is from its first event on. */
export function placedMessage(order: Order, facts: Facts = NO_FACTS): OrderPlacedMessage {
  const { lines, charges = [] } = order;
  return {
    customer_id: order.customer_id ?? '',
    currency: order.currency,
    lines: lines.map((line) => lineMessage(line, facts)),
    total: order.total,
    shipping_address: order.shipping_address ?? undefined,
    metadata: new Map(Object.entries(order.metadata)),
    number: order.number,
    reference: order.reference,
    email: order.email,
    phone: order.phone,
    charges: charges.map(chargeMessage),
    prices_include_tax: order.prices_include_tax ?? false,
    discounts: order.discounts ?? [],
    taxes: order.taxes ?? [],
    rounding: order.rounding ?? 0,
    discount_total: sumOf('discount', lines) + sumOf('discount', charges),
    tax_total: sumOf('tax', lines) + sumOf('tax', charges),
    charge_total: sumOf('amount', charges),
    payment_terms: paymentTermsMessage(order.payment_terms),
    billing_address: order.billing_address,
    note: order.note,
    tags: order.tags ?? [],
    ordered_at: timestamp(order.ordered_at ?? order.placed_at),
  };
}

/** The sum of a member that parts may lack. */
function sumOf<Name extends string>(name: Name, parts: readonly { [Key in Name]?: number }[]): number {
  let total = 0;
  for (const part of parts) total += part[name] ?? 0;
  return total;
}

const NO_METADATA: Map<string, string> = new Map();

/** @param facts of the order; without them no piece was shipped, returned or cancelled */
export const lineMessage = (line: OrderLine, facts: Facts = NO_FACTS): LineMessage => ({
  id: line.id,
  sku: line.sku ?? '',
  name: line.name,
  quantity: line.quantity,
  unit_price: line.unit_price,
  total: line.total,
  discount: line.discount ?? 0,
  tax: line.tax ?? 0,
  taxes: line.taxes ?? [],
  amount: amountOf(line),
  ships: line.ships ?? true,
  reference: line.reference,
  metadata: line.metadata === undefined ? NO_METADATA : new Map(Object.entries(line.metadata)),
  quantity_shipped: facts.shipped[line.id] ?? 0,
  quantity_returned: facts.returned[line.id] ?? 0,
  quantity_cancelled: facts.cancelled?.[line.id] ?? 0,
});

export const chargeMessage = (charge: OrderCharge | PlacedCharge): ChargeMessage => ({
  id: charge.id,
  kind: chargeKindMessage(charge.kind),
  name: charge.name,
  price: charge.price,
  discount: charge.discount ?? 0,
  tax: charge.tax ?? 0,
  amount: charge.amount,
});
