/** Selects the cases of a seed to run. */
import { type Case, requestsOf } from '../case.ts';
import type { Plan } from './plan.ts';
import { REACH_CASES } from './scene.ts';

/** Cases with a longer timeout wait for the server's limit of 30 seconds. */
const QUICK_TIMEOUT_MS_MAX = 25_000;

/**
 * The cases from the first on, up to a number of requests.
 *
 * @param isQuick skips cases that take more than about ten seconds
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

/** Only cases of these kinds, each after the cases that it depends on. */
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
  isSlow &&
  stages
    .flat()
    .some((connection) => connection.kind === 'http' && connection.timeoutMs > QUICK_TIMEOUT_MS_MAX);

/** One case, after the cases that it depends on, and those that changed the same orders. */
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
  for (let earlier = Math.max(0, index - 2 * REACH_CASES); earlier < index; earlier += 1)
    if (plan(earlier).after.some((maker) => shared.has(maker))) take(earlier);
  return [...chosen.values()].toSorted((a, b) => a.index - b.index);
}
