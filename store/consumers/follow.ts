/**
 * Follows the log: one follower for each partition and consumer. A follower takes a step after a
 * notification or after the poll interval, and takes the next step at once after a full batch.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { endsWithin } from '../../platform/deadline.ts';
import { isDiskFull } from '../unavailable.ts';

/**
 * Pause after a batch that was not full. Under load it merges many small batches into few large.
 */
const BATCH_PAUSE_MS = 50;
/** A follower without a notification looks after this time: notifications may be lost. */
const POLL_INTERVAL_MS = 250;
/** After the first failure a follower pauses twice this; the pause doubles with each failure. */
const BACKOFF_MS_BASE = 100;
const BACKOFF_MS_MAX = 5_000;
/** On a full disk, orders come first: followers write less and less. */
const DISK_FULL_BACKOFF_MS_MAX = 60_000;

export interface Follower {
  partition: number;
  /** Applies one batch. */
  step: () => Promise<'full' | 'some' | 'none'>;
  /**
   * Called when a step has thrown.
   *
   * @param failures in a row
   * @returns `'again'` to take the next step at once, else the follower backs off
   */
  onFailure: (error: unknown, failures: number) => Promise<'again' | undefined>;
}

export interface Following {
  /** Call when a partition has new events. */
  wake: (partition: number) => void;
  /** Resolves when the running steps have ended. */
  stop: () => Promise<void>;
}

/** Runs followers side by side until stopped. */
export function follow(given: readonly Follower[]): Following {
  const stopping = new AbortController();
  const { signal } = stopping;
  const followers = given.map((each) => ({ ...each, wake: () => {}, isAwake: false }));
  const pause = (ms: number) => delay(ms, undefined, { signal }).catch(() => {});

  async function run(follower: (typeof followers)[number]): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      follower.isAwake = false;
      try {
        const found = await follower.step();
        failures = 0;
        if (found === 'full') continue;
        if (found === 'some') await pause(BATCH_PAUSE_MS);
      } catch (error) {
        failures += 1;
        const maxMs = isDiskFull(error) ? DISK_FULL_BACKOFF_MS_MAX : BACKOFF_MS_MAX;
        if ((await follower.onFailure(error, failures)) === undefined)
          await pause(Math.min(maxMs, BACKOFF_MS_BASE * 2 ** Math.min(failures, 10)));
        continue;
      }
      if (follower.isAwake) continue;
      const woken = Promise.withResolvers<void>();
      follower.wake = woken.resolve;
      await endsWithin(woken.promise, POLL_INTERVAL_MS, signal);
    }
  }

  const running = followers.map(run);
  return {
    wake(partition) {
      for (const follower of followers.filter((each) => each.partition === partition)) {
        follower.isAwake = true;
        follower.wake();
      }
    },
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
