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
  /** The first of each kind of case; a few of them. */
  first: Failure[];
  /** Kinds of cases that it was met in. */
  during: Set<string>;
}

export interface Failures {
  note: (failure: Failure) => void;
  /** By kind, most frequent first. */
  groups: () => Group[];
}

/** @param kindOf the kind of a case, by its index */
export function createFailures(kindOf: (index: number) => string): Failures {
  const groups = new Map<string, Group>();
  return {
    note(failure) {
      const { area, kind } = failure;
      const group = groups.get(kind) ?? { area, kind, count: 0, first: [], during: new Set() };
      const during = failure.at ? kindOf(failure.at.index) : '';
      group.count += 1;
      if (!group.during.has(during)) group.first.push(failure);
      group.during.add(during);
      groups.set(kind, group);
    },
    groups: () => [...groups.values()].toSorted((a, b) => b.count - a.count),
  };
}
