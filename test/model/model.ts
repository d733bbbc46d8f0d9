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

/** Amounts are minor units. */
export interface ModelOrder {
  lines: Line[];
  paid: number;
  refunded: number;
  /** No longer owed. */
  cancelled: number;
  returnedAmount: number;
  adjusted: number;
  /** Refunds of what was cancelled or returned, and refunds that are owed again. */
  settled: number;
  reopened: number;
  shipped: number[];
  returned: number[];
  /** Whether a payment covered all that was due. */
  wasPaid: boolean;
  end: 'cancelled' | 'completed' | undefined;
  note: string | undefined;
  version: number;
}

export const placed = (lines: Line[]): ModelOrder => ({
  lines,
  paid: 0,
  refunded: 0,
  cancelled: 0,
  returnedAmount: 0,
  adjusted: 0,
  settled: 0,
  reopened: 0,
  shipped: lines.map(() => 0),
  returned: lines.map(() => 0),
  wasPaid: false,
  end: undefined,
  note: undefined,
  version: 1,
});

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
const totalOf = ({ lines }: ModelOrder) => sum(lines.map(({ quantity, unitPrice }) => quantity * unitPrice));
const owed = (order: ModelOrder) => totalOf(order) - order.cancelled - order.returnedAmount - order.adjusted;
const net = ({ paid, refunded }: ModelOrder) => paid - refunded;
export const due = (order: ModelOrder) => Math.max(0, owed(order) - net(order));

export function statusOf(order: ModelOrder): string {
  const { lines, shipped, wasPaid, end } = order;
  if (end) return end;
  if (lines.every(({ quantity }, n) => shipped[n] === quantity)) return 'shipped';
  if (sum(shipped) > 0) return 'partially_shipped';
  return wasPaid ? 'paid' : 'placed';
}

/** @returns the order after an act; `undefined` when the act is refused */
export function after(order: ModelOrder, act: Act): ModelOrder | undefined {
  const next = { ...order, version: order.version + 1 };
  const begun = sum(order.shipped) > 0;
  switch (act.noun) {
    case 'payments': {
      if (act.amount > due(order)) return undefined;
      const paid = {
        ...next,
        paid: order.paid + act.amount,
        reopened: Math.max(0, order.reopened - act.amount),
      };
      return { ...paid, wasPaid: order.wasPaid || due(paid) === 0 };
    }
    case 'refunds':
      return act.amount > net(order) ? undefined : refunded(next, act.amount);
    case 'shipments': {
      const shipped = order.shipped.map((n, line) => n + (act.pieces[line] ?? 0));
      const tooMany = shipped.some((n, line) => n > order.lines[line]!.quantity);
      return order.end || due(order) > 0 || tooMany ? undefined : { ...next, shipped };
    }
    case 'returns': {
      const returned = order.returned.map((n, line) => n + (act.pieces[line] ?? 0));
      const tooMany = returned.some((n, line) => n > order.shipped[line]!);
      if (order.end || tooMany) return undefined;
      const worth = sum(act.pieces.map((n, line) => n * (order.lines[line]?.unitPrice ?? 0)));
      const amount = Math.min(worth, owed(order));
      return freed({ ...next, returned, returnedAmount: order.returnedAmount + amount }, amount);
    }
    case 'cancellation':
      if (order.end || begun) return undefined;
      return freed({ ...next, end: 'cancelled', cancelled: order.cancelled + owed(order) }, owed(order));
    case 'completion':
      return statusOf(order) === 'shipped' ? { ...next, end: 'completed' } : undefined;
    case 'metadata':
      return { ...next, note: act.value };
  }
}

/**
 * A refund counts first against what the shop owes back. The rest is owed again while pieces are
 * open, else it is a reduction.
 */
function refunded(order: ModelOrder, amount: number): ModelOrder {
  const owedBack =
    due(order) === 0
      ? net(order) - owed(order)
      : Math.max(0, order.cancelled + order.returnedAmount - order.settled);
  const settled = Math.min(amount, owedBack);
  const isOpen = ['placed', 'paid', 'partially_shipped'].includes(statusOf(order));
  const rest = isOpen
    ? { reopened: order.reopened + amount - settled }
    : { adjusted: order.adjusted + amount - settled };
  return { ...order, ...rest, refunded: order.refunded + amount, settled: order.settled + settled };
}

/** Refunds that were owed again count against an amount that is no longer owed. */
function freed(order: ModelOrder, amount: number): ModelOrder {
  const settled = Math.min(amount, order.reopened);
  return { ...order, settled: order.settled + settled, reopened: order.reopened - settled };
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
