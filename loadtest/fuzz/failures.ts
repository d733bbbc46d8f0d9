/** Groups failures, so that the report shows a frequent fault once. */
import type { Address } from './tokens.ts';

/** The promises that a run checks. */
export const AREAS = {
  log: 'Every response agrees with the log',
  contract: 'Every response conforms to the contract',
  connection: 'Every request gets one response, or its connection ends',
  server: 'The server stays up and its memory constant',
} as const;
export type Area = keyof typeof AREAS;

export interface Failure {
  area: Area;
  /** The fault, without details that differ between cases; failures are grouped by it. */
  kind: string;
  /** The request; `undefined` for the run as a whole. */
  at: Address | undefined;
  detail: string;
  /** The response, if there was one. */
  answer?: string;
}

export interface Group {
  area: Area;
  kind: string;
  count: number;
  /** The first failure of each kind of case. */
  first: Failure[];
  /** Kinds of cases with this failure. */
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
