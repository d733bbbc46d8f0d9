/** Totals of customers and days are a fold of the log up to the position that they state. */
import type { LogEvent, Recorded, ShownTotal } from '../history/entry.ts';
import { isSuccess } from './keys.ts';
import type { LogIndex } from './log-index.ts';
import type { Findings } from './violation.ts';

type Sums = Omit<ShownTotal, 'day' | 'currency'>;

const NONE: Sums = { placed: 0, cancelled: 0, ordered: 0, paid: 0, refunded: 0 };

export function checkTotals(index: LogIndex, history: readonly Recorded[], findings: Findings): void {
  const answers = history
    .filter((entry) => ['summary', 'sales'].includes(entry.wish.kind) && isSuccess(entry))
    .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
  /** By tenant and customer, and by tenant and day. */
  const sums = new Map<string, Sums>();
  let at = 0;
  for (const entry of answers) {
    while (at < index.commits.length && index.commits[at]!.event.position <= (entry.position ?? 0)) {
      add(index, sums, index.commits[at]!.event);
      at += 1;
    }
    findings.decide('totals');
    const { wish, tenant, totals = [] } = entry;
    const prefix = wish.kind === 'summary' ? `${tenant} of ${wish.customer}` : `${tenant} on `;
    const shown = new Map(totals.map((total) => [prefix + (total.day ?? ''), total]));
    const expected = new Map(
      [...sums].filter(([name]) => (wish.kind === 'summary' ? name === prefix : name.startsWith(prefix))),
    );
    for (const name of new Set([...shown.keys(), ...expected.keys()])) {
      const [one, other] = [canonical(shown.get(name)), canonical(expected.get(name))];
      if (one !== other)
        findings.violate('totals', `tenant ${name}, at ${entry.position}: ${one}; the fold has ${other}`, [
          entry.at,
        ]);
    }
  }
}

/** All orders are in one currency. */
const canonical = ({ placed, cancelled, ordered, paid, refunded }: Sums = NONE): string =>
  JSON.stringify({ placed, cancelled, ordered, paid, refunded });

function add({ orders }: LogIndex, sums: Map<string, Sums>, event: LogEvent): void {
  const { tenant, order, type, data, recordedAt } = event;
  const first = orders.get(order)?.commits[0]?.event;
  const names = [
    `${tenant} of ${first?.data['customer_id'] as string}`,
    `${tenant} on ${recordedAt.slice(0, 10)}`,
  ];
  for (const name of names) {
    const sum = sums.get(name) ?? { ...NONE };
    if (type === 'OrderPlaced') {
      sum.placed += 1;
      sum.ordered += data['total'] as number;
    } else if (type === 'OrderCancelled') sum.cancelled += 1;
    else if (type === 'PaymentRecorded') sum.paid += data['amount'] as number;
    else if (type === 'RefundRecorded') sum.refunded += data['amount'] as number;
    else continue;
    sums.set(name, sum);
  }
}
