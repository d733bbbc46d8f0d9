/** The noun *event*: one order's history, and the feed of all that happens in a tenant. */
import { readPatiently } from '../feed.ts';
import { keepWatch } from '../keep-watch.ts';
import type { Handlers } from '../handler.ts';
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
    const gone = new AbortController();
    call.ctx.res.once('close', () => gone.abort());
    const watch = keepWatch(call.confirm);
    const page = await readPatiently(
      call.services,
      { ...call.principal, after, types: types || undefined, limit: query.limit },
      { patience: query.wait * 1_000, gone: AbortSignal.any([gone.signal, watch.lapsed]) },
    ).finally(watch.end);
    await watch.confirm();
    const events = page.events.map((event) => JSON.stringify(eventDocument(call.edition, event)));
    answerPage(call.ctx, events.join(','), cursors.encode(page.next, binding), page.more);
  },
};
