/** Which cases of a seed are run. */
import { type Case, requestsOf } from './case.ts';
import type { Plan } from './plan.ts';
import { REACH } from './scene.ts';

/** Cases whose clients have more patience than this take half a minute. */
const QUICK_MS = 25_000;

/**
 * Cases from the first on, until they have so many requests.
 *
 * @param isQuick leaves out those that take longer than ten seconds or so
 */
export function* untilRequests(plan: Plan, requests: number, isQuick: boolean): Generator<Case> {
  let left = requests;
  for (let index = 0; left > 0; index += 1) {
    const one = plan(index);
    if (isQuick && isLong(one)) continue;
    yield one;
    left -= requestsOf(one).length;
  }
}

/** The same of some kinds of cases alone, each behind those that it goes on from. */
export function* ofKinds(plan: Plan, kinds: readonly string[], requests: number): Generator<Case> {
  const taken = new Set<number>();
  let left = requests;
  for (let index = 0; left > 0; index += 1) {
    const one = plan(index);
    if (!kinds.includes(one.kind)) continue;
    for (const which of [...one.after, index]) {
      if (taken.has(which)) continue;
      taken.add(which);
      yield plan(which);
    }
    left -= requestsOf(one).length;
  }
}

const isLong = ({ stages, isSlow }: Case): boolean =>
  isSlow && stages.flat().some((lane) => lane.kind === 'http' && lane.patienceMs > QUICK_MS);

/** One case, and before it all that it goes on from, and that did something to the same orders. */
export function oneAndBefore(plan: Plan, index: number): Case[] {
  const chosen = new Map<number, Case>();
  const take = (which: number): void => {
    if (chosen.has(which)) return;
    const one = plan(which);
    chosen.set(which, one);
    for (const before of one.after) take(before);
  };
  take(index);
  const shared = new Set(plan(index).after);
  for (let earlier = Math.max(0, index - 2 * REACH); earlier < index; earlier += 1)
    if (plan(earlier).after.some((maker) => shared.has(maker))) take(earlier);
  return [...chosen.values()].toSorted((a, b) => a.index - b.index);
}
