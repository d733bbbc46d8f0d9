/** Version 2: each amount has its currency; an order has a payment and a fulfillment status. */
import type { CustomerTotal } from '../../projections/customer-summary.ts';
import type { DailySales } from '../../projections/daily-sales-page.ts';
import { COMMAND_SCHEMAS, type CommandType } from '../../domain/order/commands.ts';
import type { RecordedEvent } from '../../domain/order/events.ts';
import type { Order, OrderLine } from '../../domain/order/order.ts';
import { fulfillmentStatus, paymentStatus } from '../../domain/order/statuses.ts';
import type { Edition } from '../edition.ts';
import { parseBody } from '../commands/parse-body.ts';
import { Problem } from '../problem/problem.ts';

/** Whole minor units of an ISO 4217 currency. */
interface Money {
  amount: number;
  currency: string;
}

const money = (amount: number, currency: string): Money => ({ amount, currency });

export const v2: Edition = {
  name: 'v2',
  commandOf(type, body) {
    const { command, currency } = toCommandBody(type, body);
    const data = parseBody(COMMAND_SCHEMAS[type], command) as never;
    return currency === undefined ? { data } : { data, currency };
  },
  pointerOf(type, pointer) {
    if (type === 'PlaceOrder') {
      if (pointer === '/currency') return '/lines/0/unit_price/currency';
      return pointer.replace(/^(\/lines\/\d+\/unit_price)$/, '$1/amount');
    }
    if (type === 'RecordPayment' || type === 'RecordRefund') {
      return pointer.replace(/^\/(amount|currency)$/, '/amount/$1');
    }
    return pointer;
  },
  order: orderDocument,
  orders: (documents) =>
    (JSON.parse(`[${documents}]`) as Order[]).map((order) => JSON.stringify(orderDocument(order))).join(','),
  customerTotal: totalDocument,
  dailySales: (documents) =>
    (JSON.parse(`[${documents}]`) as DailySales[]).map((day) => JSON.stringify(totalDocument(day))).join(','),
  eventData,
  filterOf: ({ payment_status, fulfillment_status }) => ({
    paymentStatus: payment_status as string | undefined,
    fulfillmentStatus: fulfillment_status as string | undefined,
  }),
};

/** The command and currency of a body. The casts rely on the contract, which has validated it. */
function toCommandBody(type: CommandType, body: unknown): { command: unknown; currency?: string } {
  if (type === 'PlaceOrder') {
    const { lines, ...order } = body as { lines: { unit_price: Money }[] };
    const [first] = lines;
    const currency = first?.unit_price.currency;
    const errors = lines.flatMap(({ unit_price }, n) =>
      unit_price.currency === currency
        ? []
        : [{ pointer: `/lines/${n}/unit_price/currency`, detail: 'must be the currency of the first line' }],
    );
    if (errors.length > 0)
      throw new Problem('invalid_body', 'All lines of an order must have one currency.', { errors });
    return {
      command: {
        ...order,
        currency,
        lines: lines.map((line) => Object.assign({}, line, { unit_price: line.unit_price.amount })),
      },
    };
  }
  if (type === 'RecordPayment' || type === 'RecordRefund') {
    const { amount, ...rest } = body as { amount: Money };
    return { command: { ...rest, amount: amount.amount }, currency: amount.currency };
  }
  return { command: body };
}

function orderDocument(order: Order) {
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

function totalDocument({ currency, ordered, paid, refunded, ...rest }: CustomerTotal | DailySales) {
  return {
    currency,
    ...rest,
    ordered: money(ordered, currency),
    paid: money(paid, currency),
    refunded: money(refunded, currency),
  };
}

function eventData(event: RecordedEvent): object {
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
