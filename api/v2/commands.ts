/**
 * How version 2 spells commands: each amount has its currency, and the time of a record is named
 * after it (`paid_at`, `shipped_at`, …).
 */
import { COMMAND_SCHEMAS } from '../../domain/order/commands.ts';
import type { FieldError } from '../../domain/rejection.ts';
import { parseBody } from '../commands/parse-body.ts';
import type { Edition } from '../edition.ts';
import { Problem } from '../problem/problem.ts';
import { type Money, isMoney } from './money.ts';
import { TIME_NAMES } from './times.ts';

export const commandOf: Edition['commandOf'] = (type, body) => {
  if (type === 'PlaceOrder')
    return { data: parseBody(COMMAND_SCHEMAS[type], placeOrderOf(body as Members)) as never };
  // In a merge patch `null` removes a member, and none is an amount.
  if (type === 'UpdateOrder') return { data: parseBody(COMMAND_SCHEMAS[type], body) as never };
  const amounts = createAmounts('the other amounts');
  const command = amounts.without(body, '') as Members;
  const time = TIME_NAMES[type];
  if (time !== undefined && command[time] !== undefined) {
    command['occurred_at'] = command[time];
    delete command[time];
  }
  const currency = amounts.currency();
  const data = parseBody(COMMAND_SCHEMAS[type], command) as never;
  return currency === undefined ? { data } : { data, currency };
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

type Members = Record<string, unknown>;

/** A member that is `null` counts as absent, except in a merge patch. Changes its argument. */
function removeNulls(members: Members): void {
  for (const name in members) if (members[name] === null) delete members[name];
}

/** The same for an address: it is copied only if it has such a member. */
function withoutNulls(address: unknown): unknown {
  if (typeof address !== 'object' || address === null) return address;
  if (!Object.values(address).includes(null)) return address;
  const copy = Object.assign({}, address) as Members;
  removeNulls(copy);
  return copy;
}

const ADDRESSES = ['shipping_address', 'billing_address'] as const;
/** Members of an order with amounts, besides its lines. */
const PRICED = ['discounts', 'taxes', 'charges', 'rounding', 'stated'] as const;
/** Members of a line with amounts, besides its price. */
const LINE_PRICED = ['discount', 'tax', 'taxes'] as const;

/** Every order passes here: amounts are looked for only where an order can have them. */
function placeOrderOf(body: Members): Members {
  const amounts = createAmounts('the first line');
  const lines = (body['lines'] as (Members & { unit_price: Money })[] | undefined)?.map((line, index) => {
    const priced: Members = Object.assign({}, line, {
      unit_price: amounts.of(line.unit_price, '/lines', index, '/unit_price'),
    });
    for (const name of LINE_PRICED)
      if (name in line) priced[name] = amounts.without(line[name], `/lines/${index}/${name}`);
    if (priced['reference'] === null) delete priced['reference'];
    return priced;
  });
  const command: Members = Object.assign({}, body, { lines });
  for (const name of ADDRESSES) if (name in body) command[name] = withoutNulls(body[name]);
  for (const name of PRICED) if (name in body) command[name] = amounts.without(body[name], `/${name}`);
  removeNulls(command);
  command['currency'] = amounts.currency();
  return command;
}

/**
 * Replaces money by whole numbers. Relies on the contract, which has validated the body.
 *
 * @param reference the amounts whose currency the others must have, for the error
 */
function createAmounts(reference: string) {
  let first: string | undefined;
  let errors: FieldError[] | undefined;
  const refuse = (pointer: string): void => {
    const detail = `must be ${first}, the currency of ${reference}`;
    (errors ??= []).push({ pointer: `${pointer}/currency`, detail });
  };

  function without(value: unknown, pointer: string): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (isMoney(value)) {
      first ??= value.currency;
      if (value.currency !== first) refuse(pointer);
      return value.amount;
    }
    if (Array.isArray(value)) return value.map((item, index) => without(item, `${pointer}/${index}`));
    const members: Members = {};
    for (const [name, member] of Object.entries(value))
      if (member !== null)
        members[name] = name === 'metadata' ? member : without(member, `${pointer}/${name}`);
    return members;
  }

  return {
    without,
    /** One amount; its pointer is put together only for an error. */
    of(value: Money, list: string, index: number, member: string): number {
      first ??= value.currency;
      if (value.currency !== first) refuse(`${list}/${index}${member}`);
      return value.amount;
    },
    /** The one currency. @throws {Problem} 422 when there are several */
    currency(): string | undefined {
      if (errors === undefined) return first;
      throw new Problem('invalid_body', 'All amounts of an order must have one currency.', { errors });
    },
  };
}
