/** Pieces of an order's lines, as shipments, returns, refunds and edits name them. */
import type { FieldError, Rejection } from '../../rejection.ts';
import { share } from '../arithmetic.ts';
import type { Pieces } from '../commands.ts';
import type { PricedPart } from '../events.ts';
import type { Order, OrderLine, Quantities } from '../order.ts';
import { type Rejected, reject } from './reject.ts';

interface Bound {
  /** Of the rejection when too few pieces are available. */
  code: Rejection['code'];
  /** Of an available piece, for the detail: `left to ship`. */
  condition: string;
  /** Pointer to the list of pieces in the body. */
  at?: string;
}

/** The line of an event's or a checked command's piece. @throws {Error} when the order lacks it */
export function lineById({ lines }: Order, id: string): OrderLine {
  const line = lines.find((each) => each.id === id);
  if (line === undefined) throw new Error(`the order has no ${id}`);
  return line;
}

/**
 * The rejection of pieces that the order does not have, `undefined` when it has all of them.
 *
 * @param available number of pieces of a line
 */
export function excess(
  order: Order,
  pieces: Pieces,
  available: (line: OrderLine) => number,
  { code, condition, at = '/lines' }: Bound,
): Rejected | undefined {
  const byId = new Map(order.lines.map((line) => [line.id, line]));
  const named = new Set<string>();
  const invalid: FieldError[] = [];
  const beyond: FieldError[] = [];
  for (const [index, { line_id, quantity }] of pieces.entries()) {
    const line = byId.get(line_id);
    const idPointer = `${at}/${index}/line_id`;
    if (line === undefined) {
      invalid.push({ pointer: idPointer, detail: 'must be the id of a line of this order' });
    } else if (named.has(line_id)) {
      invalid.push({ pointer: idPointer, detail: 'must name each line once' });
    } else if (quantity > available(line)) {
      beyond.push({
        pointer: `${at}/${index}/quantity`,
        detail:
          available(line) === 0
            ? `must be left out with its line: no piece of it is ${condition}`
            : `must be at most ${available(line)}, the pieces ${condition}`,
      });
    }
    named.add(line_id);
  }
  if (invalid.length > 0) return reject('invalid_body', 'Invalid lines, see errors.', invalid);
  if (beyond.length > 0) return reject(code, `More pieces than are ${condition}, see errors.`, beyond);
  return undefined;
}

/** Pieces as an event has them: with their amount, and their share of the tax of the line. */
export function pricedPart(
  { line_id, quantity }: Pieces[number],
  line: OrderLine,
  before: number,
  amount: number,
): PricedPart {
  const part: PricedPart = { line_id, quantity, amount };
  if (line.tax !== undefined) part.tax = Math.min(amount, share(line.tax, line.quantity, before, quantity));
  return part;
}

/** Quantities and the pieces that an event adds to them. */
export function plus(quantities: Quantities | undefined, pieces: Pieces): Quantities {
  const sum = { ...quantities };
  for (const { line_id, quantity } of pieces) sum[line_id] = (sum[line_id] ?? 0) + quantity;
  return sum;
}
