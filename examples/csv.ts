/**
 * Orders of a CSV file as history:
 *
 *     node examples/csv.ts orders.csv > history.ndjson
 *
 * UTF-8, separated by commas, with a header. A row is one line of an order; the rows of an order
 * have the same `reference`. Columns of the order need a value in one of its rows only. Amounts are
 * decimals such as `12.50`, times are RFC 3339 such as `2024-03-01T10:00:00Z`.
 *
 * | column | is |
 * |---|---|
 * | `reference`, `ordered_at`, `currency`, `name`, `quantity`, `unit_price` | required |
 * | `number`, `customer_id`, `email`, `phone`, `note`, `total` | of the order; `total` is checked |
 * | `prices_include_tax` | `yes` if prices contain the tax |
 * | `shipping_name`, `_company`, `_line1`, `_line2`, `_city`, `_region` | of the address |
 * | `shipping_postal_code`, `shipping_country` | of the address; `shipping_country` as `DE` |
 * | `sku`, `discount`, `tax` | of the line, whatever its quantity |
 * | `ships` | `no` for a line without goods |
 * | `shipping`, `shipping_tax`, `tip` | charges of the order |
 * | `paid_at`, `payment_method`, `payment_provider`, `payment_reference` | a payment of the total |
 * | `shipped_at`, `carrier`, `tracking_number` | of the line, with all its pieces |
 * | `cancelled_at`, `completed_at` | of the order |
 * | `refunded_at`, `refund_amount` | a refund of the order |
 */
import {
  type ChargeInput,
  type HistoryLine,
  type LineInput,
  type PlaceOrder,
  addressOf,
  nameOf,
  textOf,
  totalOf,
  withTotal,
  withoutGaps,
} from './history.ts';
import { historyOf } from './life.ts';
import { createReader } from './money.ts';
import { run } from './run.ts';
import type { SourceEvent } from './source-events.ts';

/** Values by column; absent and empty ones are `''`. */
type Row = (column: string) => string;

/** The rows of one order. */
type Rows = [Row, ...Row[]];

const REQUIRED = ['reference', 'ordered_at', 'currency', 'name', 'quantity', 'unit_price'];

/**
 * Rows of a table as orders, in the sequence of their first rows.
 *
 * @throws {Error} a column is missing
 */
export function csvOrders(text: string): Rows[] {
  const [header = [], ...records] = csvRecords(text.replace(/^\uFEFF/, ''));
  const missing = REQUIRED.filter((column) => !header.includes(column));
  if (missing.length > 0) throw new Error(`The header lacks ${missing.join(', ')}.`);
  const orders = new Map<string, Rows>();
  for (const values of records) {
    const row: Row = (column) => values[header.indexOf(column)]?.trim() ?? '';
    const rows = orders.get(row('reference'));
    if (rows === undefined) orders.set(row('reference'), [row]);
    else rows.push(row);
  }
  return [...orders.values()];
}

/** Records of RFC 4180: a field in quotes may contain commas, line breaks and doubled quotes. */
function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r?\n|$)/y;
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new Error(`The text from character ${at} is not CSV.`);
    const [, quoted, bare = '', end] = match;
    record.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === ',' && field.lastIndex < text.length) continue;
    if (record.some((value) => value !== '')) records.push(record);
    record = [];
  }
  return records;
}

/** @throws {Error} a value is not what its column needs */
export function convertOrder(rows: Rows): HistoryLine {
  const of = (column: string): string => rows.map((row) => row(column)).find((value) => value !== '') ?? '';
  const currency = of('currency');
  const read = createReader(currency);
  const money = (text: string) => ({ amount: read(text), currency });
  const optional = (text: string) => (read(text) > 0 ? money(text) : undefined);
  const lines = rows.map((row): LineInput =>
    withoutGaps({
      sku: textOf(row('sku'), 64),
      name: textOf(row('name'), 200) ?? 'Item',
      quantity: wholeNumber('quantity', row('quantity')),
      unit_price: money(row('unit_price')),
      discount: optional(row('discount')),
      tax: optional(row('tax')),
      ships: row('ships') === 'no' ? false : undefined,
    }),
  );
  const charges: ChargeInput[] = [];
  if (of('shipping') !== '')
    charges.push(
      withoutGaps({
        kind: 'shipping' as const,
        price: money(of('shipping')),
        tax: optional(of('shipping_tax')),
      }),
    );
  if (read(of('tip')) > 0) charges.push({ kind: 'tip', price: money(of('tip')) });
  const address = (column: string) => of(`shipping_${column}`);
  const order: PlaceOrder = withoutGaps({
    customer_id: nameOf(of('customer_id')),
    reference: of('reference'),
    number: textOf(of('number'), 64),
    ordered_at: timeOf('ordered_at', of('ordered_at')),
    email: textOf(of('email'), 254),
    phone: textOf(of('phone'), 40),
    note: of('note') === '' ? undefined : of('note'),
    prices_include_tax: of('prices_include_tax') === 'yes' || undefined,
    shipping_address: addressOf({
      name: address('name'),
      company: address('company'),
      line1: address('line1'),
      line2: address('line2'),
      city: address('city'),
      region: address('region'),
      postal_code: address('postal_code'),
      country: address('country'),
    }),
    lines,
    charges,
  });
  const total = of('total') === '' ? { amount: totalOf(order), currency } : money(of('total'));
  const whole = withTotal(order, total);
  return historyOf(whole, eventsOf(rows, of, whole, read));
}

function eventsOf(
  rows: Rows,
  of: (column: string) => string,
  order: PlaceOrder,
  read: ReturnType<typeof createReader>,
): SourceEvent[] {
  const events: SourceEvent[] = [];
  const at = (column: string, then: (at: string) => void) => {
    if (of(column) !== '') then(timeOf(column, of(column)));
  };
  at('paid_at', (paidAt) =>
    events.push({
      kind: 'payment',
      at: paidAt,
      amount: order.stated!.total!.amount,
      method: textOf(of('payment_method'), 40),
      provider: nameOf(of('payment_provider')),
      reference: textOf(of('payment_reference'), 200),
    }),
  );
  at('cancelled_at', (cancelledAt) => events.push({ kind: 'cancellation', at: cancelledAt }));
  at('completed_at', (completedAt) => events.push({ kind: 'completion', at: completedAt }));
  at('refunded_at', (refundedAt) =>
    events.push({ kind: 'refund', at: refundedAt, amount: read(of('refund_amount')) }),
  );
  return [...events, ...shipmentsOf(rows, order)];
}

/** Lines that left at the same time with the same number are one shipment. */
function shipmentsOf(rows: Rows, order: PlaceOrder): SourceEvent[] {
  const shipments = new Map<string, Extract<SourceEvent, { kind: 'shipment' }>>();
  for (const [index, row] of rows.entries()) {
    if (row('shipped_at') === '') continue;
    const at = timeOf('shipped_at', row('shipped_at'));
    const [carrier, tracking_number] = [textOf(row('carrier'), 100), textOf(row('tracking_number'), 100)];
    const parcel = JSON.stringify([at, carrier, tracking_number]);
    const piece = { line_id: `line_${index + 1}`, quantity: order.lines[index]!.quantity };
    const pieces = [...(shipments.get(parcel)?.pieces ?? []), piece];
    shipments.set(parcel, { kind: 'shipment', at, pieces, carrier, tracking_number });
  }
  return [...shipments.values()];
}

function wholeNumber(column: string, text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`${column} must be a whole number from 1, not "${text}"`);
  return Number(text);
}

function timeOf(column: string, text: string): string {
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new Error(`${column} must be a time such as 2024-03-01T10:00:00Z, not "${text}"`);
  return new Date(text).toISOString();
}

run(import.meta.url, csvOrders, convertOrder);
