/**
 * What an asynchronous standby lost: acknowledged events behind its last one. Positions tell it:
 * an epoch names the last position that the log kept, and its own positions come far behind.
 *
 * The other checks judge what the log has. So answers that show lost events are left out, and those
 * of the time and the node that may have shown them. A lost acknowledgement becomes a request
 * without an answer: its client may repeat it. What must hold for the loss itself is checked here.
 */
import type { Entry, Epoch, Promotion, Recorded, RunFacts } from '../history/entry.ts';
import { isSuccess } from './keys.ts';
import type { LogIndex } from './log-index.ts';
import type { Findings } from './violation.ts';

/** An event may be shown so long before the standby loses the primary, and not have arrived. */
const UNSENT_MS_MAX = 2_000;

/** Whether the log lost a position. */
export const isLost = (epochs: readonly Epoch[], position: number): boolean =>
  epochs.some(({ keptPosition, afterPosition }) => position > keptPosition && position <= afterPosition);

/** Answers of a reader or a list that say that the log lost the position of the request. */
export const isTold = ({ status, code = '', wish }: Entry): boolean =>
  status === 400 &&
  ['invalid_cursor', 'invalid_parameter'].includes(code) &&
  (wish.kind === 'feed' || wish.kind === 'page');

/** When, and at which node, an answer may show what is lost. */
function mayShowLost({ startMs, endMs, node }: Recorded, promotions: readonly Promotion[]): boolean {
  return promotions.some(
    ({ cutMs, atMs, left }) =>
      endMs >= cutMs - UNSENT_MS_MAX &&
      (startMs <= atMs || (left !== undefined && node === left.node && startMs <= left.untilMs)),
  );
}

/** @returns the history without what it shows of lost events */
export function withoutLost(
  { orders }: LogIndex,
  history: readonly Recorded[],
  { replica, promotions, epochs }: RunFacts,
): readonly Recorded[] {
  const firstMs = promotions[0]?.cutMs;
  if (replica !== 'asynchronous' || firstMs === undefined) return history;
  const brokenWalks = new Set<string>();
  for (const entry of history)
    if (entry.wish.kind === 'page' && (mayShowLost(entry, promotions) || isTold(entry)))
      brokenWalks.add(entry.wish.walk);

  function judged(entry: Recorded): Recorded | undefined {
    const { wish, status, position, endMs } = entry;
    const isUnsure = mayShowLost(entry, promotions);
    const isAfterLoss = endMs > firstMs!;
    switch (wish.kind) {
      case 'place':
      case 'act':
      case 'switch': {
        if (position !== undefined ? isLost(epochs, position) : isUnsure) return unanswered(entry);
        const isOrderLost = wish.kind === 'act' && status === 404 && !orders.has(wish.order);
        return isOrderLost && isAfterLoss ? undefined : entry;
      }
      case 'hook':
      case 'feed': {
        const events = entry.events?.filter(({ position: one }) => !isLost(epochs, one));
        // The end of a log that is lost is not that of the log.
        return { ...entry, events, ...(isUnsure && { hasMore: undefined }) };
      }
      case 'page':
        return brokenWalks.has(wish.walk) ? undefined : entry;
      case 'read':
        // The order, or the version, is lost.
        return isUnsure || (status === 404 && isAfterLoss) ? undefined : entry;
      default:
        return isUnsure ? undefined : entry;
    }
  }
  return history.map(judged).filter((entry) => entry !== undefined);
}

function unanswered(entry: Recorded): Recorded {
  const { client, tenant, node, edition, wish, key, startMs, endMs, at } = entry;
  return { client, tenant, node, edition, wish, key, startMs, endMs, at, status: 'reset' };
}

/** Acknowledged writes that the log does not have. */
export const lostWrites = (history: readonly Recorded[], { epochs }: Pick<RunFacts, 'epochs'>): number =>
  history.filter(
    (entry) =>
      (entry.wish.kind === 'place' || entry.wish.kind === 'act') &&
      isSuccess(entry) &&
      entry.replayed !== true &&
      isLost(epochs, entry.position ?? 0),
  ).length;

/** A reader that saw a lost event is refused before it gets a later one, or the end of the feed. */
export function checkTold(
  history: readonly Recorded[],
  { promotions, epochs }: Pick<RunFacts, 'promotions' | 'epochs'>,
  findings: Findings,
): void {
  const sawLost = new Map<string, Recorded>();
  for (const entry of history) {
    const { wish, events = [], hasMore, startMs, at } = entry;
    if (wish.kind !== 'feed') continue;
    const before = sawLost.get(wish.reader);
    if (isTold(entry)) sawLost.delete(wish.reader);
    if (!isSuccess(entry)) continue;
    const kept = events.find(({ position }) => !isLost(epochs, position));
    const isAfter = promotions.some(
      ({ atMs }) => before !== undefined && before.endMs < atMs && startMs > atMs,
    );
    if (
      before !== undefined &&
      (kept !== undefined || (hasMore === false && events.length === 0 && isAfter))
    ) {
      const what = kept === undefined ? 'the end of the feed' : `position ${kept.position}`;
      const left = promotions.some(({ left: one }) => one?.node === entry.node && startMs <= one.untilMs);
      if (!left)
        findings.violate('loss', `${wish.reader} got ${what} after a lost event, and was not told`, [
          before.at,
          at,
        ]);
    }
    const lost = events.some(({ position }) => isLost(epochs, position));
    if (!lost) continue;
    findings.decide('loss');
    sawLost.set(wish.reader, entry);
  }
}
