/** Every consumer gets every event: readers of the feed, gRPC streams, webhook endpoints. */
import type { Recorded, RunFacts, ShownEvent } from '../history/entry.ts';
import { isSuccess } from './keys.ts';
import type { Commit, LogIndex } from './log-index.ts';
import { isTold } from './losses.ts';
import type { Findings } from './violation.ts';

export function checkConsumers(
  index: LogIndex,
  history: readonly Recorded[],
  { endpoints, readersAtEnd }: RunFacts,
  findings: Findings,
): void {
  const readers = new Map<string, Recorded[]>();
  const received = new Map<string, Recorded[]>();
  for (const entry of history) {
    if (!isSuccess(entry) && entry.wish.kind !== 'hook' && !isTold(entry)) continue;
    const { wish } = entry;
    const [group, name] =
      wish.kind === 'feed' ? [readers, wish.reader] : wish.kind === 'hook' ? [received, wish.endpoint] : [];
    if (group === undefined) continue;
    const list = group.get(name!);
    if (list === undefined) group.set(name!, [entry]);
    else list.push(entry);
  }
  for (const [name, entries] of readers) checkReader(index, entries, readersAtEnd.includes(name), findings);
  for (const { name, tenant, afterPosition } of endpoints) {
    const pauses = pausesOf(name, history);
    const due = (index.tenants[tenant] ?? []).filter(
      (commit) => commit.event.position > afterPosition && !pauses.some((pause) => mayBeIn(commit, pause)),
    );
    checkEndpoint(index, name, due, received.get(name) ?? [], findings);
  }
}

interface Pause {
  fromMs: number;
  toMs: number;
}

/** When an endpoint may have been disabled: from the first request to the answer that ended it. */
function pausesOf(name: string, history: readonly Recorded[]): Pause[] {
  const switches = history
    .filter(({ wish }) => wish.kind === 'switch' && wish.endpoint === name)
    .toSorted((a, b) => a.startMs - b.startMs);
  const pauses: Pause[] = [];
  let open: Pause | undefined;
  for (const entry of switches) {
    const isEnabling = entry.wish.kind === 'switch' && entry.wish.isEnabled;
    if (!isEnabling && open === undefined) {
      open = { fromMs: entry.startMs, toMs: Number.POSITIVE_INFINITY };
      pauses.push(open);
    } else if (isEnabling && isSuccess(entry) && open !== undefined) {
      open.toMs = entry.endMs;
      open = undefined;
    }
  }
  return pauses;
}

const mayBeIn = ({ sentMs, shownMs }: Commit, { fromMs, toMs }: Pause): boolean =>
  sentMs <= toMs && shownMs >= fromMs;

/** Whether a shown event is that of the log. */
function isLogged(
  index: LogIndex,
  tenant: number,
  { id, position, order, version, type }: ShownEvent,
): boolean {
  const event = index.byId.get(id)?.event;
  return (
    event !== undefined &&
    event.tenant === tenant &&
    event.position === position &&
    event.order === order &&
    event.version === version &&
    event.type === type
  );
}

function checkReader(index: LogIndex, entries: Recorded[], isAtEnd: boolean, findings: Findings): void {
  const [{ tenant, wish }] = entries as [Recorded];
  const name = wish.kind === 'feed' ? wish.reader : '';
  const expected = index.tenants[tenant] ?? [];
  let next = 0;
  let before: Recorded | undefined;
  for (const entry of entries) {
    if (isTold(entry)) next = 0; // it reads again from the start
    for (const event of entry.events ?? []) {
      findings.decide('feed');
      const { at } = entry;
      if (!isLogged(index, tenant, event)) {
        findings.violate('feed', `${name} got ${event.id}, which the log does not have so`, [at]);
        continue;
      }
      const due = expected[next]?.event;
      if (due?.id === event.id) next += 1;
      else {
        const what =
          due !== undefined && due.position < event.position ? `skipped ${due.position}` : 'got again';
        findings.violate('feed', `${name} ${what}: ${event.position}`, [before?.at, at]);
        const found = expected.findIndex(({ event: { id } }) => id === event.id);
        if (found >= next) next = found + 1;
      }
      before = entry;
    }
    if (entry.hasMore === false) checkFresh(expected[next], entry, name, findings);
  }
  if (!isAtEnd) return;
  findings.decide('feed');
  if (next < expected.length)
    findings.violate('feed', `${name} never got position ${expected[next]!.event.position}`, [
      entries.at(-1)!.at,
    ]);
}

/** A page that says it is the last one has every event that was shown before it was requested. */
function checkFresh(
  next: Commit | undefined,
  { startMs, at }: Recorded,
  name: string,
  findings: Findings,
): void {
  findings.decide('feed');
  if (next === undefined || next.shownMs >= startMs) return;
  findings.violate('feed', `${name} got the end of the feed before position ${next.event.position}`, [
    at,
    next.shownLine,
  ]);
}

function checkEndpoint(
  index: LogIndex,
  name: string,
  due: readonly Commit[],
  entries: Recorded[],
  findings: Findings,
): void {
  const accepted = new Set<string>();
  for (const entry of entries) {
    for (const event of entry.events ?? []) {
      findings.decide('webhook');
      if (!isLogged(index, entry.tenant, event))
        findings.violate('webhook', `${name} got ${event.id}, which the log does not have so`, [entry.at]);
      if (isSuccess(entry)) accepted.add(event.id);
    }
  }
  for (const { event, sentLine } of due) {
    findings.decide('webhook');
    if (!accepted.has(event.id))
      findings.violate('webhook', `${name} never accepted ${event.id}, position ${event.position}`, [
        sentLine,
      ]);
  }
}
