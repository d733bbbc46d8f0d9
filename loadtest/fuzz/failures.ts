/** What was found: grouped, so that one bug that is met a thousand times is told of once. */
import type { Address } from './tokens.ts';

/** What a run promises, and a failure breaks. */
export const AREAS = {
  log: 'Every answer agrees with the log',
  contract: 'Every answer is one of the contract',
  connection: 'Every request gets one answer, or its connection an end',
  server: 'The server stays up, and its memory flat',
} as const;
export type Area = keyof typeof AREAS;

export interface Failure {
  area: Area;
  /** What is wrong, without what differs from case to case; failures are grouped by it. */
  kind: string;
  /** Where; `undefined` for the run as a whole. */
  at: Address | undefined;
  detail: string;
  /** The answer, as far as there was one. */
  answer?: string;
}

export interface Group {
  area: Area;
  kind: string;
  count: number;
  /** The first few. */
  first: Failure[];
}

export interface Failures {
  note: (failure: Failure) => void;
  /** By kind, most frequent first. */
  groups: () => Group[];
}

/** Of each kind so many are kept whole. */
const KEPT = 3;

export function createFailures(): Failures {
  const groups = new Map<string, Group>();
  return {
    note(failure) {
      const { area, kind } = failure;
      const group = groups.get(kind) ?? { area, kind, count: 0, first: [] };
      group.count += 1;
      if (group.first.length < KEPT) group.first.push(failure);
      groups.set(kind, group);
    },
    groups: () => [...groups.values()].toSorted((a, b) => b.count - a.count),
  };
}
