/** How version 2 spells commands: each amount has its currency. */
import { COMMAND_SCHEMAS, type CommandType } from '../../domain/order/commands.ts';
import { parseBody } from '../commands/parse-body.ts';
import type { Edition } from '../edition.ts';
import { Problem } from '../problem/problem.ts';
import type { Money } from './money.ts';

export const commandOf: Edition['commandOf'] = (type, body) => {
  const { command, currency } = toCommandBody(type, body);
  const data = parseBody(COMMAND_SCHEMAS[type], command) as never;
  return currency === undefined ? { data } : { data, currency };
};

export const pointerOf: Edition['pointerOf'] = (type, pointer) => {
  if (type === 'PlaceOrder') {
    if (pointer === '/currency') return '/lines/0/unit_price/currency';
    return pointer.replace(/^(\/lines\/\d+\/unit_price)$/, '$1/amount');
  }
  if (type === 'RecordPayment' || type === 'RecordRefund') {
    return pointer.replace(/^\/(amount|currency)$/, '/amount/$1');
  }
  return pointer;
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
