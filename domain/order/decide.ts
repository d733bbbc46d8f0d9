/**
 * The rules of an order: command × state → one event or a rejection. Pure: no clock, no ids, no
 * I/O. This file is their table of contents.
 *
 * docs/orders.md has the rules as a table, which the tests compare with this file.
 */
import type { Rejection } from '../rejection.ts';
import type { OrderCommand } from './commands.ts';
import type { EventOf, EventType } from './events.ts';
import { isFinal } from './finality.ts';
import type { OrderState } from './order.ts';
import { refuseFull } from './rules/room.ts';
import { cancel, complete, edit, update } from './rules/changes.ts';
import { ship, takeBack } from './rules/goods.ts';
import { placeHold, releaseHold } from './rules/holds.ts';
import { authorize, pay, reverse, voidAuthorization } from './rules/money.ts';
import { place } from './rules/placing.ts';
import { refund } from './rules/refunds.ts';
import { reject } from './rules/reject.ts';

export type Decision<T extends EventType = EventType> = { event: EventOf<T> } | { rejection: Rejection };

/**
 * Decides a command.
 *
 * @param state the fold of the order's stream, `null` for an empty one
 * @returns the one event of the command, or its rejection with `final`
 */
export function decide(state: OrderState | null, command: OrderCommand): Decision {
  const decision = eventOrRejection(state, command);
  if ('event' in decision || state === null) return decision;
  return { rejection: { ...decision.rejection, final: isFinal(state, command) } };
}

function eventOrRejection(state: OrderState | null, command: OrderCommand): Decision {
  if (command.type === 'PlaceOrder') {
    return state === null
      ? place(command.data)
      : reject('order_already_placed', 'This order is already placed.');
  }
  if (state === null) return reject('order_not_found', 'This order does not exist.');
  const full = refuseFull(state, command);
  if (full) return full;
  switch (command.type) {
    case 'UpdateOrder':
      return update(state, command.data);
    case 'RecordAuthorization':
      return authorize(state, command.data);
    case 'VoidAuthorization':
      return voidAuthorization(state, command.data);
    case 'RecordPayment':
      return pay(state, command.data);
    case 'ReversePayment':
      return reverse(state, command.data);
    case 'RecordRefund':
      return refund(state, command.data);
    case 'ShipItems':
      return ship(state, command.data);
    case 'ReturnItems':
      return takeBack(state, command.data);
    case 'CancelOrder':
      return cancel(state, command.data);
    case 'CompleteOrder':
      return complete(state, command.data);
    case 'EditOrder':
      return edit(state, command.data);
    case 'PlaceHold':
      return placeHold(state, command.data);
    case 'ReleaseHold':
      return releaseHold(state, command.data);
  }
}
