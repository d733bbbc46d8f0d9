/** Goods: pieces that are shipped and pieces that come back. */
import { amountText } from '../../currency.ts';
import { sum } from '../arithmetic.ts';
import {
  allPiecesToShip,
  amountOfNext,
  due,
  hasShipped,
  isOnHold,
  isSecured,
  piecesToShip,
  withinOwed,
} from '../amounts.ts';
import type { Command } from '../commands.ts';
import type { Decision } from '../decide.ts';
import type { EventOf } from '../events.ts';
import type { OrderState } from '../order.ts';
import { excess, lineById, plus } from './pieces.ts';
import { settleReopened } from './refunds.ts';
import { CANCELLED, COMPLETED, NOT_SHIPPED, SHIPPED, reject } from './reject.ts';

/** Ships pieces of an order that is covered or on open terms, and not held. */
export function ship(state: OrderState, data: Command<'ShipItems'>['data']): Decision<'ItemsShipped'> {
  const { order, facts } = state;
  if (order.status === 'cancelled') return CANCELLED;
  if (order.status === 'completed') return COMPLETED;
  if (order.status === 'shipped') return SHIPPED;
  if (isOnHold(state)) {
    const [hold] = Object.keys(facts.holds ?? {});
    return reject('order_on_hold', `This order is on hold. Release ${hold} first.`);
  }
  if (!isSecured(state)) {
    return reject(
      'order_not_paid',
      `${amountText(due(state), order.currency)} are still due. Record the payment first.`,
    );
  }
  return (
    excess(order, data.lines, (line) => piecesToShip(state, line), {
      code: 'shipment_exceeds_ordered',
      condition: 'left to ship',
    }) ?? { event: { type: 'ItemsShipped', data } }
  );
}

export function shipped(state: OrderState, { lines }: EventOf<'ItemsShipped'>['data']): OrderState {
  const facts = { ...state.facts, shipped: plus(state.facts.shipped, lines) };
  const next = { ...state, facts };
  const status = allPiecesToShip(next) === 0 ? 'shipped' : 'partially_shipped';
  return { ...next, order: { ...state.order, status } };
}

/** Takes shipped pieces back. Pieces whose money was given back already come first. */
export function takeBack(state: OrderState, data: Command<'ReturnItems'>['data']): Decision<'ItemsReturned'> {
  const { order, facts } = state;
  if (order.status === 'cancelled') return CANCELLED;
  if (order.status === 'completed') return COMPLETED;
  if (!hasShipped(state)) return NOT_SHIPPED;
  const refused = excess(
    order,
    data.lines,
    ({ id }) => (facts.shipped[id] ?? 0) - (facts.returned[id] ?? 0),
    { code: 'return_exceeds_shipped', condition: 'shipped and not returned' },
  );
  return (
    refused ?? {
      event: { type: 'ItemsReturned', data: { ...data, amount: freedBy(state, data.lines) } },
    }
  );
}

export function returned(state: OrderState, data: EventOf<'ItemsReturned'>['data']): OrderState {
  const { facts } = state;
  const { amount = freedBy(state, data.lines) } = data;
  const next = { ...facts, returned: plus(facts.returned, data.lines) };
  if (facts.kept !== undefined) {
    const kept = { ...facts.kept };
    for (const { line_id, quantity } of data.lines)
      kept[line_id] = Math.max(0, (kept[line_id] ?? 0) - quantity);
    next.kept = kept;
  }
  if (amount > 0) next.amount_returned = (facts.amount_returned ?? 0) + amount;
  return { ...state, facts: settleReopened(next, amount) };
}

/** What is no longer owed once these pieces came back. */
function freedBy(state: OrderState, pieces: Command<'ReturnItems'>['data']['lines']): number {
  const amounts = pieces.map(({ line_id, quantity }) => {
    const fresh = quantity - Math.min(quantity, state.facts.kept?.[line_id] ?? 0);
    return amountOfNext(state, lineById(state.order, line_id), fresh);
  });
  return sum(withinOwed(state, amounts));
}
