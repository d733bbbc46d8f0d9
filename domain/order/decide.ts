/**
 * The rules of an order: command × state → one event, or why not. Pure: no clock, no ids, no I/O.
 */
import { minorUnits } from '../currency.ts';
import { MAX_AMOUNT, addAmounts, lineTotal } from '../money.ts';
import type { FieldError, Rejection } from '../rejection.ts';
import type { CancelOrder, OrderCommand, PlaceOrder } from './commands.ts';
import type { OrderCancelled, OrderEvent, OrderPlaced } from './events.ts';
import type { OrderState } from './order.ts';

export type Decision<E extends OrderEvent = OrderEvent> = { event: E } | { rejection: Rejection };

/**
 * Decides a command against the order as it stands.
 *
 * @param state the folded order, or `null` when its stream is empty
 * @returns the one event that the command makes, or the reason why it makes none
 */
export function decide(state: OrderState | null, command: OrderCommand): Decision {
  switch (command.type) {
    case 'PlaceOrder':
      return state === null
        ? place(command.data)
        : reject('order_already_placed', 'This order is placed already.');
    case 'CancelOrder':
      return state === null ? NO_ORDER : cancel(state, command.data);
  }
}

const reject = (code: Rejection['code'], detail: string, errors?: FieldError[]) => ({
  rejection: { code, detail, ...(errors && { errors }) },
});

const NO_ORDER = reject('order_not_found', 'There is no such order.');

function place(data: PlaceOrder['data']): Decision<OrderPlaced> {
  if (minorUnits(data.currency) === undefined) {
    return reject('invalid_body', 'The currency is not one of ISO 4217.', [
      { pointer: '/currency', detail: 'must be the code of an active ISO 4217 currency, such as EUR' },
    ]);
  }
  let total = 0;
  const lines: OrderPlaced['data']['lines'] = [];
  for (const [index, line] of data.lines.entries()) {
    const ofLine = lineTotal(line.unit_price, line.quantity);
    const sum = ofLine === undefined ? undefined : addAmounts(total, ofLine);
    if (ofLine === undefined || sum === undefined) {
      const pointer = ofLine === undefined ? `/lines/${index}` : '/lines';
      return reject('invalid_body', 'The order is worth more than an amount can hold.', [
        { pointer, detail: `must come to at most ${MAX_AMOUNT} minor units` },
      ]);
    }
    total = sum;
    lines.push({ id: `line_${index + 1}`, ...line, total: ofLine });
  }
  return { event: { type: 'OrderPlaced', data: { ...data, lines, total } } };
}

function cancel({ order }: OrderState, data: CancelOrder['data']): Decision<OrderCancelled> {
  switch (order.status) {
    case 'placed':
      return { event: { type: 'OrderCancelled', data } };
    case 'cancelled':
      return reject('order_already_cancelled', 'This order has been cancelled already, by another request.');
  }
}
