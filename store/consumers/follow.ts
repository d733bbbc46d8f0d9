/**
 * Follows the log: a lane a partition and consumer, each of which takes a step when there is news, when it has not looked for a while, and again
 * at once when the step before was full.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** Pause after a batch that was not full, in ms: under load it makes few large batches of many small ones. */
const PAUSE = 50;
/** Longest sleep without news of an append, in ms: the safety net under the notifications. */
const POLL = 250;
/** Longest pause between failures, in ms. */
const MAX_BACKOFF = 5_000;

export interface Lane {
  partition: number;
  /** Takes one batch. */
  step: () => Promise<'full' | 'some' | 'none'>;
  /** Told of a step that threw. @returns `'again'` to take the next step at once; else there is a pause, longer with each failure */
  failed: (error: unknown, failures: number) => Promise<'again' | undefined>;
}

export interface Following {
  /** Says that a partition has new events. */
  wake: (partition: number) => void;
  /** Ends after the steps that are being taken. */
  stop: () => Promise<void>;
}

/** Follows side by side until it is stopped. */
export function follow(given: readonly Lane[]): Following {
  const stopping = new AbortController();
  const lanes = given.map((lane) => ({ ...lane, wake: () => {}, awake: false }));
  const pause = (ms: number, signal = stopping.signal) => delay(ms, undefined, { signal }).catch(() => {});

  async function run(lane: (typeof lanes)[number]): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      lane.awake = false;
      try {
        const found = await lane.step();
        failures = 0;
        if (found === 'full') continue;
        if (found === 'some') await pause(PAUSE);
      } catch (error) {
        failures += 1;
        if ((await lane.failed(error, failures)) === undefined)
          await pause(Math.min(MAX_BACKOFF, 100 * 2 ** Math.min(failures, 10)));
        continue;
      }
      if (!lane.awake) await sleep(lane);
    }
  }

  /** Until news, the poll interval, or the end, whichever is first. */
  async function sleep(lane: (typeof lanes)[number]): Promise<void> {
    const woken = Promise.withResolvers<void>();
    lane.wake = woken.resolve;
    const done = new AbortController();
    await Promise.race([woken.promise, pause(POLL, AbortSignal.any([stopping.signal, done.signal]))]);
    done.abort();
  }

  const running = lanes.map(run);
  return {
    wake(partition) {
      for (const lane of lanes.filter((each) => each.partition === partition)) {
        lane.awake = true;
        lane.wake();
      }
    },
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
