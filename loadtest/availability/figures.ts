/** What a run under traffic is measured by, from its history and its final log. */
import type { Recorded } from '../torture/history/entry.ts';
import type { RecordedRun } from '../torture/history/files.ts';

export interface Figures {
  /** Exchanges of clients; those that a client cut are none. */
  requests: number;
  /** Orders. */
  placed: number;
  /** 429, 503, and UNAVAILABLE of gRPC: the client sends the request again. */
  refused: number;
  /** Other 5xx, no answer in time, a connection that ended. */
  failed: number;
  /** Acknowledged writes that the log lacks. */
  lost: number;
  /** Keys with more than one event, or more than one order in answers. */
  doubled: number;
  /** The longest time between two acknowledged writes. */
  pauseMs: number;
}

/** What happened under traffic, and when: milliseconds of the history. */
export interface Act {
  name: string;
  fromMs: number;
  toMs: number;
}

const isAnswered = ({ status }: Recorded): boolean => typeof status === 'number' && status < 300;
const isWrite = ({ wish }: Recorded): boolean => wish.kind === 'place' || wish.kind === 'act';

export function figuresOf({ history, log }: Pick<RecordedRun, 'history' | 'log'>): Figures {
  const sent = history.filter(({ wish, status }) => wish.kind !== 'hook' && status !== 'cut');
  const refused = sent.filter(isRefused).length;
  const failed = sent.filter((entry) => isFailed(entry) && !isRefused(entry)).length;
  const acknowledged = acknowledgedIn(history);
  const eventsByKey = new Map<string, number>();
  for (const event of log) {
    const key = keyOf(event);
    eventsByKey.set(key, (eventsByKey.get(key) ?? 0) + 1);
  }
  const ordersByKey = new Map<string, Set<string>>();
  for (const entry of acknowledged) {
    const id = entry.order?.id ?? entry.orderId;
    if (entry.wish.kind !== 'place' || id === undefined) continue;
    const ids = ordersByKey.get(keyOf(entry)) ?? new Set();
    ordersByKey.set(keyOf(entry), ids.add(id));
  }
  const lostKeys = new Set(acknowledged.map(keyOf).filter((key) => !eventsByKey.has(key)));
  const doubled = [...eventsByKey.values()].filter((count) => count > 1).length;
  const answeredTwice = [...ordersByKey.values()].filter(({ size }) => size > 1).length;
  return {
    requests: sent.length,
    placed: ordersByKey.size,
    refused,
    failed,
    lost: lostKeys.size,
    doubled: doubled + answeredTwice,
    pauseMs: Math.max(0, ...pausesOf(acknowledged).map(({ ms }) => ms)),
  };
}

const keyOf = ({ tenant, key = '' }: { tenant: number; key?: string | undefined }) => `${tenant} ${key}`;

const isRefused = ({ status, code, edition }: Recorded): boolean =>
  status === 429 || status === 503 || (edition === 'grpc' && code?.toLowerCase() === 'unavailable');

const isFailed = ({ status }: Recorded): boolean => typeof status !== 'number' || status >= 500;

const acknowledgedIn = (history: readonly Recorded[]): Recorded[] =>
  history.filter((entry) => isWrite(entry) && isAnswered(entry));

/** The times between acknowledged writes, each with its end. */
function pausesOf(acknowledged: readonly Recorded[]): { ms: number; endMs: number }[] {
  const times = acknowledged.map(({ endMs }) => endMs).toSorted((a, b) => a - b);
  return times.slice(1).map((endMs, n) => ({ ms: endMs - times[n]!, endMs }));
}

/** @returns the longest pause that an act fell into, or that began before its end */
export function pauseDuring(history: readonly Recorded[], { fromMs, toMs }: Act): number {
  const during = pausesOf(acknowledgedIn(history)).filter(
    ({ ms, endMs }) => endMs >= fromMs && endMs - ms <= toMs,
  );
  return Math.max(0, ...during.map(({ ms }) => ms));
}

/** The figures as lines. */
export const linesOf = ({ pauseMs, ...counts }: Figures): string[] => [
  ...Object.entries(counts).map(([name, count]) => `  ${name.padEnd(18)} ${count.toLocaleString('en')}`),
  `  ${'longest pause'.padEnd(18)} ${(pauseMs / 1_000).toFixed(2)} s`,
];
