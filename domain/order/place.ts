/** Places an order: numbers the lines and computes all totals. */
import { minorUnits } from '../currency.ts';
import { AMOUNT_MAX, addAmounts, lineTotal } from '../money.ts';
import type { Rejection } from '../rejection.ts';
import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';

type OrderPlaced = EventOf<'OrderPlaced'>;

export function place(
  data: Command<'PlaceOrder'>['data'],
): { event: OrderPlaced } | { rejection: Rejection } {
  if (minorUnits(data.currency) === undefined) {
    return invalid('Unknown currency.', '/currency', {
      detail: 'must be an active currency of ISO 4217, such as EUR',
    });
  }
  let total = 0;
  const lines: OrderPlaced['data']['lines'] = [];
  for (const [index, line] of data.lines.entries()) {
    const ofLine = lineTotal(line.unit_price, line.quantity);
    const sum = ofLine === undefined ? undefined : addAmounts(total, ofLine);
    if (ofLine === undefined || sum === undefined) {
      const pointer = ofLine === undefined ? `/lines/${index}` : '/lines';
      return invalid('The total exceeds the largest amount.', pointer, {
        detail: `must have a total of at most ${AMOUNT_MAX} minor units`,
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
