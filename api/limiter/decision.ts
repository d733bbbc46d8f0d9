import type { Rate } from '../../platform/config.ts';

/** A named quota. The `RateLimit` field, the metrics and the window's key use the name. */
export interface Policy {
  name: 'read' | 'write' | 'unauthenticated';
  rate: Rate;
}

export interface Decision {
  allowed: boolean;
  rate: Rate;
  /** Requests left in the window. */
  remaining: number;
  /**
   * Whole seconds, rounded up, until the oldest counted request leaves the window: after a refusal,
   * until the next request passes.
   */
  resetSeconds: number;
  /** The window that decided: `local` without Redis, or while it is slow or gone. */
  source: 'redis' | 'local';
}
