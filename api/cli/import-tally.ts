/** Counts the outcomes of lines, and finds the line up to which all are answered. */
import type { ImportProgress } from './import-progress.ts';

export type Outcome = { kind: 'placed' | 'replayed' } | { kind: 'refused'; refusal: object };

export interface Tally {
  /** Counts the lines up to `done` only: a resumed run repeats and counts the later ones. */
  progress: ImportProgress;
  /** Call for each line that needs an answer, in ascending order. */
  begin: (line: number) => void;
  answer: (line: number, outcome: Outcome) => void;
  /** Advances `done` to the line before the first unanswered one, and counts the outcomes. */
  settle: () => void;
  /** Lines that have their answer, or need none. */
  answered: () => number;
  /** Lines that wait for their answer. */
  pending: () => number;
}

/** @param refuse called for each refused line, once it is counted */
export function createTally(from: ImportProgress, refuse: (refusal: object) => void): Tally {
  const progress = { ...from };
  const open = new Set<number>();
  /** Answered lines after the first unanswered one. */
  const ahead = new Map<number, Outcome>();
  let last = progress.done;
  return {
    progress,
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
      progress.done = first === undefined ? last : first - 1;
      for (const [line, outcome] of ahead) {
        if (line > progress.done) continue;
        ahead.delete(line);
        progress[outcome.kind] += 1;
        if (outcome.kind === 'refused') refuse(outcome.refusal);
      }
    },
    answered: () => last - open.size,
    pending: () => open.size,
  };
}
