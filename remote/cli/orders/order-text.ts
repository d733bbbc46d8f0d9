/** Orders as text for a person. */
import { table } from '../../../command-line/command.ts';
import { amountText } from '../../../domain/currency.ts';
import type { Schemas } from '../../../openapi/client/client.ts';

type Order = Schemas['Order'];

export const moneyText = ({ amount, currency }: Schemas['Money']): string => amountText(amount, currency);

const HEADING = ['ORDER', 'NUMBER', 'PLACED', 'PAYMENT', 'FULFILLMENT', 'TOTAL', 'DUE', 'CUSTOMER'];

export const orderTable = (orders: readonly Order[]): string =>
  table(
    HEADING,
    orders.map((order) => [
      order.id,
      order.number ?? '',
      order.placed_at,
      order.payment_status,
      order.fulfillment_status,
      moneyText(order.total),
      moneyText(order.amount_due),
      order.customer_id ?? '',
    ]),
  );

/** `ord_… (W-1001)` */
export const orderName = ({ id, number }: Order): string => (number === null ? id : `${id} (${number})`);

/** The whole order: its facts, and its lines. */
export function orderText(order: Order): string {
  const facts: [name: string, value: string | null][] = [
    ['Order', orderName(order)],
    ['Reference', order.reference],
    ['Customer', order.customer_id],
    ['Payment', `${order.payment_status}, ${moneyText(order.amount_due)} due of ${moneyText(order.total)}`],
    ['Fulfillment', `${order.fulfillment_status}${order.on_hold ? ', on hold' : ''}`],
    ['Placed', order.placed_at],
    ['Updated', `${order.updated_at}, version ${order.version}`],
    ['Tags', order.tags.join(', ')],
  ];
  const known = facts.flatMap(([name, value]) => (value ? [`${name.padEnd(11)}  ${value}`] : []));
  const lines = order.lines.map((line) => [
    line.id,
    line.sku ?? '',
    line.name,
    String(line.quantity),
    moneyText(line.unit_price),
    moneyText(line.total),
  ]);
  return `${known.join('\n')}\n\n${table(['LINE', 'SKU', 'NAME', 'QUANTITY', 'PRICE', 'TOTAL'], lines)}`;
}
