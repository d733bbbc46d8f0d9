/** The noun *event*: one order's history, and the feed of all that happens in a tenant. */
import { readFeed } from '../../store/feed.ts';
import type { Call, Handlers } from '../handler.ts';
import { answerPage, bindingOf, positionOf } from '../page.ts';
import { eventDocument } from './event-document.ts';
import { answerHistoryPage } from './history.ts';

export const eventHandlers: Handlers = {
  listOrderEvents: (call) =>
    answerHistoryPage(
      call,
      'order events',
      () => true,
      (event) => eventDocument(call.edition, event),
    ),

  /** The feed has no end, so it always has a next cursor: the one to come back with. */
  async listEvents(call) {
    const { cursors } = call.services;
    const { tenantId } = call.principal;
    const query = call.input.query as { types?: string; limit: number; cursor?: string; wait: number };
    const types = query.types && [...new Set(query.types.split(','))].sort();
    const binding = bindingOf('events', tenantId, ...(types || []));
    const after = positionOf(cursors, query.cursor, binding) ?? 0;
    const page = await readPatiently(call, {
      ...call.principal,
      after,
      types: types || undefined,
      limit: query.limit,
    });
    const events = page.events.map((event) => JSON.stringify(eventDocument(call.edition, event)));
    answerPage(call.ctx, events.join(','), cursors.encode(page.next, binding), page.more);
  },
};

/** Reads a page; when it is empty, waits for news, and reads again, until the client's patience ends. */
async function readPatiently(
  { ctx, input, services }: Call,
  query: Parameters<typeof readFeed>[1],
): ReturnType<typeof readFeed> {
  const deadline = performance.now() + Number(input.query['wait']) * 1_000;
  let page = await readFeed(services.pool, query);
  let left = deadline - performance.now();
  while (page.events.length === 0 && !page.more && left > 0 && ctx.writable) {
    const watch = await services.tail.watch(query);
    if (watch === undefined) break;
    ctx.res.once('close', watch.end);
    // What came between the look and the watch is seen by this look; what comes later, by the watch.
    page = await readFeed(services.pool, { ...query, after: page.next });
    if (page.events.length === 0 && !page.more) {
      await watch.news(left);
      page = await readFeed(services.pool, { ...query, after: page.next });
    }
    watch.end();
    ctx.res.off('close', watch.end);
    left = deadline - performance.now();
  }
  return page;
}
