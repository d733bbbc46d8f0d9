/** Orders of the fuzzer's shop, in the form of each API version. */
import { anOrderOf } from '../../../test/replay/wares.ts';
import type { Version } from '../case.ts';
import type { Random } from '../chance.ts';
import { withWholeMembers } from './whole-wares.ts';

/** An order in the form of the log; one without later members is also in the form of v1. */
export type Wares = Omit<ReturnType<typeof anOrderOf>, 'shipping_address'> & {
  shipping_address?: ReturnType<typeof anOrderOf>['shipping_address'];
};

/** Share of orders with members that only v2 and gRPC have. */
const WHOLE_SHARE = 0.4;

/** Up to eight lines; one order in eighty has long metadata. */
export function someWares(random: Random): Wares {
  const wares = plainWares(random);
  return random.chance(WHOLE_SHARE) ? withWholeMembers(random, wares) : wares;
}

/** An order that v1 can place too. */
export function plainWares(random: Random): Wares {
  const { shipping_address, ...wares } = anOrderOf(random, 500);
  // Orders of 100 lines come from the contract's schemas.
  const lines = wares.lines.slice(0, 8).map((line) => Object.assign({}, line));
  const order: Wares = { ...wares, lines, ...(shipping_address && { shipping_address }) };
  if (random.chance(0.0125)) order.metadata = { ...order.metadata, note: 'x'.repeat(500) };
  return order;
}

const PLAIN_MEMBERS = new Set(['customer_id', 'currency', 'lines', 'shipping_address', 'metadata']);
const PLAIN_LINE_MEMBERS = new Set(['sku', 'name', 'quantity', 'unit_price']);

/** Whether v1 cannot place an order: it has later members, or lacks one that v1 requires. */
export const isWhole = (wares: Wares): boolean =>
  wares.customer_id === undefined ||
  Object.keys(wares).some((name) => !PLAIN_MEMBERS.has(name)) ||
  wares.lines.some(
    (line) => line.sku === undefined || Object.keys(line).some((name) => !PLAIN_LINE_MEMBERS.has(name)),
  );

/** As the body of `placeOrder`. @throws {Error} for v1, when the order has members that it lacks */
export function orderBody(version: Version, { currency, ...order }: Wares): object {
  if (version === 'v2') return withMoney(order, currency);
  if (isWhole({ currency, ...order })) throw new Error('version 1 cannot place this order');
  return { currency, ...order };
}

/** Members that are money in v2, wherever they are. */
const MONEY = new Set([
  'amount',
  'unit_price',
  'price',
  'discount',
  'tax',
  'rounding',
  'adjustment',
  'total',
  'tax_total',
  'discount_total',
]);
const NO_MONEY = new Set(['metadata', 'shipping_address', 'billing_address']);

/** Amounts of a body as v2 spells them. */
export function withMoney(body: object, currency: string): object {
  const spelled = (name: string, value: unknown): unknown => {
    if (NO_MONEY.has(name)) return value;
    if (MONEY.has(name)) return { amount: value, currency };
    if (Array.isArray(value)) return value.map((item: unknown) => spelled('', item));
    return typeof value === 'object' && value !== null ? withMoney(value, currency) : value;
  };
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, spelled(name, value)]));
}
