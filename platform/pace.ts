/** Splits long work into turns, so that the event loop serves other requests in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';

const TURN_MS = 10;

/** @returns a function to await between steps; it yields after each {@link TURN_MS} of work */
export function createPace(): () => Promise<void> {
  let startedAt = performance.now();
  return async () => {
    if (performance.now() - startedAt < TURN_MS) return;
    await nextTurn();
    startedAt = performance.now();
  };
}
