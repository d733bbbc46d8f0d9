/** A model of orders, written from docs/orders.md alone. The tests compare the server with it. */

export interface Line {
  quantity: number;
  unitPrice: number;
}

export type Act =
  | { noun: 'payments'; amount: number }
  | { noun: 'refunds'; amount: number }
  | { noun: 'shipments'; pieces: number[] }
  | { noun: 'returns'; pieces: number[] }
  | { noun: 'cancellation' }
  | { noun: 'completion' }
  | { noun: 'metadata'; value: string };

export interface ModelOrder {
  lines: Line[];
  paid: number;
  refunded: number;
  shipped: number[];
  returned: number[];
  end: 'cancelled' | 'completed' | undefined;
  note: string | undefined;
  version: number;
}

export const placed = (lines: Line[]): ModelOrder => ({
  lines,
  paid: 0,
  refunded: 0,
  shipped: lines.map(() => 0),
  returned: lines.map(() => 0),
  end: undefined,
  note: undefined,
  version: 1,
});

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
export const totalOf = ({ lines }: ModelOrder) =>
  sum(lines.map(({ quantity, unitPrice }) => quantity * unitPrice));

export function statusOf(order: ModelOrder): string {
  const { lines, shipped, paid, end } = order;
  if (end) return end;
  if (lines.every(({ quantity }, n) => shipped[n] === quantity)) return 'shipped';
  if (sum(shipped) > 0) return 'partially_shipped';
  return paid > 0 && paid === totalOf(order) ? 'paid' : 'placed';
}

/** @returns the order after an act; `undefined` when the act is refused */
export function after(order: ModelOrder, act: Act): ModelOrder | undefined {
  const next = { ...order, version: order.version + 1 };
  const due = totalOf(order) - order.paid;
  const status = statusOf(order);
  const begun = sum(order.shipped) > 0;
  switch (act.noun) {
    case 'payments':
      return status === 'cancelled' || act.amount > due
        ? undefined
        : { ...next, paid: order.paid + act.amount };
    case 'refunds':
      return order.refunded + act.amount > order.paid
        ? undefined
        : { ...next, refunded: order.refunded + act.amount };
    case 'shipments': {
      const shipped = order.shipped.map((n, line) => n + (act.pieces[line] ?? 0));
      const tooMany = shipped.some((n, line) => n > order.lines[line]!.quantity);
      return order.end || due > 0 || tooMany ? undefined : { ...next, shipped };
    }
    case 'returns': {
      const returned = order.returned.map((n, line) => n + (act.pieces[line] ?? 0));
      const tooMany = returned.some((n, line) => n > order.shipped[line]!);
      return order.end || tooMany ? undefined : { ...next, returned };
    }
    case 'cancellation':
      return order.end || begun ? undefined : { ...next, end: 'cancelled' };
    case 'completion':
      return status === 'shipped' ? { ...next, end: 'completed' } : undefined;
    case 'metadata':
      return { ...next, note: act.value };
  }
}

/** The order as the API shows it. */
export const shown = (order: ModelOrder) => ({
  status: statusOf(order),
  total: totalOf(order),
  amount_paid: order.paid,
  amount_refunded: order.refunded,
  version: order.version,
  metadata: order.note === undefined ? {} : { note: order.note },
});
