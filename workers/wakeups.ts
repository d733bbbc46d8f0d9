/**
 * How workers are woken for endpoints that have something due: over all nodes by Redis, or within
 * one process.
 */

/** Endpoints that a process sends to at a time. */
export const ENDPOINTS_AT_ONCE = 100;

export interface Wakeups {
  /**
   * Says that endpoints have something due. While one waits to be taken it is not queued again;
   * while it is worked on, once. Never throws.
   */
  wake: (endpointIds: readonly string[]) => Promise<void>;
  /**
   * Calls `work` for each endpoint that is woken, for many at once, and for one never twice at a
   * time. `close` waits for what is under way.
   */
  run: (work: (endpointId: string) => Promise<void>) => { close: () => Promise<void> };
  close: () => Promise<void>;
}
