/**
 * Whether a rejection is final: the command is refused in every later state of the order.
 *
 * A cancelled or completed order stays so. Pieces that are shipped, cancelled, returned or refunded
 * stay so, and so does money that was captured or given back. But lines can be added, money can
 * come in beyond what is due, payments can be reversed, holds can be released: those refusals can
 * end.
 */
import { AMOUNT_MAX } from '../money.ts';
import {
  amountOf,
  chargeLeft,
  capturable,
  hasEnded,
  isSecured,
  net,
  openPieces,
  owed,
  piecesToShip,
  ships,
  unrefunded,
} from './amounts.ts';
import { share, sum } from './arithmetic.ts';
import { CHARGES_MAX, type Command, LINES_MAX, type OrderCommand, type Pieces } from './commands.ts';
import type { OrderLine, OrderState } from './order.ts';
import { hasRoom, hasRoomFor } from './rules/room.ts';
import { grossOf } from './rules/pricing.ts';

/** @param command that `decide` rejects in this state */
export function isFinal(state: OrderState, command: OrderCommand): boolean {
  const before = eventsRequired(state, command);
  return before === undefined || !hasRoomFor(state, command, before);
}

/** The events that must precede the command, at least; `undefined` when none can help. */
function eventsRequired(state: OrderState, command: OrderCommand): number | undefined {
  switch (command.type) {
    case 'RecordPayment':
      return canBePaid(state, command.data) ? 1 : undefined;
    case 'RecordRefund':
      return canBeRefunded(state, command.data) ? 1 : undefined;
    case 'ShipItems':
      return canHave(state, command.data.lines, (line) => piecesToShip(state, line))
        ? eventsToShip(state, command.data.lines)
        : undefined;
    case 'ReturnItems':
      return canHave(state, command.data.lines, (line) => returnable(state, line)) &&
        hasRoom(state, 'progress', eventsToShip(state, command.data.lines))
        ? eventsToShip(state, command.data.lines) + 1
        : undefined;
    case 'CompleteOrder':
      // One edit can cancel all that is left to ship, one payment can cover the order.
      return hasEnded(state.order) ? undefined : 1;
    case 'EditOrder':
      return canHave(state, command.data.cancel ?? [], (line) => openPieces(state, line)) ? 1 : undefined;
    // A shipment is never undone, and an order is placed once.
    default:
      return undefined;
  }
}

/** Pieces of a line that are or may be shipped, and that were not returned. */
const returnable = ({ facts }: OrderState, line: OrderLine): number =>
  ships(line) ? line.quantity - (facts.cancelled?.[line.id] ?? 0) - (facts.returned[line.id] ?? 0) : 0;

/**
 * Reversals make all that is owed due again; edits add to it, until the order ends. What was
 * captured of an authorization stays captured.
 */
function canBePaid(
  state: OrderState,
  { amount, authorization_id }: Command<'RecordPayment'>['data'],
): boolean {
  const { order, facts } = state;
  if (order.amount_paid + amount > AMOUNT_MAX) return false;
  if (authorization_id !== undefined) {
    const authorization = facts.authorizations?.[authorization_id];
    if (authorization === undefined || amount > capturable(authorization)) return false;
  }
  return amount <= owed(state) + roomToAdd(state);
}

/** Whether edits may still add lines and charges. */
const mayGrow = (state: OrderState): boolean => !hasEnded(state.order) && hasRoom(state, 'change');

/** The most that edits can add to an order. */
function roomToAdd(state: OrderState): number {
  const { lines, charges = [], total } = state.order;
  if (!mayGrow(state) || (lines.length >= LINES_MAX && charges.length >= CHARGES_MAX)) return 0;
  return AMOUNT_MAX - Math.max(total, grossOf(lines, charges));
}

/** More money can come in, even beyond what is due; of a known payment, nothing comes back. */
function canBeRefunded(state: OrderState, data: Command<'RecordRefund'>['data']): boolean {
  const { amount, payment_id, lines, charges, adjustment } = data;
  if (payment_id !== undefined && amount > (state.payments[payment_id]?.left ?? 0)) return false;
  if (amount - net(state) > moreToPay(state)) return false;
  if (!canRefundCharges(state, charges ?? [])) return false;
  const isExplained = lines !== undefined || charges !== undefined || adjustment !== undefined;
  const rest = amount - (adjustment ?? 0) - sum((charges ?? []).map((charge) => charge.amount));
  if (lines === undefined) return !isExplained || rest === 0;
  return (
    canHave(state, lines, (line) => unrefunded(state, line), true) &&
    rest >= 0 &&
    rest <= worthAtMost(state, lines)
  );
}

/** The most that can still come in. */
const moreToPay = (state: OrderState): number =>
  hasRoom(state, 'progress') ? AMOUNT_MAX - state.order.amount_paid : 0;

function canRefundCharges(
  state: OrderState,
  charges: NonNullable<Command<'RecordRefund'>['data']['charges']>,
): boolean {
  const known = new Map((state.order.charges ?? []).map((charge) => [charge.id, charge]));
  return (
    new Set(charges.map(({ charge_id }) => charge_id)).size === charges.length &&
    charges.every(({ charge_id, amount }) => {
      const charge = known.get(charge_id);
      if (charge !== undefined) return amount <= chargeLeft(state, charge);
      return mayGrow(state) && numberOf(charge_id) <= CHARGES_MAX;
    })
  );
}

/** The most that a refund of these pieces can be: the last pieces of a line bring its rest. */
function worthAtMost({ order }: OrderState, pieces: Pieces): number {
  let most = 0;
  for (const { line_id, quantity } of pieces) {
    const line = order.lines.find(({ id }) => id === line_id);
    // A line that is not there yet can have any price.
    if (line === undefined) return Infinity;
    most += share(amountOf(line), line.quantity, line.quantity - quantity, quantity);
  }
  return most;
}

/** Releases, and the payment or the added line that a shipment needs: one edit can do for both. */
function eventsToShip(state: OrderState, pieces: Pieces): number {
  const holds = Object.keys(state.facts.holds ?? {}).length;
  const isToAdd = pieces.some(({ line_id }) => numberOf(line_id) > state.order.lines.length);
  return holds + (!isSecured(state) || isToAdd ? 1 : 0);
}

/**
 * Whether lines can have the pieces: each named once, with as many available, or still to be added.
 *
 * @param isAfterEnd the order allows the command after its end too
 */
function canHave(
  state: OrderState,
  pieces: Pieces,
  available: (line: OrderLine) => number,
  isAfterEnd = false,
): boolean {
  const byId = new Map(state.order.lines.map((line) => [line.id, line]));
  return (
    (isAfterEnd || !hasEnded(state.order)) &&
    new Set(pieces.map(({ line_id }) => line_id)).size === pieces.length &&
    pieces.every(({ line_id, quantity }) => {
      const line = byId.get(line_id);
      if (line !== undefined) return quantity <= available(line);
      return mayGrow(state) && numberOf(line_id) <= LINES_MAX;
    })
  );
}

/** The number in the id of a line or a charge. */
const numberOf = (id: string): number => Number(id.slice(id.indexOf('_') + 1));
