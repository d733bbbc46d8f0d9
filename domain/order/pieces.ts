/** Pieces of an order's lines, as a shipment and a return name them. */
import type { FieldError, Rejection } from '../rejection.ts';
import type { Pieces } from './commands.ts';
import type { Order } from './order.ts';

/**
 * Holds pieces to the lines that there are, and to how many pieces of each there can be.
 *
 * @param available pieces of a line at most
 * @param code of the rejection when there are fewer
 * @param what the pieces are that are available, for the client to read
 * @returns `undefined` when all is well
 */
export function excess(
  order: Order,
  pieces: Pieces,
  available: (lineId: string) => number,
  code: Rejection['code'],
  what: string,
): { rejection: Rejection } | undefined {
  const known = new Set(order.lines.map(({ id }) => id));
  const named = new Set<string>();
  const wrong: FieldError[] = [];
  const beyond: FieldError[] = [];
  for (const [index, { line_id, quantity }] of pieces.entries()) {
    if (!known.has(line_id)) {
      wrong.push({ pointer: `/lines/${index}/line_id`, detail: 'must be the id of a line of this order' });
    } else if (named.has(line_id)) {
      wrong.push({ pointer: `/lines/${index}/line_id`, detail: 'must not name a line a second time' });
    } else if (quantity > available(line_id)) {
      beyond.push({
        pointer: `/lines/${index}/quantity`,
        detail:
          available(line_id) === 0
            ? `must be left out with its line, of which nothing is ${what}`
            : `must be at most ${available(line_id)}, as many as are ${what}`,
      });
    }
    named.add(line_id);
  }
  if (wrong.length > 0) {
    return {
      rejection: { code: 'invalid_body', detail: 'These are not lines of this order.', errors: wrong },
    };
  }
  if (beyond.length > 0) {
    return {
      rejection: {
        code,
        detail: `There are not so many pieces ${what}; errors says how many.`,
        errors: beyond,
      },
    };
  }
  return undefined;
}
