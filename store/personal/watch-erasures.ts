/** Forgets erased data keys soon, also in a process that opens nothing. */
import type { PersonalData } from './personal-data.ts';

/** With the time of the look itself, a key is gone within a second. */
const INTERVAL_MS = 400;

export function watchErasures(personal: Pick<PersonalData, 'look' | 'hasKeys'>): {
  stop: () => Promise<void>;
} {
  if (!personal.hasKeys) return { stop: async () => {} };
  let looking: Promise<void> = Promise.resolve();
  let isIdle = true;
  const timer = setInterval(() => {
    if (!isIdle) return;
    isIdle = false;
    // Without Postgres nothing can be opened either: cached keys are trusted for a moment only.
    looking = personal.look().then(
      () => void (isIdle = true),
      () => void (isIdle = true),
    );
  }, INTERVAL_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
