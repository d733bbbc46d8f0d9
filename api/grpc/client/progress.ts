/** The progress of sending orders, across all streams. */
import type { Advice } from './advice.ts';

export interface Progress<Item> {
  /** In the order in which they were read. */
  unanswered: Set<Item>;
  /** Whether the source has no more orders. */
  isExhausted: boolean;
  /** Count of final answers. */
  answers: number;
  /**
   * Set while there is trouble and no final answer: its start (monotonic ms), and the last advice.
   */
  trouble: { since: number; advice: Advice } | undefined;
}

export const createProgress = <Item>(): Progress<Item> => ({
  unanswered: new Set(),
  isExhausted: false,
  answers: 0,
  trouble: undefined,
});

export function noteTrouble(progress: Progress<unknown>, advice: Advice): void {
  progress.trouble = { since: progress.trouble?.since ?? performance.now(), advice };
}

/** Waiting for a quota is no trouble. */
export const isHopeless = ({ trouble }: Progress<unknown>, patienceMs: number): boolean =>
  trouble !== undefined && performance.now() - trouble.since > patienceMs;
