/**
 * Turns of endpoints in one process: many endpoints at a time, shared fairly between tenants; one
 * endpoint never twice at a time.
 */
import { type Release, createFairShare } from '../../platform/fair-share.ts';
import type { Logger } from '../../platform/logger.ts';
import { ENDPOINTS_AT_ONCE_MAX, type TenantOf } from './wakeups.ts';

/**
 * A slow receiver keeps a turn for up to 25 s. So half of the turns stay free for the tenants that
 * come later: alone, a tenant has 200, which is as many as it may have endpoints.
 */
const FREE_TIMES_MAX = 1;

export interface Turns {
  /**
   * Gives an endpoint a turn when its tenant gets one, in the order of the calls. An endpoint that
   * waits gets one turn for all calls; an active one gets another turn afterwards.
   *
   * @returns resolves after the turn, also when the work failed, or when the turns are closed
   */
  take: (endpointId: string) => Promise<void>;
  /** Whether the endpoint has its turn, or waits for it. */
  has: (endpointId: string) => boolean;
  /** Ends the waiting turns, and waits until the active ones have ended. */
  close: () => Promise<void>;
}

export interface TurnsOptions {
  work: (endpointId: string) => Promise<void>;
  tenantOf: TenantOf;
  log: Logger;
}

export function createTurns({ work, tenantOf, log }: TurnsOptions): Turns {
  const share = createFairShare({ capacity: ENDPOINTS_AT_ONCE_MAX, freeTimesMax: FREE_TIMES_MAX });
  const waiting = new Map<string, Promise<void>>();
  const active = new Map<string, Promise<void>>();
  const closing = new AbortController();
  const { signal } = closing;

  async function placeOf(endpointId: string): Promise<Release | undefined> {
    // An active endpoint keeps its turn until its work ends.
    await active.get(endpointId);
    const tenant = await tenantOf(endpointId);
    return tenant === undefined ? undefined : share.take(tenant, { signal });
  }

  /** Its deliveries stay due: the next sweep finds them. */
  const onFailure = (endpointId: string) => (error: unknown) => {
    if (error !== signal.reason) log.warn({ err: error, endpoint: endpointId }, 'webhook sending failed');
  };

  async function waitAndServe(endpointId: string): Promise<void> {
    const release = await placeOf(endpointId).catch(onFailure(endpointId));
    waiting.delete(endpointId);
    if (!release) return;
    const serving = work(endpointId)
      .catch(onFailure(endpointId))
      .then(() => {
        active.delete(endpointId);
        release();
      });
    active.set(endpointId, serving);
    await serving;
  }

  return {
    take(endpointId) {
      if (signal.aborted) return Promise.resolve();
      const known = waiting.get(endpointId);
      if (known !== undefined) return known;
      const turn = waitAndServe(endpointId);
      waiting.set(endpointId, turn);
      return turn;
    },
    has: (endpointId) => active.has(endpointId) || waiting.has(endpointId),
    async close() {
      closing.abort();
      await Promise.all(active.values());
    },
  };
}
