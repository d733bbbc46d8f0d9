/**
 * Wake-ups work after the last fault. A prober places orders then, one after the other, until one
 * leads to a webhook at once. The sweep of a node alone takes 3 s and more.
 */
import type { Recorded } from '../history/entry.ts';
import type { Findings } from './violation.ts';

/** From the answer to a placed order to its webhook. */
export const PROMPT_MS_MAX = 2_000;
/** A busy machine delays some of them, but not all. */
export const PROBES_COUNT = 5;
export const PROBER = 'prober';

export function checkWakeups(history: readonly Recorded[], findings: Findings): void {
  const probes = new Map<number, Recorded[]>();
  const arrivals = new Map<string, number>();
  for (const entry of history) {
    if (entry.wish.kind === 'hook')
      for (const { order, version } of entry.events ?? [])
        if (version === 1 && !arrivals.has(order)) arrivals.set(order, entry.startMs);
    if (!entry.client.startsWith(PROBER) || entry.order === undefined) continue;
    const ofTenant = probes.get(entry.tenant);
    if (ofTenant === undefined) probes.set(entry.tenant, [entry]);
    else ofTenant.push(entry);
  }
  for (const [tenant, placed] of probes) {
    findings.decide('wake-up');
    const lateMs = placed.map(
      ({ order, endMs }) => (arrivals.get(order!.id) ?? Number.POSITIVE_INFINITY) - endMs,
    );
    if (placed.length < PROBES_COUNT || lateMs.some((ms) => ms <= PROMPT_MS_MAX)) continue;
    const soonest = `${(Math.min(...lateMs) / 1_000).toFixed(1)} s`;
    findings.violate(
      'wake-up',
      `tenant ${tenant} got each of ${placed.length} webhooks late, ${soonest} or more after the answer`,
      placed.map(({ at }) => at),
    );
  }
}
