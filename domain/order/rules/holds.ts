/** Holds: a held order is not shipped until each of its holds is released. */
import type { Command } from '../commands.ts';
import type { Decision } from '../decide.ts';
import type { EventOf } from '../events.ts';
import type { OrderState } from '../order.ts';
import { CANCELLED, COMPLETED, reject } from './reject.ts';

export function placeHold({ order }: OrderState, data: Command<'PlaceHold'>['data']): Decision<'HoldPlaced'> {
  if (order.status === 'cancelled') return CANCELLED;
  if (order.status === 'completed') return COMPLETED;
  return { event: { type: 'HoldPlaced', data } };
}

export function held(state: OrderState, { reason }: EventOf<'HoldPlaced'>['data'], id: string): OrderState {
  return { ...state, facts: { ...state.facts, holds: { ...state.facts.holds, [id]: reason } } };
}

export function releaseHold(
  { facts }: OrderState,
  data: Command<'ReleaseHold'>['data'],
): Decision<'HoldReleased'> {
  if (facts.holds?.[data.hold_id] === undefined)
    return reject('hold_not_found', 'This order does not have this hold, or it is already released.');
  return { event: { type: 'HoldReleased', data } };
}

export function released(state: OrderState, { hold_id }: EventOf<'HoldReleased'>['data']): OrderState {
  const { [hold_id]: _released, ...holds } = state.facts.holds ?? {};
  return { ...state, facts: { ...state.facts, holds } };
}
