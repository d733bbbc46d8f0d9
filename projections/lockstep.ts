/**
 * Lockstep: projections that read the same events share a batch while they stand at one position.
 *
 * Reading and parsing an event costs more than counting it. Each still has its own checkpoint. A
 * companion takes steps of its own up to its leader, and past it when the leader does not advance:
 * when it is paused, faulty, or works on another node.
 */
import type { Projection } from './projection.ts';

/** A companion that its leader has just served leaves its steps to it for this time. */
const SERVED_MS = 1_000;
const NO_BOUND = Number.MAX_SAFE_INTEGER;

/** The state of one companion in one partition. */
interface Lockstep {
  /** Whether its own last step succeeded: only then a leader may serve it. */
  isReady: boolean;
  servedAtMs: number;
  /** The position that its own steps do not pass: that of its leader. */
  upTo: number;
}

/** A companion failed in the batch of its leader. Nothing of the batch was applied. */
export class CompanionError extends Error {
  override name = 'CompanionError';
  readonly companion: string;

  constructor(companion: string, cause: unknown) {
    super(`${companion} cannot apply the batch of its leader`, { cause });
    this.companion = companion;
  }
}

export type Locksteps = ReturnType<typeof createLocksteps>;

/** The companions of the projections of a process, in one partition. */
export function createLocksteps(projections: readonly Projection[]) {
  const states = new Map<string, Lockstep>();
  for (const { companions = [] } of projections) {
    for (const { name } of companions)
      states.set(name, { isReady: false, servedAtMs: Number.NEGATIVE_INFINITY, upTo: NO_BOUND });
  }
  const statesOf = ({ companions = [] }: Projection) => companions.map(({ name }) => states.get(name)!);

  return {
    /** Those that may share the next batch of a leader. */
    readyOf: ({ companions = [] }: Projection): Projection[] =>
      companions.filter(({ name }) => states.get(name)!.isReady),

    /** Those that its leader has just served: they stand where it stands. */
    servedOf: ({ companions = [] }: Projection): Projection[] =>
      companions.filter(({ name }) => performance.now() < states.get(name)!.servedAtMs + SERVED_MS),

    /** Notes a batch of a leader. @param moved consumers that it moved */
    noteBatch({ companions = [] }: Projection, position: number, moved: readonly string[]): void {
      for (const { name } of companions) {
        const state = states.get(name)!;
        state.upTo = position;
        state.servedAtMs = moved.includes(name) ? performance.now() : Number.NEGATIVE_INFINITY;
      }
    },

    /** Notes that a leader failed, or does not advance in this process. */
    noteStandstill(projection: Projection): void {
      for (const state of statesOf(projection))
        Object.assign(state, { upTo: NO_BOUND, servedAtMs: Number.NEGATIVE_INFINITY });
    },

    /** The position that a projection's own step does not pass. */
    boundOf: ({ name }: Projection): number => states.get(name)?.upTo ?? NO_BOUND,

    /** Whether a companion leaves this step to its leader. */
    isIdle({ name }: Projection): boolean {
      const state = states.get(name);
      return state !== undefined && state.isReady && performance.now() < state.servedAtMs + SERVED_MS;
    },

    /** Notes the outcome of a companion's own step, or of its part of a batch. */
    noteStep(name: string, isReady: boolean): void {
      const state = states.get(name);
      if (state === undefined) return;
      state.isReady = isReady;
      if (!isReady) state.servedAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}
