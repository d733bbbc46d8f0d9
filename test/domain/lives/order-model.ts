/**
 * The life of an order, from the formulas of docs/orders.md alone. Each piece is an object with a
 * place; nothing of domain/order computes here.
 */
import type { Command, OrderCommand } from '../../../domain/order/commands.ts';
import { type Priced, priced, total } from './priced-order.ts';

type Place = 'open' | 'shipped' | 'cancelled' | 'returned' | 'kept';

interface Piece {
  place: Place;
  isRefunded: boolean;
}

interface Line extends Priced {
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

const AMOUNT_MAX = 999_999_999_999n;
const min = (a: bigint, b: bigint) => (a < b ? a : b);
const above0 = (a: bigint) => (a > 0n ? a : 0n);

export const owed = (model: Model) => model.total - model.cancelled - model.returned - model.adjusted;
export const net = (model: Model) => model.paid - model.reversed - model.refunded;
export const due = (model: Model) => above0(owed(model) - net(model));
export const overpaid = (model: Model) => above0(net(model) - owed(model));
export const authorized = (model: Model) => total([...model.authorizations.values()]);
export const covered = (model: Model) => net(model) + authorized(model) >= owed(model);

export const count = (line: Line, ...places: Place[]) =>
  line.pieces.filter(({ place }) => places.includes(place)).length;
const isGone = ({ place }: Piece) => place === 'cancelled' || place === 'returned' || place === 'kept';
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

const lineOf = (
  line: Priced,
  { quantity, ships }: { quantity: number; ships?: boolean | undefined },
): Line => ({
  ...line,
  ships: ships !== false,
  pieces: Array.from({ length: quantity }, () => ({ place: 'open' as const, isRefunded: false })),
});

const chargeOf = (charge: Priced): Charge => ({ ...charge, freed: 0n, refunded: 0n });

/** Runs a command. @returns the code of its refusal, `undefined` when it took effect */
export function act(model: Model, command: OrderCommand): string | undefined {
  const refused = run(model, command);
  if (refused === undefined) model.events += 1;
  return refused;
}

type Data<T extends OrderCommand['type']> = Command<T>['data'];
type Pieces = Data<'ShipItems'>['lines'];

function run(model: Model, { type, data }: OrderCommand): string | undefined {
  const id = model.events + 1;
  const ended =
    model.status === 'cancelled'
      ? 'order_already_cancelled'
      : model.status === 'completed'
        ? 'order_already_completed'
        : undefined;
  switch (type) {
    case 'RecordAuthorization':
      if (ended) return ended;
      if (authorized(model) + BigInt(data.amount) > AMOUNT_MAX) return 'invalid_body';
      model.authorizations.set(`aut_${id}`, BigInt(data.amount));
      return undefined;
    case 'VoidAuthorization': {
      const left = model.authorizations.get(data.authorization_id);
      if (left === undefined) return 'authorization_not_found';
      if (left === 0n) return 'authorization_closed';
      model.authorizations.set(data.authorization_id, 0n);
      return undefined;
    }
    case 'RecordPayment':
      return pay(model, data, `pay_${id}`);
    case 'ReversePayment': {
      const left = model.payments.get(data.payment_id);
      if (left === undefined) return 'payment_not_found';
      const amount = data.amount === undefined ? left : BigInt(data.amount);
      if (amount === 0n || amount > left) return 'reversal_exceeds_payment';
      model.payments.set(data.payment_id, left - amount);
      model.reversed += amount;
      return undefined;
    }
    case 'RecordRefund':
      return refund(model, data);
    case 'ShipItems':
      return ended ?? ship(model, data.lines);
    case 'ReturnItems':
      return ended ?? takeBack(model, data.lines);
    case 'EditOrder':
      return ended ?? edit(model, data);
    case 'CancelOrder':
      if (ended) return ended;
      if (model.status !== 'unfulfilled') return 'order_already_shipped';
      end(model, owed(model));
      for (const charge of model.charges) charge.freed = charge.amount;
      return undefined;
    case 'CompleteOrder':
      if (ended) return ended;
      if (toShip(model) > 0) return 'order_not_shipped';
      if (!model.lines.some((line) => count(line, 'shipped', 'returned', 'kept') > 0 && line.ships))
        if (!model.isOnTerms && !covered(model)) return 'order_not_paid';
      model.status = 'completed';
      return undefined;
    case 'PlaceHold':
      if (ended) return ended;
      model.holds.add(`hld_${id}`);
      return undefined;
    case 'ReleaseHold':
      return model.holds.delete(data.hold_id) ? undefined : 'hold_not_found';
    default:
      throw new Error(`the model has no ${type}`);
  }
}

function pay(model: Model, data: Data<'RecordPayment'>, id: string): string | undefined {
  const amount = BigInt(data.amount);
  const accepts = data.accept_excess === true;
  if (!accepts && due(model) === 0n) {
    return model.status === 'cancelled' && owed(model) === 0n
      ? 'order_already_cancelled'
      : 'order_already_paid';
  }
  if (data.authorization_id !== undefined) {
    const left = model.authorizations.get(data.authorization_id);
    if (left === undefined) return 'invalid_body';
    if (left === 0n) return 'authorization_closed';
    if (amount > left) return 'capture_exceeds_authorized';
  }
  if (!accepts && amount > due(model)) return 'payment_exceeds_due';
  if (model.paid + amount > AMOUNT_MAX) return 'invalid_body';
  if (data.authorization_id !== undefined)
    model.authorizations.set(
      data.authorization_id,
      model.authorizations.get(data.authorization_id)! - amount,
    );
  model.paid += amount;
  model.payments.set(id, amount);
  model.reopened = above0(model.reopened - amount);
  return undefined;
}

/** The line that pieces name, and whether each is named once; else the body is invalid. */
const named = (model: Model, pieces: Pieces) => {
  const found = pieces.map(({ line_id, quantity }) => ({
    line: model.lines[Number(line_id.slice('line_'.length)) - 1]!,
    quantity,
  }));
  const isValid =
    found.every(({ line }) => line) && new Set(found.map(({ line }) => line)).size === found.length;
  return isValid ? found : undefined;
};

const lacks = (found: { line: Line; quantity: number }[], available: (line: Line) => number) =>
  found.some(({ line, quantity }) => quantity > available(line));

/** ⌊amount·(j + k)/q⌋ − ⌊amount·j/q⌋ */
const portion = (amount: bigint, q: number, j: number, k: number) =>
  (amount * BigInt(j + k)) / BigInt(q) - (amount * BigInt(j)) / BigInt(q);

/** What the next pieces are worth in the order of refunds. */
export const worthOf = (found: { line: Line; quantity: number }[]): bigint =>
  total(
    found.map(({ line: { amount, pieces }, quantity }) =>
      portion(amount, pieces.length, pieces.filter(({ isRefunded }) => isRefunded).length, quantity),
    ),
  );

/** Moves pieces that are still owed. @returns what is no longer owed, at most `most` */
function free(line: Line, from: readonly Place[], to: Place, quantity: number, most: bigint): bigint {
  const gone = line.pieces.filter(isGone).length;
  move(line, from, to, quantity);
  return min(most, portion(line.amount, line.pieces.length, gone, quantity));
}

function move(line: Line, from: readonly Place[], to: Place, quantity: number): void {
  for (const piece of line.pieces.filter(({ place }) => from.includes(place)).slice(0, quantity))
    piece.place = to;
}

/** Refunds that were owed again count against what is freed. */
function settle(model: Model, freed: bigint): void {
  const settled = min(freed, model.reopened);
  model.settled += settled;
  model.reopened -= settled;
}

function ship(model: Model, pieces: Pieces): string | undefined {
  if (model.status === 'shipped') return 'order_already_shipped';
  if (model.holds.size > 0) return 'order_on_hold';
  if (!model.isOnTerms && !covered(model)) return 'order_not_paid';
  const found = named(model, pieces);
  if (!found) return 'invalid_body';
  if (lacks(found, (line) => (line.ships ? count(line, 'open') : 0))) return 'shipment_exceeds_ordered';
  for (const { line, quantity } of found) move(line, ['open'], 'shipped', quantity);
  model.status = toShip(model) === 0 ? 'shipped' : 'partially_shipped';
  return undefined;
}

function takeBack(model: Model, pieces: Pieces): string | undefined {
  const isOut = (line: Line) => (line.ships ? count(line, 'shipped', 'kept') : 0);
  const wereOut = (line: Line) => line.ships && count(line, 'shipped', 'kept', 'returned') > 0;
  if (!model.lines.some(wereOut)) return 'order_not_shipped';
  const found = named(model, pieces);
  if (!found) return 'invalid_body';
  if (lacks(found, isOut)) return 'return_exceeds_shipped';
  let freed = 0n;
  for (const { line, quantity } of found) {
    const kept = Math.min(quantity, count(line, 'kept'));
    move(line, ['kept'], 'returned', kept);
    freed += free(line, ['shipped'], 'returned', quantity - kept, owed(model) - freed);
  }
  model.returned += freed;
  settle(model, freed);
  return undefined;
}

function edit(model: Model, data: Data<'EditOrder'>): string | undefined {
  const found = named(model, data.cancel ?? []);
  if (!found) return 'invalid_body';
  if (lacks(found, (line) => count(line, 'open'))) return 'edit_exceeds_open';
  const added = priced({
    currency: 'EUR',
    shipping_address: null,
    metadata: {},
    lines: data.add ?? [],
    ...(data.charges && { charges: data.charges }),
    ...(model.isIncluded && { prices_include_tax: true }),
  });
  if (typeof added === 'string') return added;
  const gross = total(
    [...model.lines, ...model.charges, ...added.lines, ...added.charges].map((each) => each.gross),
  );
  if (gross > AMOUNT_MAX || model.total + added.total > AMOUNT_MAX) return 'invalid_body';
  let freed = 0n;
  for (const { line, quantity } of found)
    freed += free(line, ['open'], 'cancelled', quantity, owed(model) - freed);
  model.cancelled += freed;
  settle(model, freed);
  model.total += added.total;
  for (const [index, line] of added.lines.entries()) model.lines.push(lineOf(line, data.add![index]!));
  const fees = added.charges.map((charge) => chargeOf(charge));
  model.charges.push(...fees);

  const wasShipped = model.lines.some((line) => line.ships && count(line, 'shipped', 'returned', 'kept') > 0);
  const hasOpen = model.lines.some((line) => count(line, 'open') > 0);
  if (toShip(model) > 0) {
    if (model.status === 'shipped') model.status = 'partially_shipped';
  } else if (wasShipped) model.status = 'shipped';
  else if (data.cancel && !hasOpen) {
    for (const charge of model.charges) if (!fees.includes(charge)) charge.freed = charge.amount;
    end(model, owed(model) - total(fees.map(({ amount }) => amount)));
  }
  return undefined;
}

function end(model: Model, freed: bigint): void {
  for (const line of model.lines) move(line, ['open'], 'cancelled', line.pieces.length);
  model.cancelled += freed;
  settle(model, freed);
  model.status = 'cancelled';
}

function refund(model: Model, data: Data<'RecordRefund'>): string | undefined {
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
