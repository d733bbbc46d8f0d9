/** Walks through the list of orders, and the positions that lists state. */
import type { Recorded, RunFacts, ShownOrder } from '../history/entry.ts';
import { isSuccess } from './keys.ts';
import type { Commit, LogIndex } from './log-index.ts';
import type { Findings } from './violation.ts';

export function checkWalks(
  index: LogIndex,
  history: readonly Recorded[],
  { hasReplicas = false }: Pick<RunFacts, 'hasReplicas'>,
  findings: Findings,
): void {
  const walks = new Map<string, Recorded[]>();
  const pages: Recorded[] = [];
  for (const entry of history) {
    if (entry.wish.kind !== 'page' || !isSuccess(entry)) continue;
    pages.push(entry);
    const list = walks.get(entry.wish.walk);
    if (list === undefined) walks.set(entry.wish.walk, [entry]);
    else list.push(entry);
  }
  const placings = index.tenants.map((commits) => commits.filter(({ event }) => event.version === 1));
  for (const walk of walks.values()) checkWalk(placings, walk, findings);
  for (const page of pages) checkPage(index, page, findings);
  for (const compared of hasReplicas ? walks.values() : [pages]) checkPositions(index, compared, findings);
}

function checkWalk(placings: Commit[][], walk: Recorded[], findings: Findings): void {
  const [{ wish, tenant }] = walk as [Recorded];
  const isRising = wish.kind === 'page' && wish.direction === 'asc';
  const all = placings[tenant] ?? [];
  const expected = isRising ? all : all.toReversed();
  const placeOf = new Map(expected.map(({ event }, n) => [event.order, n]));
  let next: number | undefined = isRising ? 0 : undefined;
  for (const page of walk) {
    const { orders = [], hasMore, position = 0, at } = page;
    // Newest first, the first page begins with an order that the position allows.
    next ??= expected.findIndex(({ event }) => event.position <= position);
    if (next < 0) next = expected.length;
    const first = orders[0] && placeOf.get(orders[0].id);
    if (!isRising && page === walk[0] && first !== undefined && first < next) next = first;
    for (const { id } of orders) {
      findings.decide('walk');
      const place = placeOf.get(id);
      if (place === undefined) findings.violate('walk', `${id} is not an order of the log`, [at]);
      else if (place !== next) {
        const what = place > next ? `skips ${expected[next]!.event.order}` : 'repeats an order';
        findings.violate('walk', `a walk ${what} at ${id}`, [walk[0]!.at, at]);
      }
      next = (place ?? next) + 1;
    }
    if (hasMore !== false) continue;
    const missed = expected[next];
    if (missed !== undefined && (!isRising || missed.event.position <= position))
      findings.violate('walk', `a walk ends before ${missed.event.order}`, [walk[0]!.at, at]);
  }
}

/** Each row is at least as new as the position of its list, which the request may demand. */
function checkPage({ orders: logs }: LogIndex, page: Recorded, findings: Findings): void {
  const { wish, orders = [], position = 0, at } = page;
  findings.decide('list-position');
  if (wish.kind === 'page' && wish.readAfter !== undefined && position < wish.readAfter)
    findings.violate('list-position', `the list is at ${position}, the client wrote at ${wish.readAfter}`, [
      at,
    ]);
  for (const row of orders) {
    const newest = versionAt(logs.get(row.id)?.commits ?? [], row, position);
    if (row.version < newest)
      findings.violate(
        'list-position',
        `the list at ${position} has version ${row.version} of ${row.id}, not ${newest}`,
        [at],
      );
  }
}

/** The newest version at a position of the log. */
function versionAt(commits: readonly Commit[], { version }: ShownOrder, position: number): number {
  let newest = version;
  while (newest < commits.length && commits[newest]!.event.position <= position) newest += 1;
  return newest;
}

/**
 * A list never goes back: not for a client, and not from one client to another. With replicas, each
 * walk by itself.
 */
function checkPositions({ head }: LogIndex, pages: readonly Recorded[], findings: Findings): void {
  const byEnd = pages.toSorted((a, b) => a.endMs - b.endMs);
  const byStart = pages.toSorted((a, b) => a.startMs - b.startMs);
  let furthest: Recorded | undefined;
  let ended = 0;
  for (const page of byStart) {
    while (ended < byEnd.length && byEnd[ended]!.endMs < page.startMs) {
      if ((byEnd[ended]!.position ?? 0) > (furthest?.position ?? 0)) furthest = byEnd[ended];
      ended += 1;
    }
    findings.decide('list-position');
    const { position = 0, at } = page;
    if (position > head)
      findings.violate('list-position', `a list is at ${position}, the log ends at ${head}`, [at]);
    if (furthest !== undefined && position < furthest.position!)
      findings.violate('list-position', `the list went back from ${furthest.position} to ${position}`, [
        furthest.at,
        at,
      ]);
  }
}
