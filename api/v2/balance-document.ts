/** How version 2 spells the balance of an order. */
import type { Balance } from '../../domain/order/balance.ts';
import type { Order } from '../../domain/order/order.ts';
import { type Money, money } from './money.ts';

export function balanceDocument({ id, version, currency }: Order, balance: Balance) {
  const shown = (amount: number) => money(amount, currency);
  const totals = Object.entries(balance.totals).map(([name, amount]) => [name, shown(amount)]);
  const pieces = ({ quantity, amount }: { quantity: number; amount: number }) => ({
    quantity,
    amount: shown(amount),
  });
  return {
    order_id: id,
    version,
    ...(Object.fromEntries(totals) as Record<keyof Balance['totals'], Money>),
    lines: balance.lines.map(({ refundable, owed_back, ...line }) => ({
      ...line,
      refundable: pieces(refundable),
      owed_back: pieces(owed_back),
    })),
    charges: balance.charges.map(({ charge_id, refundable, owed_back }) => ({
      charge_id,
      refundable: shown(refundable),
      owed_back: shown(owed_back),
    })),
    payments: balance.payments.map(({ payment_id, amount, left }) => ({
      payment_id,
      amount: shown(amount),
      left: shown(left),
    })),
    authorizations: balance.authorizations.map(({ authorization_id, amount, captured, left }) => ({
      authorization_id,
      amount: shown(amount),
      captured: shown(captured),
      left: shown(left),
    })),
  };
}
