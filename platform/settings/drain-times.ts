/** How long a node drains after a signal. */
import type { z } from 'zod';

/** Kubernetes sends requests for some seconds after the SIGTERM. Elsewhere a stop does not wait. */
const KUBERNETES_DELAY_SECONDS = 5;

interface DrainVariables {
  HOLDFAST_DRAIN_SECONDS: number;
  HOLDFAST_DRAIN_DELAY_SECONDS?: number | undefined;
  /** Kubernetes sets it in each container. */
  KUBERNETES_SERVICE_HOST?: string | undefined;
  HOLDFAST_ROLES: ReadonlySet<string>;
}

export interface DrainTimes {
  /** Seconds from a signal to the end. */
  drainSeconds: number;
  /**
   * Seconds of the drain, after SIGTERM, before the parts stop: a balancer sees that the node is
   * not ready, and sends requests until it does.
   */
  drainDelaySeconds: number;
}

export const drainTimesOf = (v: DrainVariables): DrainTimes => ({
  drainSeconds: v.HOLDFAST_DRAIN_SECONDS,
  drainDelaySeconds: v.HOLDFAST_DRAIN_DELAY_SECONDS ?? defaultDelay(v),
});

function defaultDelay(v: DrainVariables): number {
  if (v.KUBERNETES_SERVICE_HOST === undefined || !v.HOLDFAST_ROLES.has('api')) return 0;
  return Math.min(KUBERNETES_DELAY_SECONDS, Math.floor(v.HOLDFAST_DRAIN_SECONDS / 2));
}

export function refuseLongDelay(v: DrainVariables, { addIssue }: z.RefinementCtx): void {
  const { HOLDFAST_DRAIN_DELAY_SECONDS: delay = 0, HOLDFAST_DRAIN_SECONDS: drain } = v;
  if (delay === 0 || delay < drain) return;
  const message = `must be less than HOLDFAST_DRAIN_SECONDS (${drain})`;
  addIssue({ code: 'custom', path: ['HOLDFAST_DRAIN_DELAY_SECONDS'], message });
}
