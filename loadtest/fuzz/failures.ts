/** What was found: grouped, so that one bug that is met a thousand times is told of once. */
import type { Address } from './tokens.ts';

export interface Failure {
  /** What is wrong, without what differs from case to case; failures are grouped by it. */
  kind: string;
  /** Where; `undefined` for the run as a whole. */
  at: Address | undefined;
  detail: string;
  /** The answer, as far as there was one. */
  answer?: string;
}

export interface Failures {
  note: (failure: Failure) => void;
  count: () => number;
  /** By kind, most frequent first; with the first few of each. */
  groups: () => { kind: string; count: number; first: Failure[] }[];
}

/** Of each kind so many are kept whole. */
const KEPT = 3;

export function createFailures(): Failures {
  const groups = new Map<string, { count: number; first: Failure[] }>();
  let count = 0;
  return {
    note(failure) {
      count += 1;
      const group = groups.get(failure.kind) ?? { count: 0, first: [] };
      group.count += 1;
      if (group.first.length < KEPT) group.first.push(failure);
      groups.set(failure.kind, group);
    },
    count: () => count,
    groups: () =>
      [...groups]
        .map(([kind, { count, first }]) => ({ kind, count, first }))
        .toSorted((a, b) => b.count - a.count),
  };
}
