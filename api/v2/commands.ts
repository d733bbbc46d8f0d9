/**
 * How version 2 spells commands: each amount has its currency, and the time of a record is named
 * after it (`paid_at`, `shipped_at`, …).
 */
import { COMMAND_SCHEMAS, type CommandType } from '../../domain/order/commands.ts';
import type { FieldError } from '../../domain/rejection.ts';
import { parseBody } from '../commands/parse-body.ts';
import type { Edition } from '../edition.ts';
import { Problem } from '../problem/problem.ts';
import { isMoney } from './money.ts';
import { TIME_NAMES } from './times.ts';

export const commandOf: Edition['commandOf'] = (type, body) => {
  const currencies = new Map<string, string>();
  const command = withoutMoney(body, '', currencies) as Record<string, unknown>;
  const currency = oneCurrency(type, currencies);
  if (type === 'PlaceOrder') {
    command['currency'] = currency;
    // The contract has one schema for both addresses; a command lacks the one that is null.
    if (command['billing_address'] === null) delete command['billing_address'];
  }
  const time = TIME_NAMES[type];
  if (time !== undefined && command[time] !== undefined) {
    command['occurred_at'] = command[time];
    delete command[time];
  }
  const data = parseBody(COMMAND_SCHEMAS[type], command) as never;
  return type === 'PlaceOrder' || currency === undefined ? { data } : { data, currency };
};

/** Members of commands that are money in a body. */
const MONEY =
  /(?:^\/amount|\/(?:unit_price|discount|tax|price|total|tax_total|discount_total)|^\/(?:rounding|adjustment)|^\/(?:.*\/)?(?:discounts|taxes|charges)\/\d+\/amount)$/;

export const pointerOf: Edition['pointerOf'] = (type, pointer, body) => {
  if (pointer === '/currency') {
    if (type === 'PlaceOrder') return '/lines/0/unit_price/currency';
    if (type !== 'EditOrder') return '/amount/currency';
    return 'add' in (body as object) ? '/add/0/unit_price/currency' : '/charges/0/price/currency';
  }
  if (pointer === '/occurred_at') return `/${TIME_NAMES[type]}`;
  return MONEY.test(pointer) ? `${pointer}/amount` : pointer;
};

/**
 * A body with whole numbers in place of money. Relies on the contract, which has validated it.
 *
 * @param currencies gets the currency of each amount by its pointer
 */
function withoutMoney(value: unknown, pointer: string, currencies: Map<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return value.map((item, index) => withoutMoney(item, `${pointer}/${index}`, currencies));
  if (isMoney(value)) {
    currencies.set(pointer, value.currency);
    return value.amount;
  }
  const members: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value))
    members[name] = NO_MONEY.has(name) ? member : withoutMoney(member, `${pointer}/${name}`, currencies);
  return members;
}

/** Members with names that clients choose, or with nothing to convert. */
const NO_MONEY = new Set(['metadata', 'shipping_address', 'billing_address', 'tags']);

/**
 * The one currency of a body.
 *
 * @throws {Problem} 422 when it has several
 */
function oneCurrency(type: CommandType, currencies: Map<string, string>): string | undefined {
  const [first] = currencies;
  if (first === undefined) return undefined;
  // Lines come first: an order has the currency of its lines.
  const currency = (type === 'PlaceOrder' && currencies.get('/lines/0/unit_price')) || first[1];
  const errors: FieldError[] = [];
  for (const [pointer, other] of currencies)
    if (other !== currency)
      errors.push({
        pointer: `${pointer}/currency`,
        detail: `must be ${currency}, the currency of the ${type === 'PlaceOrder' ? 'first line' : 'other amounts'}`,
      });
  if (errors.length === 0) return currency;
  throw new Problem('invalid_body', 'All amounts of an order must have one currency.', { errors });
}
