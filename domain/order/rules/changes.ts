/** Changes of an order: patches, edits, cancellation and completion. */
import { AMOUNT_MAX } from '../../money.ts';
import { sum } from '../arithmetic.ts';
import {
  allPiecesToShip,
  amountOf,
  amountOfNext,
  due,
  gonePieces,
  hasShipped,
  isSecured,
  net,
  openPieces,
  owed,
  withinOwed,
} from '../amounts.ts';
import { CHARGES_MAX, type Command, LINES_MAX, type Pieces } from '../commands.ts';
import type { Decision } from '../decide.ts';
import type { EventOf } from '../events.ts';
import type { Facts, Order, OrderCharge, OrderState } from '../order.ts';
import { mergePatch } from './merge-patch.ts';
import { excess, lineById, plus, pricedPart } from './pieces.ts';
import { lineOf } from './placing.ts';
import { grossOf, netPrices, pricedCharges, pricedLines, tooLarge } from './pricing.ts';
import { settleReopened } from './refunds.ts';
import { CANCELLED, COMPLETED, SHIPPED, invalid, reject } from './reject.ts';

/** The shipping address can change until the first shipment, the rest in each state. */
export function update(
  { order }: OrderState,
  patch: Command<'UpdateOrder'>['data'],
): Decision<'OrderUpdated'> {
  if (patch.shipping_address !== undefined) {
    if (order.status === 'cancelled') return CANCELLED;
    if (order.status === 'completed') return COMPLETED;
    if (order.status === 'partially_shipped' || order.status === 'shipped') return SHIPPED;
  }
  const merged = mergePatch(order, patch);
  if ('errors' in merged)
    return reject('invalid_body', 'The patched order is not valid, see errors.', merged.errors);
  return { event: { type: 'OrderUpdated', data: { patch, ...merged } } };
}

const PATCHED = ['billing_address', 'email', 'phone', 'note', 'tags'] as const;

export function updated(state: OrderState, data: EventOf<'OrderUpdated'>['data']): OrderState {
  const { shipping_address, metadata } = data;
  const order = { ...state.order, shipping_address, metadata };
  for (const name of PATCHED) {
    const value = data[name];
    if (value === undefined) continue;
    if (value === null) delete order[name];
    else Object.assign(order, { [name]: value });
  }
  return { ...state, order };
}

/** Cancels open pieces, and adds lines and charges. A line that was once there stays. */
export function edit(state: OrderState, data: Command<'EditOrder'>['data']): Decision<'OrderEdited'> {
  const { order } = state;
  if (order.status === 'cancelled') return CANCELLED;
  if (order.status === 'completed') return COMPLETED;
  const refused = excess(order, data.cancel ?? [], (line) => openPieces(state, line), {
    code: 'edit_exceeds_open',
    condition: 'open',
    at: '/cancel',
  });
  if (refused) return refused;
  const isTaxIncluded = order.prices_include_tax ?? false;
  const numbering = {
    linesAt: '/add',
    linesBefore: order.lines.length,
    chargesBefore: order.charges?.length ?? 0,
  };
  if (numbering.linesBefore + (data.add?.length ?? 0) > LINES_MAX)
    return invalid('Too many lines.', '/add', `must leave the order at most ${LINES_MAX} lines`);
  if (numbering.chargesBefore + (data.charges?.length ?? 0) > CHARGES_MAX)
    return invalid('Too many charges.', '/charges', `must leave the order at most ${CHARGES_MAX} charges`);
  const prices = netPrices(data.add ?? [], '/add');
  if ('rejection' in prices) return prices;
  const add = pricedLines(data.add ?? [], numbering, isTaxIncluded);
  if ('rejection' in add) return add;
  const charges = pricedCharges(data.charges ?? [], numbering, isTaxIncluded);
  if ('rejection' in charges) return charges;
  const added = sum(add.map(amountOf)) + sum(charges.map(({ amount }) => amount));
  const gross = grossOf(order.lines, order.charges) + grossOf(add, charges);
  if (Math.max(order.total + added, gross) > AMOUNT_MAX) return tooLarge('');
  return {
    event: {
      type: 'OrderEdited',
      data: {
        ...(data.cancel && { cancel: withAmounts(state, data.cancel) }),
        ...(data.add && { add }),
        ...(data.charges && { charges }),
        reason: data.reason,
        ...(data.occurred_at && { occurred_at: data.occurred_at }),
        currency: order.currency,
        added,
      },
    },
  };
}

function withAmounts(state: OrderState, pieces: Pieces) {
  const shares = pieces.map(({ line_id, quantity }) =>
    amountOfNext(state, lineById(state.order, line_id), quantity),
  );
  const amounts = withinOwed(state, shares);
  return pieces.map((each, index) => {
    const line = lineById(state.order, each.line_id);
    return pricedPart(each, line, gonePieces(state, line), amounts[index]!);
  });
}

export function edited(state: OrderState, data: EventOf<'OrderEdited'>['data']): OrderState {
  const order: Order = { ...state.order, total: state.order.total + data.added };
  if (data.add) order.lines = [...order.lines, ...data.add.map((line) => lineOf(line))];
  if (data.charges) order.charges = [...(order.charges ?? []), ...(data.charges as OrderCharge[])];
  let next: OrderState = { ...state, order };
  if (data.cancel) {
    const cancelled = plus(state.facts.cancelled, data.cancel);
    next = freed(
      { ...next, facts: { ...next.facts, cancelled } },
      sum(data.cancel.map(({ amount }) => amount)),
    );
  }
  if (allPiecesToShip(next) > 0) {
    if (order.status === 'shipped') order.status = 'partially_shipped';
  } else if (hasShipped(next)) {
    order.status = 'shipped';
  } else if (data.cancel && order.lines.every((line) => openPieces(next, line) === 0)) {
    // Charges of this edit stay owed: a fee for the cancellation.
    const fee = sum((data.charges ?? []).map(({ amount }) => amount));
    return ended(next, { lines: [], amount: owed(next) - fee, fee });
  }
  // The unpaid pieces were cancelled.
  if (order.status === 'placed' && net(next) > 0 && due(next) === 0) order.status = 'paid';
  return next;
}

export function cancel(state: OrderState, data: Command<'CancelOrder'>['data']): Decision<'OrderCancelled'> {
  switch (state.order.status) {
    case 'placed':
    case 'paid':
      return {
        event: {
          type: 'OrderCancelled',
          data: { ...data, lines: allOpen(state), amount: owed(state) },
        },
      };
    case 'partially_shipped':
    case 'shipped':
      return SHIPPED;
    case 'completed':
      return COMPLETED;
    case 'cancelled':
      return reject('order_already_cancelled', 'Another request has already cancelled this order.');
  }
}

/** Events of the first release name no pieces: all of them were open. */
export const cancelled = (
  state: OrderState,
  { lines = allOpen(state), amount = owed(state) }: EventOf<'OrderCancelled'>['data'],
): OrderState => ended(state, { lines, amount, fee: 0 });

const allOpen = (state: OrderState): Pieces =>
  state.order.lines.flatMap((line) => {
    const quantity = openPieces(state, line);
    return quantity > 0 ? [{ line_id: line.id, quantity }] : [];
  });

/** The cancelled order: its last pieces and all charges are freed, but for a fee. */
function ended(
  state: OrderState,
  { lines, amount, fee }: { lines: Pieces; amount: number; fee: number },
): OrderState {
  const charges = state.order.charges ?? [];
  const facts: Facts = { ...state.facts, cancelled: plus(state.facts.cancelled, lines) };
  if (charges.length > 0) {
    let kept = fee;
    facts.charges_freed = Object.fromEntries(
      charges.toReversed().map((charge) => {
        const owedOf = Math.min(kept, charge.amount);
        kept -= owedOf;
        return [charge.id, charge.amount - owedOf];
      }),
    );
  }
  const next = freed({ ...state, facts }, amount);
  return { ...next, order: { ...next.order, status: 'cancelled' } };
}

/** The state after an amount was cancelled. */
function freed(state: OrderState, amount: number): OrderState {
  if (amount === 0) return state;
  const amount_cancelled = (state.facts.amount_cancelled ?? 0) + amount;
  return { ...state, facts: settleReopened({ ...state.facts, amount_cancelled }, amount) };
}

/** Allowed once nothing is left to ship. */
export function complete(
  state: OrderState,
  data: Command<'CompleteOrder'>['data'],
): Decision<'OrderCompleted'> {
  const { order } = state;
  if (order.status === 'completed') return COMPLETED;
  if (order.status === 'cancelled') return CANCELLED;
  const left = allPiecesToShip(state);
  if (left > 0) {
    const pieces = left === 1 ? '1 piece is left to ship' : `${left} pieces are left to ship`;
    return reject('order_not_shipped', `${pieces}. Ship the whole order first.`);
  }
  if (!hasShipped(state) && !isSecured(state))
    return reject('order_not_paid', 'An order that is not shipped must be paid first.');
  return { event: { type: 'OrderCompleted', data } };
}

export const completed = (state: OrderState): OrderState => ({
  ...state,
  order: { ...state.order, status: 'completed' },
});
