/** After a promotion writes are back soon, and each epoch of the log has a cause. */
import type { Recorded, RunFacts } from '../history/entry.ts';
import { isSuccess } from './keys.ts';
import type { Findings } from './violation.ts';

/** From the promotion of the standby to the first write that is acknowledged. */
const WRITES_BACK_MS_MAX = 10_000;

/** For each promotion, the time until a write that was sent after it was acknowledged. */
export function writesBackMs(
  history: readonly Recorded[],
  { promotions }: Pick<RunFacts, 'promotions'>,
): number[] {
  const back = promotions.map(() => Number.POSITIVE_INFINITY);
  for (const entry of history) {
    const isWrite = entry.wish.kind === 'place' || entry.wish.kind === 'act';
    if (!isWrite || !isSuccess(entry) || entry.replayed === true) continue;
    for (const [n, { atMs }] of promotions.entries())
      if (entry.startMs >= atMs) back[n] = Math.min(back[n]!, entry.endMs - atMs);
  }
  return back;
}

/** Reasons of an epoch, and the faults that cause it. */
const CAUSES: Record<string, readonly string[]> = {
  other_timeline: ['pg-promote', 'pg-old-primary', 'pg-cancel'],
  clock_set_back: ['pg-clock'],
  other_database: ['partition-move'],
};

export function checkPromotions(history: readonly Recorded[], facts: RunFacts, findings: Findings): void {
  for (const [n, ms] of writesBackMs(history, facts).entries()) {
    findings.decide('recovery');
    if (ms > WRITES_BACK_MS_MAX)
      findings.violate(
        'recovery',
        `after promotion ${n + 1}, no write was acknowledged for ${(ms / 1_000).toFixed(1)} s`,
      );
  }
  const { epochs, faults, promotions, replica } = facts;
  for (const { afterPosition, reason } of epochs) {
    findings.decide('log-order');
    if (!(CAUSES[reason] ?? []).some((name) => (faults[name] ?? 0) > 0))
      findings.violate('log-order', `the epoch behind ${afterPosition} began without a cause: ${reason}`);
  }
  const timelines = epochs.filter(({ reason }) => reason === 'other_timeline').length;
  if (timelines > promotions.length || (replica === 'asynchronous' && timelines < promotions.length))
    findings.violate('log-order', `${timelines} epochs began by ${promotions.length} promotions`);
}
