/** Reads of the feed that wait for new events, for HTTP and gRPC. */
import { type FeedPage, type FeedQuery, readFeed } from '../../store/log/feed.ts';
import type { Call, Services } from '../handler.ts';

/**
 * Reads a page. While it is empty, waits for new events up to `waitMs`.
 *
 * @param gone aborted when the reader has left
 * @param beginWait of a request, which leaves the limit on requests in flight for the wait
 * @returns the page; `crowded` when too many readers wait already, so this one did not
 * @throws {NotInLogError}
 */
export async function readOrWait(
  { connections, tail, personal }: Pick<Services, 'connections' | 'tail' | 'personal'>,
  query: FeedQuery,
  { waitMs, gone, beginWait }: { waitMs: number; gone: AbortSignal; beginWait?: Call['beginWait'] },
): Promise<FeedPage & { crowded: boolean }> {
  const deadline = performance.now() + waitMs;
  const connection = connections.of(query.tenantId);
  let page = await readFeed(connection, query);
  const isEmpty = () => page.events.length === 0 && !page.more;
  const readOn = async () =>
    (page = await readFeed(connection, { ...query, after: page.next, mark: page.mark }));
  for (let leftMs = waitMs; isEmpty() && leftMs > 0 && !gone.aborted; leftMs = deadline - performance.now()) {
    const watch = await tail.watch(query);
    // The page is empty: there is nothing to open.
    if (watch === undefined) return { ...page, crowded: true };
    gone.addEventListener('abort', watch.end, { once: true });
    try {
      // Finds the events between the first read and the watch.
      await readOn();
      if (isEmpty() && !gone.aborted) {
        const endWait = beginWait ? beginWait() : async () => {};
        if (endWait === undefined) return { ...page, crowded: true };
        await watch.nextEvent(leftMs);
        await endWait();
        await readOn();
      }
    } finally {
      watch.end();
      gone.removeEventListener('abort', watch.end);
    }
  }
  await personal.openEvents(query.partition, page.events);
  return { ...page, crowded: false };
}
