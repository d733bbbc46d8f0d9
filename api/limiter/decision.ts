import type { Rate } from '../../platform/config.ts';

/** A quota with a name; the name is that of the `RateLimit` field, of the metric, and part of the window's key. */
export interface Policy {
  name: 'read' | 'write' | 'unauthenticated';
  rate: Rate;
}

export interface Decision {
  allowed: boolean;
  rate: Rate;
  /** Requests that would still pass now. */
  remaining: number;
  /** Whole seconds, rounded up, until the oldest counted request leaves the window: on a refusal, when the next one passes. */
  resetSeconds: number;
  /** Which window decided: `local` when there is no Redis, or it was slow or gone. */
  source: 'redis' | 'local';
}
