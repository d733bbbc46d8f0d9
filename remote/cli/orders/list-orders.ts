/** `npx holdfast orders list`. */
import { type CliCommand, type CliOption, UsageError, wholeNumber } from '../../../command-line/command.ts';
import type { Schemas } from '../../../openapi/client/client.ts';
import { openClient } from '../../client/server-client.ts';
import { orderTable } from './order-text.ts';

const LISTED_ORDERS_DEFAULT = 20;
const LISTED_ORDERS_MAX = 10_000;
/** The contract allows no larger page. */
const PAGE_ORDERS_MAX = 100;

/** Parameters of `GET /v2/orders`, spelled with dashes. A flag is sent as `true`. */
export const FILTERS: Record<string, CliOption> = {
  reference: { placeholder: 'TEXT', help: 'the order with this reference' },
  number: { placeholder: 'NUMBER', help: 'the order with this number' },
  email: { placeholder: 'EMAIL', help: 'orders with this e-mail address' },
  sku: { placeholder: 'SKU', help: 'orders with a line of this SKU' },
  tag: { placeholder: 'TAG', help: 'orders with this tag' },
  'payment-reference': { placeholder: 'TEXT', help: 'orders with a payment of this reference' },
  'payment-provider': { placeholder: 'NAME', help: 'with --payment-reference: the provider of the payment' },
  'customer-id': { placeholder: 'ID', help: 'orders of this customer' },
  'payment-status': { placeholder: 'A,B', help: 'orders with one of these payment statuses' },
  'fulfillment-status': { placeholder: 'A,B', help: 'orders with one of these fulfillment statuses' },
  'on-hold': { help: 'orders that are on hold' },
  'ready-to-ship': { help: 'orders that can be picked' },
  'placed-after': {
    placeholder: 'TIME',
    help: 'orders placed after this time, such as 2027-01-31T12:00:00Z',
  },
  'placed-before': { placeholder: 'TIME', help: 'orders placed before this time' },
  'ordered-after': { placeholder: 'TIME', help: 'orders whose ordered_at is after this time' },
  'ordered-before': { placeholder: 'TIME', help: 'orders whose ordered_at is before this time' },
  'updated-after': { placeholder: 'TIME', help: 'orders that changed after this time, oldest change first' },
  order: { placeholder: 'ORDER', help: 'asc or desc; default desc, the newest first' },
};

export const list: CliCommand = {
  summary: 'List orders. With --all and --json, one order is one line of JSON.',
  options: {
    ...FILTERS,
    limit: {
      placeholder: 'N',
      help: `orders at most, up to ${LISTED_ORDERS_MAX}; default ${LISTED_ORDERS_DEFAULT}`,
    },
    all: { help: 'every order, page by page' },
  },
  async run({ values, flags }, { httpAccess, write }) {
    if (flags.has('all') && values['limit'] !== undefined)
      throw new UsageError('--all and --limit exclude each other. Use one of them.');
    const ordersMax = wholeNumber(
      '--limit',
      values['limit'] ?? String(LISTED_ORDERS_DEFAULT),
      1,
      LISTED_ORDERS_MAX,
    );
    const filters = Object.keys(FILTERS).flatMap((name): [string, string][] => {
      const value = flags.has(name) ? 'true' : values[name];
      return value === undefined ? [] : [[name.replaceAll('-', '_'), value]];
    });
    const pageOrdersMax = flags.has('all') ? PAGE_ORDERS_MAX : Math.min(ordersMax, PAGE_ORDERS_MAX);
    const query = { ...Object.fromEntries(filters), limit: pageOrdersMax };
    const { pages, explained } = openClient(await httpAccess());
    const listed: Schemas['Order'][] = [];
    try {
      for await (const { data, has_more: hasMore } of pages('/v2/orders', { params: { query } })) {
        if (flags.has('all')) {
          if (data.length > 0) await write(pageText(data, flags.has('json')));
          continue;
        }
        listed.push(...data);
        if (listed.length < ordersMax && hasMore) continue;
        const isPart = hasMore || listed.length > ordersMax;
        return outputOf(listed.slice(0, ordersMax), isPart);
      }
    } catch (error) {
      throw explained(error);
    }
    return undefined;
  },
};

const pageText = (orders: readonly Schemas['Order'][], isJson: boolean): string =>
  isJson ? orders.map((order) => `${JSON.stringify(order)}\n`).join('') : `${orderTable(orders)}\n`;

function outputOf(orders: readonly Schemas['Order'][], isPart: boolean) {
  const rest = isPart ? '\nThere are more: use --limit N, or --all.' : '';
  return { data: orders, text: orders.length === 0 ? 'No orders.' : `${orderTable(orders)}${rest}` };
}
