/** The balance of an order: what is to be paid, shipped and given back, by its parts. */
import {
  amountOfRefund,
  authorizedAmount,
  chargeLeft,
  due,
  capturable,
  gonePieces,
  net,
  overpaid,
  owed,
  piecesHeld,
  piecesToShip,
} from './amounts.ts';
import type { OrderState } from './order.ts';

export type Balance = ReturnType<typeof balanceOf>;

/** The balance of an order. Amounts are minor units. */
export function balanceOf(state: OrderState) {
  const { order, facts } = state;
  const totals = {
    total: order.total,
    cancelled: facts.amount_cancelled ?? 0,
    returned: facts.amount_returned ?? 0,
    adjusted: facts.amount_adjusted ?? 0,
    owed: owed(state),
    paid: order.amount_paid,
    reversed: facts.amount_reversed ?? 0,
    refunded: order.amount_refunded,
    net: net(state),
    authorized: authorizedAmount(state),
    due: due(state),
    overpaid: overpaid(state),
  };
  // Nobody is owed more than the shop holds beyond what is owed to it.
  let rest = totals.overpaid;
  const capped = (amount: number): number => {
    const part = Math.min(rest, amount);
    rest -= part;
    return part;
  };
  return {
    totals,
    lines: order.lines.map((line) => {
      const before = gonePieces(state, line) - (facts.refunded?.[line.id] ?? 0);
      const gone = Math.max(0, before);
      const amount = capped(amountOfRefund(state, line, gone));
      const refundable = Math.max(0, before + piecesHeld(state, line));
      return {
        line_id: line.id,
        to_ship: piecesToShip(state, line),
        held: piecesHeld(state, line),
        refundable: {
          quantity: refundable,
          amount: Math.min(totals.net, amountOfRefund(state, line, refundable)),
        },
        owed_back: { quantity: amount === 0 ? 0 : gone, amount },
      };
    }),
    charges: (order.charges ?? []).map((charge) => {
      const refunded = facts.charges_refunded?.[charge.id] ?? 0;
      const freed = facts.charges_freed?.[charge.id] ?? 0;
      return {
        charge_id: charge.id,
        refundable: Math.min(totals.net, chargeLeft(state, charge)),
        owed_back: capped(Math.max(0, freed - refunded)),
      };
    }),
    payments: Object.entries(state.payments).map(([payment_id, { amount, left }]) => ({
      payment_id,
      amount,
      left,
    })),
    authorizations: Object.entries(facts.authorizations ?? {}).map(([authorization_id, authorization]) => {
      const { amount, captured } = authorization;
      return { authorization_id, amount, captured, left: capturable(authorization) };
    }),
  };
}
