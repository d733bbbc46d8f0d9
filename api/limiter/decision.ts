import type { Rate } from '../../platform/rate.ts';

/** A named quota. The `RateLimit` field, the metrics and the window's key use the name. */
export interface Policy {
  name: 'read' | 'write' | 'unauthenticated' | 'tenant-read' | 'tenant-write';
  rate: Rate;
}

/** The window of a subject: the requests that its policy counts. */
export interface Quota {
  subject: string;
  policy: Policy;
}

/** The quotas that bound one request: of the caller, and of its tenant. */
export type Quotas = readonly [Quota, ...Quota[]];

export interface Decision {
  allowed: boolean;
  /** The tighter of the windows that decided: after a refusal, the one that passes last. */
  policy: Policy;
  /** Requests left in that window. */
  remaining: number;
  /**
   * Whole seconds, rounded up, until the oldest counted request leaves the window: after a refusal,
   * until the next request passes.
   */
  resetSeconds: number;
  /** The window that decided: `local` without Redis, or while it is slow or gone. */
  source: 'redis' | 'local';
}

export const quotasOf = (subject: string, policy: Policy, tenant: Quota | undefined): Quotas =>
  tenant === undefined ? [{ subject, policy }] : [{ subject, policy }, tenant];

/** A window as a limiter sees it after its decision. */
export interface WindowState {
  policy: Policy;
  remaining: number;
  /** Until the oldest counted request leaves. */
  waitMs: number;
}

/** The decision of all windows together, which the tighter one explains. */
export function decisionOf(
  allowed: boolean,
  windows: readonly WindowState[],
  source: Decision['source'],
): Decision {
  const [first] = windows;
  let tighter = first!;
  for (const each of windows) {
    const isFuller = each.remaining < tighter.remaining;
    if (isFuller || (each.remaining === tighter.remaining && each.waitMs > tighter.waitMs)) tighter = each;
  }
  const { policy, remaining, waitMs } = tighter;
  return { allowed, policy, remaining, resetSeconds: Math.max(1, Math.ceil(waitMs / 1_000)), source };
}
