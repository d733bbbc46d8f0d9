/**
 * The last use of each key: noted in memory during a request, flushed every half minute. It answers
 * the operator's question whether a key is still in use. A killed process loses half a minute.
 */
import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import { endsWithin } from '../../platform/deadline.ts';
import type { Logger } from '../../platform/logger.ts';
import { statement } from '../statement.ts';

const noteKeyUse = statement('keys/note-key-use', z.object({}));

const FLUSH_INTERVAL_MS = 30_000;
/** Keys noted between two flushes; one more evicts the key that was noted first. */
const NOTED_KEYS_MAX = 10_000;
/** The last flush may delay the end of the process by this. */
const LAST_FLUSH_TIMEOUT_MS = 2_000;

export interface KeyUsage {
  /** Notes that a key was used now, in memory only. */
  note: (keyId: string) => void;
  /** Writes the noted uses. Never throws: the next flush repeats a failed write. */
  flush: () => Promise<void>;
  /** Flushes for the last time. */
  stop: () => Promise<void>;
}

export interface KeyUsageOptions {
  pool: DatabasePool;
  /** Monotonic milliseconds. */
  now: () => number;
  log: Logger;
  capacity?: number;
}

export function createKeyUsage({ pool, now, log, capacity = NOTED_KEYS_MAX }: KeyUsageOptions): KeyUsage {
  let noted = new Map<string, number>();
  let writing: Promise<void> | undefined;

  function note(keyId: string, at: number): void {
    if (noted.size >= capacity && !noted.has(keyId)) noted.delete(noted.keys().next().value ?? '');
    noted.set(keyId, at);
  }

  async function write(): Promise<void> {
    if (noted.size === 0) return;
    const taken = noted;
    noted = new Map();
    const at = now();
    try {
      await pool.query(
        noteKeyUse(
          [...taken.keys()],
          [...taken.values()].map((time) => at - time),
        ),
      );
    } catch (error) {
      log.warn({ err: error, keys: taken.size }, 'key usage flush failed');
      const newer = noted;
      noted = taken;
      for (const [keyId, time] of newer) note(keyId, time);
    }
  }

  /** One write at a time, however slow it is. */
  function flush(): Promise<void> {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  const timer = setInterval(() => void flush(), FLUSH_INTERVAL_MS);
  timer.unref();
  return {
    note: (keyId) => note(keyId, now()),
    flush,
    async stop() {
      clearInterval(timer);
      const last = (async () => {
        await writing; // it lacks the uses that were noted since it began
        await flush();
      })();
      await endsWithin(last, LAST_FLUSH_TIMEOUT_MS);
    },
  };
}
