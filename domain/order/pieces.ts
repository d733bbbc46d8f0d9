/** Pieces of an order's lines, as shipments and returns name them. */
import type { FieldError, Rejection } from '../rejection.ts';
import type { Pieces } from './commands.ts';
import type { Order } from './order.ts';

/**
 * The rejection of pieces that the order does not have, `undefined` when it has all of them.
 *
 * @param available number of pieces by line id
 * @param code of the rejection when too few are available
 * @param condition of an available piece, for the detail: `left to ship`
 */
export function excess(
  order: Order,
  pieces: Pieces,
  available: (lineId: string) => number,
  code: Rejection['code'],
  condition: string,
): { rejection: Rejection } | undefined {
  const known = new Set(order.lines.map(({ id }) => id));
  const named = new Set<string>();
  const invalid: FieldError[] = [];
  const beyond: FieldError[] = [];
  for (const [index, { line_id, quantity }] of pieces.entries()) {
    const idPointer = `/lines/${index}/line_id`;
    if (!known.has(line_id)) {
      invalid.push({ pointer: idPointer, detail: 'must be the id of a line of this order' });
    } else if (named.has(line_id)) {
      invalid.push({ pointer: idPointer, detail: 'must name each line once' });
    } else if (quantity > available(line_id)) {
      beyond.push({
        pointer: `/lines/${index}/quantity`,
        detail:
          available(line_id) === 0
            ? `must be left out with its line: no piece of it is ${condition}`
            : `must be at most ${available(line_id)}, the pieces ${condition}`,
      });
    }
    named.add(line_id);
  }
  if (invalid.length > 0) {
    return { rejection: { code: 'invalid_body', detail: 'Invalid lines, see errors.', errors: invalid } };
  }
  if (beyond.length > 0) {
    return {
      rejection: { code, detail: `More pieces than are ${condition}, see errors.`, errors: beyond },
    };
  }
  return undefined;
}
