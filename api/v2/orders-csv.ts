/** The list of orders as CSV: one row for each order. */
import type { OrderState } from '../../domain/order/order.ts';
import { type Cell, amountCell, csvLine } from '../lists/csv.ts';
import { orderDocument } from './documents.ts';

type OrderDocument = ReturnType<typeof orderDocument>;
type AddressDocument = OrderDocument['billing_address' | 'shipping_address'];

const AMOUNTS = [
  'total',
  'discount_total',
  'tax_total',
  'charge_total',
  'rounding',
  'amount_authorized',
  'amount_paid',
  'amount_reversed',
  'amount_refunded',
  'amount_cancelled',
  'amount_returned',
  'amount_adjusted',
  'amount_due',
] as const satisfies readonly (keyof OrderDocument)[];

const ADDRESS = [
  'name',
  'company',
  'line1',
  'line2',
  'line3',
  'city',
  'region',
  'postal_code',
  'country',
  'phone',
] as const satisfies readonly (keyof NonNullable<AddressDocument>)[];

/** Columns: a name, and the cell of an order. */
const COLUMNS: readonly [string, (order: OrderDocument) => Cell][] = [
  ['id', ({ id }) => id],
  ['number', ({ number }) => number],
  ['reference', ({ reference }) => reference],
  ['ordered_at', (order) => order.ordered_at],
  ['placed_at', (order) => order.placed_at],
  ['updated_at', (order) => order.updated_at],
  ['payment_status', (order) => order.payment_status],
  ['fulfillment_status', (order) => order.fulfillment_status],
  ['on_hold', (order) => order.on_hold],
  ['ready_to_ship', (order) => order.ready_to_ship],
  ['customer_id', (order) => order.customer_id],
  ['email', ({ email }) => email],
  ['phone', ({ phone }) => phone],
  ['currency', ({ total }) => total.currency],
  ...AMOUNTS.map((name): [string, (order: OrderDocument) => Cell] => [
    name,
    (order) => amountCell(order[name]),
  ]),
  ['payment_terms', (order) => order.payment_terms],
  ['prices_include_tax', (order) => order.prices_include_tax],
  ['lines', ({ lines }) => lines.map(({ quantity, sku, name }) => `${quantity} × ${sku ?? name}`).join('; ')],
  ...addressColumns('shipping', (order) => order.shipping_address),
  ...addressColumns('billing', (order) => order.billing_address),
  ['tags', ({ tags }) => tags.join('; ')],
  ['note', ({ note }) => note],
  ['version', ({ version }) => version],
];

function addressColumns(
  prefix: string,
  of: (order: OrderDocument) => AddressDocument,
): [string, (order: OrderDocument) => Cell][] {
  return ADDRESS.map((name) => [`${prefix}_${name}`, (order) => of(order)?.[name] ?? null]);
}

export const ORDERS_CSV_HEADER = csvLine(COLUMNS.map(([name]) => name));

export function orderCsvLine(state: OrderState): string {
  const order = orderDocument(state);
  return csvLine(COLUMNS.map(([, cellOf]) => cellOf(order)));
}

export const ordersCsv = (states: readonly OrderState[]): string =>
  ORDERS_CSV_HEADER + states.map(orderCsvLine).join('');
