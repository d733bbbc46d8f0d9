/** The rules of docs/orders.md on the model: a command moves pieces and amounts, or is refused. */
import type { Command, OrderCommand } from '../../../domain/order/commands.ts';
import { refund } from './model-refunds.ts';
import {
  above0,
  AMOUNT_MAX,
  authorized,
  chargeOf,
  count,
  covered,
  due,
  isGone,
  lacks,
  type Line,
  lineOf,
  min,
  type Model,
  named,
  owed,
  type Place,
  portion,
  toShip,
} from './order-model.ts';
import { priced, total } from './priced-order.ts';

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
