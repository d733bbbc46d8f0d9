/** Wakes workers for endpoints that have a delivery due: through Redis, or within one process. */

/** Endpoints that one process sends to at the same time. */
export const ENDPOINTS_AT_ONCE_MAX = 400;

/** The tenant of an endpoint; `undefined` without such an endpoint. */
export type TenantOf = (endpointId: string) => Promise<string | undefined>;

export interface Wakeups {
  /**
   * Wakes workers for endpoints. Never throws. An endpoint that waits for a worker is not queued
   * twice; an endpoint that has a worker is queued once more.
   */
  wake: (endpointIds: readonly string[]) => Promise<void>;
  /**
   * Calls `work` for each endpoint that is woken, and for each that stays due without a wake-up:
   * for many endpoints at once, for one endpoint never twice at a time. `close` waits until all
   * running work has ended.
   */
  run: (work: (endpointId: string) => Promise<void>) => { close: () => Promise<void> };
  close: () => Promise<void>;
}
