/** Refunds: what the money that goes back is for. */
import {
  type Folded,
  type PricedPiece,
  agreeOnTax,
  giveBack,
  gone,
  isUnfinished,
  lineOf,
  net,
  owed,
  owedBack,
} from './folded.ts';
import { agree } from './priced.ts';
import { share, sum } from './split.ts';

interface Refund {
  amount: number;
  payment_id?: string;
  lines?: PricedPiece[];
  charges?: { charge_id: string; amount: number }[];
  adjustment?: number;
  counts: { settled: number; adjusted: number; reopened: number };
  payments: { payment_id: string; amount: number }[];
}

export function refund(order: Folded, data: Refund): void {
  const { amount, lines = [], charges = [], adjustment, counts, payments } = data;
  const isExplained = lines.length > 0 || charges.length > 0 || adjustment !== undefined;
  const isOpen = isUnfinished(order);
  let left = Math.max(0, net(order) - (adjustment ?? 0) - sum(charges.map((each) => each.amount)));
  let reduced = adjustment ?? 0;
  for (const part of lines) {
    const line = lineOf(order, part.line_id);
    const worth = share(line.amount, line.quantity, line.refunded, part.quantity);
    agree('the refund of pieces', part.amount, Math.min(left, worth));
    agreeOnTax(part, line, line.refunded);
    left -= part.amount;
    const kept = Math.max(0, line.refunded + part.quantity - gone(line));
    reduced += share(line.amount, line.quantity, gone(line), kept);
    line.kept += kept;
    line.refunded += part.quantity;
  }
  for (const part of charges) {
    const charge = order.charges.find(({ id }) => id === part.charge_id)!;
    charge.refunded += part.amount;
    if (charge.refunded > charge.amount) throw new Error(`${charge.id} is refunded with more than it cost`);
    reduced += Math.max(0, charge.refunded - charge.freed);
    charge.freed = Math.max(charge.freed, charge.refunded);
  }
  const adjusted = Math.min(reduced, owed(order));
  const settled = Math.min(amount, owedBack(order));
  const rest = amount - settled;
  const computed = isExplained
    ? { settled: Math.max(0, amount - adjusted), adjusted, reopened: 0 }
    : { settled, adjusted: isOpen ? 0 : rest, reopened: isOpen ? rest : 0 };
  agree('what a refund counts for', counts, computed);
  if (isExplained)
    agree(
      'the sum of a refund',
      amount,
      sum([...lines, ...charges].map((part) => part.amount)) + (adjustment ?? 0),
    );
  agree('the amount of the refunded payments', sum(payments.map((each) => each.amount)), amount);
  for (const each of payments) giveBack(order, each.payment_id, each.amount);
  order.refunded += amount;
  order.settled += computed.settled;
  order.adjusted += computed.adjusted;
  order.reopened += computed.reopened;
}
