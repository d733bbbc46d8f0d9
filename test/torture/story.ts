/** A short history without a lie, and the log that it belongs to. Each test plants one lie. */
import type { Act, Line } from '../model/model.ts';
import { after, placed, shown } from '../model/model.ts';
import type { Entry, LogEvent, RunFacts, ShownOrder } from '../../loadtest/torture/history/entry.ts';
import type { RecordedRun } from '../../loadtest/torture/history/files.ts';

export const LINES: Line[] = [
  { quantity: 2, unitPrice: 5 },
  { quantity: 1, unitPrice: 3 },
];
const DATA = {
  customer_id: 'cus_1',
  total: 13,
  lines: LINES.map(({ quantity, unitPrice }) => ({ quantity, unit_price: unitPrice })),
};

export interface Story {
  entries: Entry[];
  log: LogEvent[];
  facts: RunFacts;
}

/** Each exchange takes 10 ms, and begins 10 ms after the one before it. */
const exchange = (n: number, rest: Partial<Entry> & Pick<Entry, 'wish'>): Entry => ({
  client: 'shopper-0',
  tenant: 0,
  node: 0,
  edition: 'v1',
  startMs: n * 20,
  endMs: n * 20 + 10,
  status: 200,
  ...rest,
});

const event = (position: number, order: string, version: number, type: string, data: object): LogEvent => ({
  position,
  tenant: 0,
  order,
  id: `evt_${position}`,
  version,
  type,
  data: data as LogEvent['data'],
  key: `k${position}`,
  fingerprint: `f${position}`,
  recordedAt: `2026-01-01T00:00:00.00${position}Z`,
});

const ACTS: Act[] = [
  { noun: 'payments', amount: 13 },
  { noun: 'metadata', value: 'x' },
];

/** The order `ord_1` as the API shows it at a version. */
export function orderAt(version: number): ShownOrder {
  const state = ACTS.slice(0, version - 1).reduce((order, act) => after(order, act)!, placed(LINES));
  const { status, total, amount_paid, amount_refunded, metadata } = shown(state);
  return {
    id: 'ord_1',
    version,
    status,
    total,
    paid: amount_paid,
    refunded: amount_refunded,
    note: metadata.note,
    hash: `document ${version}`,
  };
}

const shownEvent = ({ position, order, id, version, type }: LogEvent) => ({
  position,
  order,
  id,
  version,
  type,
});

/**
 * `ord_1` is placed (1), paid (2) and noted (3); `ord_2` is placed (4). Lines of the history: 1 to
 * 4 these writes, 5 a repeat, 6 a refusal, 7 and 8 reads, 9 a stale patch, 10 a receipt, 11 the
 * receipt of an unknown key, 12 and 13 a walk, 14 a walk backwards, 15 and 16 the feed, 17 a
 * summary, 18 to 21 webhooks, 22 another request under a used key.
 */
export function trueStory(): Story {
  const log = [
    event(1, 'ord_1', 1, 'OrderPlaced', DATA),
    event(2, 'ord_1', 2, 'PaymentRecorded', { amount: 13 }),
    event(3, 'ord_1', 3, 'OrderUpdated', { metadata: { note: 'x' } }),
    event(4, 'ord_2', 1, 'OrderPlaced', DATA),
  ];
  const write = (
    position: number,
    wish: Entry['wish'],
    order?: ShownOrder,
  ): Partial<Entry> & Pick<Entry, 'wish'> => ({
    wish,
    key: `k${position}`,
    status: 201,
    replayed: false,
    position,
    version: log[position - 1]!.version,
    recordedAt: log[position - 1]!.recordedAt,
    hash: `answer ${position}`,
    order,
  });
  const place: Entry['wish'] = { kind: 'place', customer: 'cus_1', lines: LINES };
  const pay: Entry['wish'] = { kind: 'act', order: 'ord_1', act: ACTS[0]! };
  const note: Entry['wish'] = { kind: 'act', order: 'ord_1', act: ACTS[1]!, ifMatch: 2 };
  const second = { ...orderAt(1), id: 'ord_2', hash: 'document of ord_2' };
  const page = (walk: string, direction: 'asc' | 'desc', orders: ShownOrder[], hasMore: boolean) => ({
    wish: { kind: 'page', walk, direction, readAfter: 4 } as const,
    position: 4,
    orders,
    hasMore,
  });
  const feed = (events: LogEvent[], hasMore: boolean) => ({
    wish: { kind: 'feed', reader: 'feed-0' } as const,
    events: events.map(shownEvent),
    hasMore,
  });
  const hook = (one: LogEvent) => ({
    client: 'receiver-0',
    wish: { kind: 'hook', endpoint: 'receiver-0' } as const,
    status: 204,
    events: [shownEvent(one)],
  });
  const entries = [
    write(1, place, orderAt(1)),
    write(2, pay),
    write(3, note, orderAt(3)),
    write(4, place, second),
    { ...write(2, pay), replayed: true },
    { wish: pay, key: 'k6', status: 409, code: 'order_already_paid' },
    { wish: { kind: 'read', order: 'ord_1' } as const, order: orderAt(3) },
    { wish: { kind: 'read', order: 'ord_1', version: 2 } as const, order: orderAt(2) },
    { wish: note, key: 'k9', status: 412, code: 'precondition_failed' },
    {
      wish: { kind: 'receipt' } as const,
      key: 'k3',
      position: 3,
      orderId: 'ord_1',
      version: 3,
      recordedAt: log[2]!.recordedAt,
      hash: 'f3',
      events: [shownEvent(log[2]!)],
    },
    { wish: { kind: 'receipt' } as const, key: 'k11', status: 404, code: 'not_found' },
    page('up', 'asc', [orderAt(3)], true),
    page('up', 'asc', [second], false),
    page('down', 'desc', [second, orderAt(3)], false),
    feed(log.slice(0, 2), true),
    feed(log.slice(2), false),
    {
      wish: { kind: 'summary', customer: 'cus_1' } as const,
      position: 4,
      totals: [{ currency: 'EUR', placed: 2, cancelled: 0, ordered: 26, paid: 13, refunded: 0 }],
    },
    ...log.map(hook),
    { wish: { ...place, customer: 'cus_2' }, key: 'k4', status: 422, code: 'idempotency_key_reused' },
  ].map((rest, n) => exchange(n + 1, rest));
  return {
    entries,
    log,
    facts: {
      seed: 1,
      seconds: 1,
      endpoints: [{ name: 'receiver-0', tenant: 0, afterPosition: 0 }],
      readersAtEnd: ['feed-0'],
      faults: {},
      leftOut: {},
      notRecovered: [],
      replica: 'none',
      promotions: [],
      epochs: [],
    },
  };
}

export const recorded = ({ entries, log, facts }: Story): RecordedRun => ({
  history: entries.map((entry, n) => ({ ...entry, at: n + 1 })),
  log,
  facts,
});
