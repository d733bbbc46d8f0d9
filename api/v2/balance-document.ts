/** How version 2 spells the balance of an order. */
import {
  amountOf,
  authorizedAmount,
  chargeLeft,
  due,
  gonePieces,
  isOpen,
  net,
  overpaid,
  owed,
  piecesHeld,
  piecesToShip,
} from '../../domain/order/amounts.ts';
import { share } from '../../domain/order/arithmetic.ts';
import type { OrderLine, OrderState } from '../../domain/order/order.ts';
import { money } from './money.ts';

export function balanceDocument(state: OrderState) {
  const { order, facts, payments } = state;
  const inCurrency = (amount: number) => money(amount, order.currency);
  return {
    order_id: order.id,
    version: order.version,
    total: inCurrency(order.total),
    cancelled: inCurrency(facts.amount_cancelled ?? 0),
    returned: inCurrency(facts.amount_returned ?? 0),
    adjusted: inCurrency(facts.amount_adjusted ?? 0),
    owed: inCurrency(owed(state)),
    paid: inCurrency(order.amount_paid),
    reversed: inCurrency(facts.amount_reversed ?? 0),
    refunded: inCurrency(order.amount_refunded),
    net: inCurrency(net(state)),
    authorized: inCurrency(authorizedAmount(state)),
    due: inCurrency(due(state)),
    overpaid: inCurrency(overpaid(state)),
    lines: order.lines.map((line) => lineBalance(state, line)),
    charges: (order.charges ?? []).map((charge) => {
      const refunded = facts.charges_refunded?.[charge.id] ?? 0;
      const freed = facts.charges_freed?.[charge.id] ?? 0;
      return {
        charge_id: charge.id,
        refundable: inCurrency(chargeLeft(state, charge)),
        owed_back: inCurrency(Math.min(freed - refunded, overpaid(state))),
      };
    }),
    payments: Object.entries(payments).map(([payment_id, { amount, left }]) => ({
      payment_id,
      amount: inCurrency(amount),
      left: inCurrency(left),
    })),
    authorizations: Object.entries(facts.authorizations ?? {}).map(([authorization_id, each]) => ({
      authorization_id,
      amount: inCurrency(each.amount),
      captured: inCurrency(each.captured),
      left: inCurrency(isOpen(each) ? each.amount - each.captured : 0),
    })),
  };
}

function lineBalance(state: OrderState, line: OrderLine) {
  const refunded = state.facts.refunded?.[line.id] ?? 0;
  const gone = gonePieces(state, line) - refunded;
  const { currency } = state.order;
  /** The next pieces of the line in the order of refunds. */
  const next = (quantity: number) => share(amountOf(line), line.quantity, refunded, quantity);
  const refundable = gone + piecesHeld(state, line);
  return {
    line_id: line.id,
    to_ship: piecesToShip(state, line),
    held: piecesHeld(state, line),
    refundable: { quantity: refundable, amount: money(next(refundable), currency) },
    owed_back: { quantity: gone, amount: money(Math.min(next(gone), overpaid(state)), currency) },
  };
}
