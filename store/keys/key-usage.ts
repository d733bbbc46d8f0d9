/**
 * When each key was last used: noted in memory on the way of a request, written behind it every so
 * often. It is for a person who wonders whether a key may go; what is lost of it with a process
 * that is killed is half a minute.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import type { Logger } from '../../platform/logger.ts';
import { statement } from '../statement.ts';

const noteKeyUse = statement('keys/note-key-use', z.object({}));

/** Milliseconds between two writes of a node. */
const INTERVAL = 30_000;
/** Keys noted between two writes; the one that was noted first is forgotten for one more. */
const CAPACITY = 10_000;
/** Milliseconds that the last write may hold up the end of the process. */
const LAST_WRITE = 2_000;

export interface KeyUsage {
  /** Notes that a key was used now. A write into a map, and nothing else. */
  note: (keyId: string) => void;
  /** Writes what was noted. Never fails: what cannot be written now is written next time. */
  flush: () => Promise<void>;
  /** Writes for the last time. */
  stop: () => Promise<void>;
}

export interface KeyUsageOptions {
  pool: DatabasePool;
  /** Monotonic milliseconds. */
  now: () => number;
  log: Logger;
  capacity?: number;
}

export function createKeyUsage({ pool, now, log, capacity = CAPACITY }: KeyUsageOptions): KeyUsage {
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
      log.warn(
        { err: error, keys: taken.size },
        'the last use of keys was not written; it will be tried again',
      );
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

  const timer = setInterval(() => void flush(), INTERVAL);
  timer.unref();
  return {
    note: (keyId) => note(keyId, now()),
    flush,
    async stop() {
      clearInterval(timer);
      const last = (async () => {
        await writing; // does not hold what was noted since it began
        await flush();
      })();
      const tooLong = new AbortController();
      await Promise.race([
        last,
        delay(LAST_WRITE, undefined, { signal: tooLong.signal, ref: false }).catch(() => {}),
      ]);
      tooLong.abort();
    },
  };
}
