/** Refunds of the model: what they are for, and what they count for. */
import type { Command } from '../../../domain/order/commands.ts';
import {
  above0,
  count,
  due,
  isGone,
  lacks,
  type Line,
  min,
  type Model,
  named,
  net,
  overpaid,
  owed,
  type Piece,
  portion,
} from './order-model.ts';
import { total } from './priced-order.ts';

/** What the next pieces are worth in the order of refunds. */
export const worthOf = (found: { line: Line; quantity: number }[]): bigint =>
  total(
    found.map(({ line: { amount, pieces }, quantity }) =>
      portion(amount, pieces.length, pieces.filter(({ isRefunded }) => isRefunded).length, quantity),
    ),
  );

/** Refunds an amount. @returns the code of its refusal, `undefined` when it took effect */
export function refund(model: Model, data: Command<'RecordRefund'>['data']): string | undefined {
  const amount = BigInt(data.amount);
  if (model.paid === 0n) return 'order_not_paid';
  if (amount > net(model)) return 'refund_exceeds_paid';
  if (data.payment_id !== undefined) {
    const left = model.payments.get(data.payment_id);
    if (left === undefined) return 'invalid_body';
    if (amount > left) return 'refund_exceeds_payment';
  }
  const found = named(model, data.lines ?? []);
  if (!found) return 'invalid_body';
  const isGiven = ({ isRefunded }: Piece) => isRefunded;
  if (lacks(found, (line) => line.pieces.filter((piece) => !isGiven(piece)).length))
    return 'refund_exceeds_line';
  const isRefundable = (line: Line) => (piece: Piece) =>
    !piece.isRefunded && (piece.place !== 'open' || !line.ships);
  if (lacks(found, (line) => line.pieces.filter(isRefundable(line)).length)) return 'refund_of_open_pieces';
  const charges = (data.charges ?? []).map((each) => ({
    charge: model.charges[Number(each.charge_id.slice('charge_'.length)) - 1]!,
    given: BigInt(each.amount),
  }));
  if (charges.some(({ charge }) => !charge)) return 'invalid_body';
  if (charges.some(({ charge, given }) => given > charge.amount - charge.refunded))
    return 'refund_exceeds_line';

  const isExplained = data.lines !== undefined || data.charges !== undefined || data.adjustment !== undefined;
  const others = total(charges.map(({ given }) => given)) + BigInt(data.adjustment ?? 0);
  const worth = worthOf(found);
  if (isExplained && amount !== others + min(worth, above0(net(model) - others))) return 'totals_disagree';

  if (isExplained) {
    let reduced = BigInt(data.adjustment ?? 0);
    for (const { line, quantity } of found) {
      const gone = line.pieces.filter(isGone).length;
      // Pieces that nobody owes come first; the customer keeps the others.
      const chosen = line.pieces
        .filter(isRefundable(line))
        .toSorted((a, b) => Number(isGone(b)) - Number(isGone(a)))
        .slice(0, quantity);
      const kept = chosen.filter((piece) => !isGone(piece));
      reduced += portion(line.amount, line.pieces.length, gone, kept.length);
      for (const piece of chosen) piece.isRefunded = true;
      for (const piece of kept) piece.place = 'kept';
    }
    for (const { charge, given } of charges) {
      charge.refunded += given;
      reduced += above0(charge.refunded - charge.freed);
      if (charge.refunded > charge.freed) charge.freed = charge.refunded;
    }
    const adjusted = min(reduced, owed(model));
    model.adjusted += adjusted;
    model.settled += above0(amount - adjusted);
  } else {
    const back =
      due(model) === 0n ? overpaid(model) : above0(model.cancelled + model.returned - model.settled);
    const settled = min(amount, back);
    model.settled += settled;
    const isOpen =
      (model.status === 'unfulfilled' || model.status === 'partially_shipped') &&
      model.lines.some((line) => count(line, 'open') > 0);
    if (isOpen) model.reopened += amount - settled;
    else model.adjusted += amount - settled;
  }
  model.refunded += amount;
  let rest = amount;
  for (const [id, left] of model.payments) {
    if (data.payment_id !== undefined && data.payment_id !== id) continue;
    const part = min(left, rest);
    model.payments.set(id, left - part);
    rest -= part;
  }
  return undefined;
}
