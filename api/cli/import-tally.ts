/** What has become of the lines of a file, and up to where all of them have their answer. */
import type { Kept } from './import-progress.ts';

export type Outcome = { kind: 'placed' | 'replayed' } | { kind: 'refused'; why: object };

export interface Tally {
  /** Up to `done`; what is beyond it gets its answer again when it is begun anew, and is counted then. */
  kept: Kept;
  /** A line that wants an answer; they come in ascending order. */
  begin: (line: number) => void;
  answer: (line: number, outcome: Outcome) => void;
  /** Moves `done` on to the last line before one without an answer, and counts. */
  settle: () => void;
  /** Lines that have their answer, or want none. */
  answered: () => number;
  /** Lines that wait for their answer. */
  pending: () => number;
}

/** @param refuse told of each refused line, once it is counted */
export function createTally(from: Kept, refuse: (why: object) => void): Tally {
  const kept = { ...from };
  const open = new Set<number>();
  /** Lines that have their answer, while one before them has not. */
  const ahead = new Map<number, Outcome>();
  let last = kept.done;
  return {
    kept,
    begin(line) {
      last = line;
      open.add(line);
    },
    answer(line, outcome) {
      open.delete(line);
      ahead.set(line, outcome);
    },
    settle() {
      const [first] = open;
      kept.done = first === undefined ? last : first - 1;
      for (const [line, outcome] of ahead) {
        if (line > kept.done) continue;
        ahead.delete(line);
        kept[outcome.kind] += 1;
        if (outcome.kind === 'refused') refuse(outcome.why);
      }
    },
    answered: () => last - open.size,
    pending: () => open.size,
  };
}
