/**
 * Turns of endpoints in one process: many endpoints at a time, one endpoint never twice at a time.
 */
import type { Logger } from '../../platform/logger.ts';
import { ENDPOINTS_AT_ONCE_MAX } from './wakeups.ts';

export interface Turns {
  /**
   * Gives an endpoint a turn, in the order of the calls. An endpoint that waits gets one turn for
   * all calls; an active one gets another turn afterwards.
   *
   * @returns resolves after the turn, also when the work failed, or when the turns are closed
   */
  take: (endpointId: string) => Promise<void>;
  /** Whether the endpoint has its turn, or waits for it. */
  has: (endpointId: string) => boolean;
  /** Ends the waiting turns, and waits until the active ones have ended. */
  close: () => Promise<void>;
}

export function createTurns(work: (endpointId: string) => Promise<void>, log: Logger): Turns {
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const active = new Map<string, Promise<void>>();
  let isClosed = false;

  function startWaiting(): void {
    for (const [endpointId, turn] of waiting) {
      if (active.size >= ENDPOINTS_AT_ONCE_MAX) return;
      // An active endpoint keeps its turn until its work ends.
      if (active.has(endpointId)) continue;
      waiting.delete(endpointId);
      active.set(endpointId, serve(endpointId).then(turn.resolve));
    }
  }

  async function serve(endpointId: string): Promise<void> {
    try {
      await work(endpointId);
    } catch (error) {
      // Its deliveries stay due: the next sweep finds them.
      log.warn({ err: error, endpoint: endpointId }, 'webhook sending failed');
    }
    active.delete(endpointId);
    startWaiting();
  }

  return {
    take(endpointId) {
      if (isClosed) return Promise.resolve();
      const turn = waiting.get(endpointId) ?? Promise.withResolvers<void>();
      waiting.set(endpointId, turn);
      startWaiting();
      return turn.promise;
    },
    has: (endpointId) => active.has(endpointId) || waiting.has(endpointId),
    async close() {
      isClosed = true;
      for (const { resolve } of waiting.values()) resolve();
      waiting.clear();
      await Promise.all(active.values());
    },
  };
}
