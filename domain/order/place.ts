/** Placing an order: the lines are numbered, and every total is computed here. */
import { minorUnits } from '../currency.ts';
import { MAX_AMOUNT, addAmounts, lineTotal } from '../money.ts';
import type { Rejection } from '../rejection.ts';
import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';

type OrderPlaced = EventOf<'OrderPlaced'>;

export function place(
  data: Command<'PlaceOrder'>['data'],
): { event: OrderPlaced } | { rejection: Rejection } {
  if (minorUnits(data.currency) === undefined) {
    return invalid('The currency is not one of ISO 4217.', '/currency', {
      detail: 'must be the code of an active ISO 4217 currency, such as EUR',
    });
  }
  let total = 0;
  const lines: OrderPlaced['data']['lines'] = [];
  for (const [index, line] of data.lines.entries()) {
    const ofLine = lineTotal(line.unit_price, line.quantity);
    const sum = ofLine === undefined ? undefined : addAmounts(total, ofLine);
    if (ofLine === undefined || sum === undefined) {
      const pointer = ofLine === undefined ? `/lines/${index}` : '/lines';
      return invalid('The order is worth more than an amount can hold.', pointer, {
        detail: `must come to at most ${MAX_AMOUNT} minor units`,
      });
    }
    total = sum;
    lines.push({ id: `line_${index + 1}`, ...line, total: ofLine });
  }
  return { event: { type: 'OrderPlaced', data: { ...data, lines, total } } };
}

const invalid = (detail: string, pointer: string, error: { detail: string }) => ({
  rejection: { code: 'invalid_body' as const, detail, errors: [{ pointer, ...error }] },
});
