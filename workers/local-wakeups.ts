/**
 * Wake-ups without Redis, within one process. What is due stands in Postgres, where claims keep
 * several processes apart: two of them never send the same delivery, but each counts an endpoint's
 * bounds by itself.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../platform/logger.ts';
import { ENDPOINTS_AT_ONCE, type Wakeups } from './wakeups.ts';

/**
 * Pause between two looks for what is due: retries, and events that the relay of another process
 * has queued.
 */
const SWEEP_MS = 1_000;

export interface LocalWakeupsOptions {
  /** Endpoints that something is due for. */
  due: () => Promise<readonly string[]>;
  log: Logger;
}

export function openLocalWakeups({ due, log }: LocalWakeupsOptions): Wakeups {
  /** In the order in which they were woken. */
  const waiting = new Set<string>();
  const active = new Map<string, Promise<void>>();
  let work: ((endpointId: string) => Promise<void>) | undefined;

  function take(): void {
    for (const endpointId of waiting) {
      if (work === undefined || active.size >= ENDPOINTS_AT_ONCE) return;
      // One that is worked on keeps its place until that is done.
      if (active.has(endpointId)) continue;
      waiting.delete(endpointId);
      active.set(endpointId, serve(endpointId, work));
    }
  }

  async function serve(endpointId: string, work: (endpointId: string) => Promise<void>): Promise<void> {
    try {
      await work(endpointId);
    } catch (error) {
      // It is still due, which the next sweep finds.
      log.warn({ err: error, endpoint: endpointId }, 'sending was cut short; it will be taken up again');
    }
    active.delete(endpointId);
    take();
  }

  async function wake(endpointIds: readonly string[]): Promise<void> {
    if (work === undefined) return; // this process sends nothing; the sweep of one that does will find it
    for (const endpointId of endpointIds) waiting.add(endpointId);
    take();
  }

  return {
    wake,
    run(given) {
      work = given;
      const stopping = new AbortController();
      async function sweep(): Promise<void> {
        while (!stopping.signal.aborted) {
          try {
            await wake(await due());
          } catch (error) {
            log.error({ err: error }, 'a sweep failed; it will be tried again');
          }
          await delay(SWEEP_MS, undefined, { signal: stopping.signal }).catch(() => {});
        }
      }
      const sweeping = sweep();
      return {
        async close() {
          stopping.abort();
          work = undefined;
          waiting.clear();
          await Promise.all([sweeping, ...active.values()]);
        },
      };
    },
    close: async () => {},
  };
}
