/**
 * Folds events into an order by docs/orders.md, without any code of the server. Computes again what
 * an event decided, and refuses an event that decided otherwise.
 */
import type { LoggedEvent } from '../log.ts';
import {
  type Folded,
  type Piece,
  type Placed,
  type PricedPiece,
  agreeOnTax,
  due,
  giveBack,
  gone,
  hasShipped,
  lineOf,
  net,
  open,
  owed,
} from './folded.ts';
import { type Stated, agree, priced } from './priced.ts';
import { refund } from './refund.ts';
import { share, sum } from './split.ts';

/** @returns the order after the event; `before` stays unchanged */
export function foldOne(before: Folded | undefined, event: LoggedEvent): Folded {
  const { type, version, recordedAt: updated_at } = event;
  if (type === 'OrderPlaced') return place(event);
  if (before === undefined || version !== before.version + 1)
    throw new Error(`event ${event.eventId} is version ${version}, after ${before?.version ?? 0}`);
  const order = { ...structuredClone(before), version, updated_at };
  // oxlint-disable-next-line typescript/no-explicit-any -- the data of an event by its type
  const data = event.data as any;
  switch (type) {
    case 'OrderUpdated':
      update(order, data);
      break;
    case 'AuthorizationRecorded':
      order.authorizations.set(`aut_${event.eventId}`, data.amount);
      break;
    case 'AuthorizationVoided':
      agree('the voided amount', data.amount, order.authorizations.get(data.authorization_id));
      order.authorizations.set(data.authorization_id, 0);
      break;
    case 'PaymentRecorded':
      pay(order, `pay_${event.eventId}`, data);
      break;
    case 'PaymentReversed':
      giveBack(order, data.payment_id, data.amount);
      order.reversed += data.amount;
      break;
    case 'RefundRecorded':
      refund(order, data);
      break;
    case 'ItemsShipped':
      for (const { line_id, quantity } of data.lines as Piece[]) lineOf(order, line_id).shipped += quantity;
      break;
    case 'ItemsReturned':
      takeBack(order, data);
      break;
    case 'OrderEdited':
      edit(order, data);
      break;
    case 'OrderCancelled':
      cancel(order, data);
      break;
    case 'OrderCompleted':
      order.end = 'completed';
      break;
    case 'HoldPlaced':
      order.holds.add(`hld_${event.eventId}`);
      break;
    case 'HoldReleased':
      if (!order.holds.delete(data.hold_id)) throw new Error(`${data.hold_id} is not a hold of the order`);
      break;
    default:
      throw new Error(`an event has the unknown type ${type}`);
  }
  for (const line of order.lines)
    if (open(line) < 0 || line.returned > line.shipped || line.refunded > line.quantity)
      throw new Error(`${line.id} has more pieces shipped, cancelled, returned or refunded than it has`);
  for (const name of ['total', 'paid', 'reversed', 'refunded', 'cancelled', 'returned', 'adjusted'] as const)
    if (order[name] < before[name]) throw new Error(`the amount ${name} decreases`);
  if (net(order) < 0 || owed(order) < 0) throw new Error('more is given back than was paid or ordered');
  return order;
}

function place({ orderId, version, data, number, recordedAt }: LoggedEvent): Folded {
  const placed = data as unknown as Placed;
  const none = { lines: 0, charges: 0 };
  const { lines, charges } = priced(placed, placed.prices_include_tax ?? false, none);
  const total = sum([...lines, ...charges].map(({ amount }) => amount)) + (placed.rounding ?? 0);
  agree('the total', placed.total, total);
  return {
    id: `ord_${orderId}`,
    version,
    placed,
    number: number ?? placed.number,
    lines,
    charges,
    total,
    paid: 0,
    reversed: 0,
    refunded: 0,
    cancelled: 0,
    returned: 0,
    adjusted: 0,
    settled: 0,
    reopened: 0,
    payments: new Map(),
    authorizations: new Map(),
    holds: new Set(),
    wasPaid: false,
    end: undefined,
    placed_at: recordedAt,
    updated_at: recordedAt,
  };
}

const PATCHED = ['billing_address', 'email', 'phone', 'note', 'tags'] as const;

function update({ placed }: Folded, data: Record<string, unknown>): void {
  placed.shipping_address = data['shipping_address'];
  placed.metadata = data['metadata'];
  for (const name of PATCHED) if (name in data) Object.assign(placed, { [name]: data[name] ?? undefined });
}

function pay(order: Folded, id: string, data: { amount: number; authorization_id?: string }): void {
  const { amount, authorization_id } = data;
  if (authorization_id !== undefined) {
    const left = order.authorizations.get(authorization_id) ?? 0;
    if (amount > left) throw new Error(`a capture of ${amount} exceeds its authorization: ${left}`);
    order.authorizations.set(authorization_id, left - amount);
  }
  order.payments.set(id, amount);
  order.paid += amount;
  order.reopened = Math.max(0, order.reopened - amount);
  if (due(order) === 0) order.wasPaid = true;
}

function takeBack(order: Folded, { lines, amount }: { lines: Piece[]; amount: number }): void {
  let left = owed(order);
  for (const { line_id, quantity } of lines) {
    const line = lineOf(order, line_id);
    const fresh = Math.max(0, quantity - line.kept);
    left -= Math.min(left, share(line.amount, line.quantity, gone(line), fresh));
    line.returned += quantity;
    line.kept = Math.max(0, line.kept - quantity);
  }
  agree('the amount of a return', amount, owed(order) - left);
  order.returned += amount;
  settle(order, amount);
}

/** Refunds that were owed again count against an amount that is no longer owed. */
function settle(order: Folded, freed: number): void {
  const settled = Math.min(freed, order.reopened);
  order.settled += settled;
  order.reopened -= settled;
}

interface Edit {
  cancel?: PricedPiece[];
  add?: Stated['lines'];
  charges?: Stated['charges'];
  added: number;
}

function edit(order: Folded, { cancel: pieces = [], add = [], charges = [], added }: Edit): void {
  let left = owed(order);
  for (const piece of pieces) {
    const { line_id, quantity, amount } = piece;
    const line = lineOf(order, line_id);
    agreeOnTax(piece, line, gone(line));
    agree(
      'the amount of cancelled pieces',
      amount,
      Math.min(left, share(line.amount, line.quantity, gone(line), quantity)),
    );
    left -= amount;
    line.cancelled += quantity;
  }
  const before = { lines: order.lines.length, charges: order.charges.length };
  const parts = priced({ lines: add, charges }, order.placed.prices_include_tax ?? false, before);
  agree('the added amount', added, sum([...parts.lines, ...parts.charges].map(({ amount }) => amount)));
  order.lines.push(...parts.lines);
  order.charges.push(...parts.charges);
  order.total += added;
  free(order, sum(pieces.map(({ amount }) => amount)));
  if (pieces.length > 0 && !hasShipped(order) && order.lines.every((line) => open(line) === 0))
    end(order, sum(parts.charges.map(({ amount }) => amount)));
  else if (net(order) > 0 && due(order) === 0) order.wasPaid = true;
}

function free(order: Folded, amount: number): void {
  order.cancelled += amount;
  settle(order, amount);
}

function cancel(order: Folded, { lines, amount }: { lines: Piece[]; amount: number }): void {
  const all = order.lines.filter((line) => open(line) > 0);
  agree(
    'the cancelled pieces',
    lines,
    all.map((line) => ({ line_id: line.id, quantity: open(line) })),
  );
  agree('the cancelled amount', amount, owed(order));
  for (const line of all) line.cancelled += open(line);
  end(order, 0);
}

/** Nothing but a fee is owed any more: the charges that were added last. */
function end(order: Folded, fee: number): void {
  free(order, owed(order) - fee);
  let kept = fee;
  for (const charge of order.charges.toReversed()) {
    const ofFee = Math.min(kept, charge.amount);
    charge.freed = charge.amount - ofFee;
    kept -= ofFee;
  }
  order.end = 'cancelled';
}
