/** An order, folded from its events by docs/orders.md, and what follows from its amounts. */
import { type Charge, type Line, type Stated, agree } from './priced.ts';
import { share, sum } from './split.ts';

export interface Piece {
  line_id: string;
  quantity: number;
}
/** With their parts of the line's amount and tax. */
export type PricedPiece = Piece & { amount: number; tax?: number };

/** Members of `OrderPlaced` that are shown as they are. */
export interface Placed extends Stated {
  customer_id?: string;
  currency: string;
  total: number;
  shipping_address: unknown;
  billing_address?: unknown;
  metadata: unknown;
  reference?: string;
  number?: string;
  email?: string;
  phone?: string;
  note?: string;
  tags?: string[];
  ordered_at?: string;
  prices_include_tax?: true;
  rounding?: number;
  payment_terms?: 'open';
}

/** Amounts are minor units. */
export interface Folded {
  id: string;
  version: number;
  placed: Placed;
  number: string | undefined;
  lines: Line[];
  charges: Charge[];
  total: number;
  paid: number;
  reversed: number;
  refunded: number;
  /** The next three are no longer owed. */
  cancelled: number;
  returned: number;
  adjusted: number;
  /** Refunds of what was cancelled or returned, and refunds that are owed again. */
  settled: number;
  reopened: number;
  /** What is left of each payment, oldest first. */
  payments: Map<string, number>;
  /** What can be captured of each authorization. */
  authorizations: Map<string, number>;
  holds: Set<string>;
  /** Whether the order was fully paid before its first shipment. */
  wasPaid: boolean;
  end: 'cancelled' | 'completed' | undefined;
  placed_at: string;
  updated_at: string;
}

export const owed = ({ total, cancelled, returned, adjusted }: Folded) =>
  total - cancelled - returned - adjusted;
export const net = ({ paid, reversed, refunded }: Folded) => paid - reversed - refunded;
export const due = (order: Folded) => Math.max(0, owed(order) - net(order));
export const authorized = ({ authorizations }: Folded) => sum([...authorizations.values()]);
export const isCovered = (order: Folded) => net(order) + authorized(order) >= owed(order);
/** Pieces of a line that are cancelled, returned, or refunded and kept. */
export const gone = ({ cancelled, returned, kept }: Line) => cancelled + returned + kept;
export const open = ({ quantity, cancelled, shipped, kept, ships }: Line) =>
  quantity - cancelled - (ships ? shipped : kept);
export const toShip = ({ lines }: Folded) => sum(lines.filter(({ ships }) => ships).map(open));
export const hasShipped = ({ lines }: Folded) => lines.some(({ shipped }) => shipped > 0);

/** Whether pieces of an order that has not ended are open, and it is not shipped whole. */
export const isUnfinished = (order: Folded) =>
  order.end === undefined &&
  (!hasShipped(order) || toShip(order) > 0) &&
  order.lines.some((line) => open(line) > 0);

/** What the shop owes back. */
export function owedBack(order: Folded): number {
  if (due(order) === 0) return Math.max(0, net(order) - owed(order));
  return Math.max(0, order.cancelled + order.returned - order.settled);
}

export function lineOf({ lines }: Folded, id: string): Line {
  const line = lines.find((each) => each.id === id);
  if (line === undefined) throw new Error(`the order has no ${id}`);
  return line;
}

export function giveBack({ payments }: Folded, id: string, amount: number): void {
  const left = payments.get(id) ?? 0;
  if (amount > left) throw new Error(`${amount} is more than is left of ${id}: ${left}`);
  payments.set(id, left - amount);
}

/** @throws {Error} when pieces have another part of the tax of their line than computed */
export function agreeOnTax({ quantity, amount, tax = 0 }: PricedPiece, line: Line, before: number): void {
  agree('the tax of pieces', tax, Math.min(amount, share(line.tax, line.quantity, before, quantity)));
}
