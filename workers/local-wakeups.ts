/**
 * Wake-ups within one process, for an installation without Redis. Claims in Postgres keep several
 * processes apart: they never send the same delivery, but each counts an endpoint's limits alone.
 */
import type { Logger } from '../platform/logger.ts';
import { startSweeps } from './sweep.ts';
import { ENDPOINTS_AT_ONCE_MAX, type Wakeups } from './wakeups.ts';

export interface LocalWakeupsOptions {
  /** Ids of the endpoints that have a delivery due. */
  findDue: () => Promise<readonly string[]>;
  log: Logger;
}

export function openLocalWakeups({ findDue, log }: LocalWakeupsOptions): Wakeups {
  /** In the order in which they were woken. */
  const waiting = new Set<string>();
  const active = new Map<string, Promise<void>>();
  let work: ((endpointId: string) => Promise<void>) | undefined;

  function startWaiting(): void {
    for (const endpointId of waiting) {
      if (work === undefined || active.size >= ENDPOINTS_AT_ONCE_MAX) return;
      // An active endpoint keeps its turn until its work ends.
      if (active.has(endpointId)) continue;
      waiting.delete(endpointId);
      active.set(endpointId, serve(endpointId, work));
    }
  }

  async function serve(endpointId: string, work: (endpointId: string) => Promise<void>): Promise<void> {
    try {
      await work(endpointId);
    } catch (error) {
      // Its deliveries stay due: the next sweep finds them.
      log.warn({ err: error, endpoint: endpointId }, 'webhook sending failed');
    }
    active.delete(endpointId);
    startWaiting();
  }

  async function wake(endpointIds: readonly string[]): Promise<void> {
    if (work === undefined) return; // another process sends; its sweep finds the deliveries
    for (const endpointId of endpointIds) waiting.add(endpointId);
    startWaiting();
  }

  return {
    wake,
    run(given) {
      work = given;
      const sweeps = startSweeps(async () => wake(await findDue()), log);
      return {
        async close() {
          const stopped = sweeps.stop();
          work = undefined;
          waiting.clear();
          await Promise.all([stopped, ...active.values()]);
        },
      };
    },
    close: async () => {},
  };
}
