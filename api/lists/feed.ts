/** The feed for those who wait for news: however they came, and however long they have. */
import { type FeedPage, type FeedQuery, readFeed } from '../../store/log/feed.ts';
import type { Services } from '../handler.ts';

/**
 * Reads a page; when it is empty, waits for news, and reads again, until the reader's patience ends.
 *
 * @param patience milliseconds
 * @param gone aborted when nobody waits any more
 * @returns the page; `crowded` when it was not waited for, because too many wait already
 * @throws {NotInLogError}
 */
export async function readPatiently(
  { pool, tail }: Pick<Services, 'pool' | 'tail'>,
  query: FeedQuery,
  { patience, gone }: { patience: number; gone: AbortSignal },
): Promise<FeedPage & { crowded: boolean }> {
  const deadline = performance.now() + patience;
  let page = await readFeed(pool, query);
  const isEmpty = () => page.events.length === 0 && !page.more;
  const readOn = async () => (page = await readFeed(pool, { ...query, after: page.next, mark: page.mark }));
  for (let left = patience; isEmpty() && left > 0 && !gone.aborted; left = deadline - performance.now()) {
    const watch = await tail.watch(query);
    if (watch === undefined) return { ...page, crowded: true };
    gone.addEventListener('abort', watch.end, { once: true });
    try {
      // What came between the look and the watch is seen by this look; what comes later, by the watch.
      await readOn();
      if (isEmpty() && !gone.aborted) {
        await watch.nextEvent(left);
        await readOn();
      }
    } finally {
      watch.end();
      gone.removeEventListener('abort', watch.end);
    }
  }
  return { ...page, crowded: false };
}
