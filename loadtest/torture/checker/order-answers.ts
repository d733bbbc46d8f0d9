/**
 * The answers about an order are a linearizable history of its versions. An answer shows a version,
 * so the order of the versions is known, and a sweep by time decides: no search is needed.
 *
 * - An answer shows no version whose command was not yet sent when the answer ended.
 * - A fresh answer shows no older version than an answer that ended before the request began.
 * - Two documents of one version are equal, and they are the fold by the independent model.
 */
import { shown } from '../../../test/model/model.ts';
import type { Recorded, ShownOrder } from '../history/entry.ts';
import { isSuccess } from './keys.ts';
import type { LogIndex, OrderLog } from './log-index.ts';
import type { Findings } from './violation.ts';

/** One answer that shows a version of one order. */
interface Sighting {
  version: number;
  entry: Recorded;
  /** Whether the answer must show the newest version: no replay, no list, no old version. */
  isFresh: boolean;
}

export function checkOrderAnswers(index: LogIndex, history: readonly Recorded[], findings: Findings): void {
  const sightings = new Map<string, Sighting[]>();
  const note = (order: string, sighting: Sighting) => {
    const list = sightings.get(order);
    if (list === undefined) sightings.set(order, [sighting]);
    else list.push(sighting);
  };
  const documents = new Map<string, Recorded & { shown: ShownOrder }>();
  for (const entry of history) {
    if (!isSuccess(entry)) continue;
    const { wish, order, orders = [], events = [], version, replayed } = entry;
    for (const each of order ? [order, ...orders] : orders)
      checkDocument(index, documents, entry, each, findings);
    if (order) {
      const isFresh = (wish.kind === 'read' && wish.version === undefined) || isFirstRun(entry);
      note(order.id, { version: order.version, entry, isFresh });
      if (wish.kind === 'read' && wish.version !== undefined && wish.version !== order.version)
        findings.violate('order-history', `version ${wish.version} was asked, ${order.version} came`, [
          entry.at,
        ]);
    } else if (wish.kind === 'act' && version !== undefined)
      note(wish.order, { version, entry, isFresh: replayed !== true });
    for (const each of orders) note(each.id, { version: each.version, entry, isFresh: false });
    for (const each of events) note(each.order, { version: each.version, entry, isFresh: false });
  }
  for (const [id, list] of sightings) sweep(id, index.orders.get(id), list, findings);
}

const isFirstRun = ({ wish, replayed }: Recorded): boolean =>
  (wish.kind === 'act' || wish.kind === 'place') && replayed !== true;

function sweep(id: string, order: OrderLog | undefined, list: Sighting[], findings: Findings): void {
  const byEnd = list.toSorted((a, b) => a.entry.endMs - b.entry.endMs);
  const byStart = list.toSorted((a, b) => a.entry.startMs - b.entry.startMs);
  let newest: Sighting | undefined;
  let ended = 0;
  for (const sighting of byStart) {
    const { version, entry, isFresh } = sighting;
    findings.decide('order-history');
    const commit = order?.commits[version - 1];
    if (commit === undefined) {
      findings.violate('order-history', `the log has no version ${version} of ${id}`, [entry.at]);
      continue;
    }
    if (commit.sentMs > entry.endMs)
      findings.violate('order-history', `version ${version} of ${id} was shown before its command was sent`, [
        entry.at,
        commit.sentLine,
      ]);
    while (ended < byEnd.length && byEnd[ended]!.entry.endMs < entry.startMs) {
      if (newest === undefined || byEnd[ended]!.version > newest.version) newest = byEnd[ended];
      ended += 1;
    }
    if (isFresh && newest !== undefined && version < newest.version)
      findings.violate(
        'order-history',
        `version ${version} of ${id} was shown after version ${newest.version}`,
        [newest.entry.at, entry.at],
      );
  }
}

function checkDocument(
  { orders }: LogIndex,
  documents: Map<string, Recorded & { shown: ShownOrder }>,
  entry: Recorded,
  order: ShownOrder,
  findings: Findings,
): void {
  const { edition, at, tenant } = entry;
  const log = orders.get(order.id);
  if (log !== undefined && log.tenant !== tenant)
    findings.violate('order-history', `${order.id} belongs to another tenant`, [at]);
  const name = `${edition} ${order.id} ${order.version}`;
  const earlier = documents.get(name);
  findings.decide('shown-state');
  if (earlier === undefined) {
    documents.set(name, { ...entry, shown: order });
    const state = log?.states[order.version - 1];
    if (state === undefined) return; // reported with the sightings, or with the illegal event
    const expected = shown(state);
    const pairs: [string, unknown, unknown][] = [
      ['status', order.status ?? expected.status, expected.status],
      ['total', order.total, expected.total],
      ['paid', order.paid, expected.amount_paid],
      ['refunded', order.refunded, expected.amount_refunded],
      ['note', order.note, expected.metadata.note],
    ];
    for (const [member, value, other] of pairs)
      if (value !== other)
        findings.violate(
          'shown-state',
          `${member} of ${order.id}, version ${order.version}, is ${String(value)}; the model has ${String(other)}`,
          [at],
        );
  } else if (earlier.shown.hash !== order.hash)
    findings.violate('shown-state', `two documents of ${order.id}, version ${order.version}, differ`, [
      earlier.at,
      at,
    ]);
}
