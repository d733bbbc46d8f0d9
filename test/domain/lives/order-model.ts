/**
 * The life of an order, from the formulas of docs/orders.md alone. Each piece is an object with a
 * place; nothing of domain/order computes here.
 */
import type { Command } from '../../../domain/order/commands.ts';
import { type Priced, priced, total } from './priced-order.ts';

export type Place = 'open' | 'shipped' | 'cancelled' | 'returned' | 'kept';

export interface Piece {
  place: Place;
  isRefunded: boolean;
}

export interface Line extends Priced {
  ships: boolean;
  pieces: Piece[];
}

interface Charge extends Priced {
  /** No longer owed. */
  freed: bigint;
  refunded: bigint;
}

export interface Model {
  status: 'unfulfilled' | 'partially_shipped' | 'shipped' | 'completed' | 'cancelled';
  isOnTerms: boolean;
  isIncluded: boolean;
  lines: Line[];
  charges: Charge[];
  total: bigint;
  cancelled: bigint;
  returned: bigint;
  adjusted: bigint;
  paid: bigint;
  reversed: bigint;
  refunded: bigint;
  /** Refunds of what was not owed, and refunds that are owed again. */
  settled: bigint;
  reopened: bigint;
  /** What is left of each, by id. */
  payments: Map<string, bigint>;
  authorizations: Map<string, bigint>;
  holds: Set<string>;
  events: number;
}

export const AMOUNT_MAX = 999_999_999_999n;
export const min = (a: bigint, b: bigint) => (a < b ? a : b);
export const above0 = (a: bigint) => (a > 0n ? a : 0n);

export const owed = (model: Model) => model.total - model.cancelled - model.returned - model.adjusted;
export const net = (model: Model) => model.paid - model.reversed - model.refunded;
export const due = (model: Model) => above0(owed(model) - net(model));
export const overpaid = (model: Model) => above0(net(model) - owed(model));
export const authorized = (model: Model) => total([...model.authorizations.values()]);
export const covered = (model: Model) => net(model) + authorized(model) >= owed(model);

export const count = (line: Line, ...places: Place[]) =>
  line.pieces.filter(({ place }) => places.includes(place)).length;
export const isGone = ({ place }: Piece) => place === 'cancelled' || place === 'returned' || place === 'kept';
export const toShip = (model: Model) =>
  model.lines.reduce((sum, line) => sum + (line.ships ? count(line, 'open') : 0), 0);

export function paymentStatus(model: Model): string {
  if (due(model) > 0n) {
    if (covered(model)) return 'authorized';
    if (net(model) > 0n) return 'partially_paid';
    return model.refunded > 0n ? 'refunded' : 'unpaid';
  }
  if (model.settled + model.adjusted > 0n) return net(model) === 0n ? 'refunded' : 'partially_refunded';
  if (net(model) > 0n || model.total === 0n) return 'paid';
  return model.lines.every(({ pieces }) => pieces.every(isGone)) ? 'unpaid' : 'paid';
}

/** The placed order, or the code of its refusal. */
export function placed(data: Command<'PlaceOrder'>['data']): Model | string {
  const order = priced(data);
  if (typeof order === 'string') return order;
  return {
    status: 'unfulfilled',
    isOnTerms: data.payment_terms === 'open',
    isIncluded: data.prices_include_tax === true,
    lines: order.lines.map((line, index) => lineOf(line, data.lines[index]!)),
    charges: order.charges.map((charge) => chargeOf(charge)),
    total: order.total,
    cancelled: 0n,
    returned: 0n,
    adjusted: 0n,
    paid: 0n,
    reversed: 0n,
    refunded: 0n,
    settled: 0n,
    reopened: 0n,
    payments: new Map(),
    authorizations: new Map(),
    holds: new Set(),
    events: 1,
  };
}

export const lineOf = (
  line: Priced,
  { quantity, ships }: { quantity: number; ships?: boolean | undefined },
): Line => ({
  ...line,
  ships: ships !== false,
  pieces: Array.from({ length: quantity }, () => ({ place: 'open' as const, isRefunded: false })),
});

export const chargeOf = (charge: Priced): Charge => ({ ...charge, freed: 0n, refunded: 0n });

type Pieces = Command<'ShipItems'>['data']['lines'];

/** The line that pieces name, and whether each is named once; else the body is invalid. */
export const named = (model: Model, pieces: Pieces) => {
  const found = pieces.map(({ line_id, quantity }) => ({
    line: model.lines[Number(line_id.slice('line_'.length)) - 1]!,
    quantity,
  }));
  const isValid =
    found.every(({ line }) => line) && new Set(found.map(({ line }) => line)).size === found.length;
  return isValid ? found : undefined;
};

export const lacks = (found: { line: Line; quantity: number }[], available: (line: Line) => number) =>
  found.some(({ line, quantity }) => quantity > available(line));

/** ⌊amount·(j + k)/q⌋ − ⌊amount·j/q⌋ */
export const portion = (amount: bigint, q: number, j: number, k: number) =>
  (amount * BigInt(j + k)) / BigInt(q) - (amount * BigInt(j)) / BigInt(q);
