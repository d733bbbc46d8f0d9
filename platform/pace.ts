/** Long work in short turns, so that other requests are answered meanwhile. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work after which the event loop goes round. */
const TURN_MS = 10;

/** @returns to be awaited between two steps of a piece of work; it waits when the steps so far have taken a turn */
export function createPace(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < TURN_MS) return;
    await nextTurn();
    began = performance.now();
  };
}
