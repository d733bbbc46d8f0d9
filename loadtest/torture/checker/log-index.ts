/** The final log, indexed, with the states of each order by the independent model. */
import { type Act, type ModelOrder, after, placed } from '../../../test/model/model.ts';
import type { Epoch, LogEvent, Recorded } from '../history/entry.ts';
import type { Findings } from './violation.ts';

/** What is known of the command of an event. */
export interface Commit {
  event: LogEvent;
  /** Start of the first request with its key, or `Infinity`: no client sent it. */
  sentMs: number;
  sentLine: number | undefined;
  /** End of the first answer that shows it, or `Infinity`. It was committed before. */
  shownMs: number;
  shownLine: number | undefined;
}

export interface OrderLog {
  tenant: number;
  /** By version: the first is at 0. */
  commits: Commit[];
  /** The state at each version; shorter when an event was illegal. */
  states: ModelOrder[];
}

export interface LogIndex {
  commits: Commit[];
  /** By `TENANT KEY`. */
  byKey: Map<string, Commit>;
  byId: Map<string, Commit>;
  orders: Map<string, OrderLog>;
  /** By tenant, in the order of the log. */
  tenants: Commit[][];
  head: number;
}

export const keyName = (tenant: number, key: string): string => `${tenant} ${key}`;

/** Indexes the log and checks it by itself. */
export function indexLog(log: readonly LogEvent[], epochs: readonly Epoch[], findings: Findings): LogIndex {
  const index: LogIndex = {
    commits: [],
    byKey: new Map(),
    byId: new Map(),
    orders: new Map(),
    tenants: [],
    head: log.at(-1)?.position ?? 0,
  };
  let last: LogEvent | undefined;
  for (const event of log) {
    const commit = {
      event,
      sentMs: Number.POSITIVE_INFINITY,
      sentLine: undefined,
      shownMs: Number.POSITIVE_INFINITY,
      shownLine: undefined,
    };
    index.commits.push(commit);
    findings.decide('log-order');
    if (!follows(event.position, last?.position ?? 0, epochs))
      findings.violate('log-order', `position ${event.position} follows ${last?.position ?? 0}`);
    const isInEpoch = event.position === (last?.position ?? 0) + 1;
    if (last !== undefined && isInEpoch && event.recordedAt < last.recordedAt)
      findings.violate('log-order', `position ${event.position} is recorded before its predecessor`);
    last = event;
    const name = keyName(event.tenant, event.key);
    if (index.byKey.has(name))
      findings.violate('acknowledged-once', `two events have the key ${event.key}: ${event.position}`);
    else index.byKey.set(name, commit);
    if (index.byId.has(event.id)) findings.violate('acknowledged-once', `two events have the id ${event.id}`);
    index.byId.set(event.id, commit);
    (index.tenants[event.tenant] ??= []).push(commit);
    append(index, commit, findings);
  }
  return index;
}

/** Whether a position is the next one of its epoch, or the first one of a new epoch. */
function follows(position: number, last: number, epochs: readonly Epoch[]): boolean {
  const left = epochs.find(({ afterPosition }) => afterPosition > last);
  if (left === undefined || left.keptPosition !== last) return position === last + 1;
  return epochs.some(({ afterPosition }) => afterPosition > last && position === afterPosition + 1);
}

function append({ orders }: LogIndex, commit: Commit, findings: Findings): void {
  const { order: id, tenant, version, position, type } = commit.event;
  const order = orders.get(id) ?? { tenant, commits: [], states: [] };
  orders.set(id, order);
  findings.decide('log-legal');
  if (version !== order.commits.length + 1) {
    findings.violate(
      'log-order',
      `version ${version} of ${id} at ${position} follows ${order.commits.length}`,
    );
    return;
  }
  order.commits.push(commit);
  const before = order.states.at(-1);
  if (order.states.length !== version - 1) return; // an earlier event was illegal
  const act = actOf(commit.event);
  const state = act === 'place' ? placed(linesOf(commit.event)) : before && act && after(before, act);
  if (state === undefined)
    findings.violate('log-legal', `${type} at ${position} is not legal in version ${version - 1} of ${id}`);
  else order.states.push(state);
}

interface StoredLine {
  quantity: number;
  unit_price: number;
}

export const linesOf = ({ data }: LogEvent): { quantity: number; unitPrice: number }[] =>
  (data['lines'] as StoredLine[]).map(({ quantity, unit_price }) => ({ quantity, unitPrice: unit_price }));

/** The act that an event records; `undefined` for an event that no client of ours causes. */
export function actOf({ type, data }: LogEvent): Act | 'place' | undefined {
  switch (type) {
    case 'OrderPlaced':
      return 'place';
    case 'PaymentRecorded':
      return { noun: 'payments', amount: data['amount'] as number };
    case 'RefundRecorded':
      return { noun: 'refunds', amount: data['amount'] as number };
    case 'ItemsShipped':
      return { noun: 'shipments', pieces: piecesOf(data) };
    case 'ItemsReturned':
      return { noun: 'returns', pieces: piecesOf(data) };
    case 'OrderCancelled':
      return { noun: 'cancellation' };
    case 'OrderCompleted':
      return { noun: 'completion' };
    case 'OrderUpdated':
      return { noun: 'metadata', value: (data['metadata'] as { note: string }).note };
    default:
      return undefined;
  }
}

/** Pieces of the lines `line_1` and `line_2`. */
function piecesOf(data: LogEvent['data']): number[] {
  const pieces = [0, 0];
  for (const { line_id, quantity } of data['lines'] as { line_id: string; quantity: number }[])
    pieces[Number(line_id.slice('line_'.length)) - 1] = quantity;
  return pieces;
}

/** Notes when each command was first sent, and when an answer first showed it. */
export function noteTimes(index: LogIndex, history: readonly Recorded[]): void {
  const show = (commit: Commit | undefined, { endMs, at }: Recorded) => {
    if (commit === undefined || endMs >= commit.shownMs) return;
    commit.shownMs = endMs;
    commit.shownLine = at;
  };
  for (const entry of history) {
    const { wish, tenant, key, startMs, at } = entry;
    const commit = key === undefined ? undefined : index.byKey.get(keyName(tenant, key));
    if (commit !== undefined && wish.kind !== 'receipt' && startMs < commit.sentMs) {
      commit.sentMs = startMs;
      commit.sentLine = at;
    }
    if (typeof entry.status !== 'number' || entry.status >= 300) continue;
    show(commit, entry);
    for (const order of [entry.order, ...(entry.orders ?? [])])
      if (order) show(index.orders.get(order.id)?.commits[order.version - 1], entry);
    for (const { id } of entry.events ?? []) show(index.byId.get(id), entry);
  }
  // A version was committed before each later one was.
  for (const { commits } of index.orders.values())
    for (let n = commits.length - 2; n >= 0; n -= 1) {
      const [one, next] = [commits[n]!, commits[n + 1]!];
      if (next.shownMs < one.shownMs)
        Object.assign(one, { shownMs: next.shownMs, shownLine: next.shownLine });
    }
}
