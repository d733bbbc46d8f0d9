import { readPatiently } from '../feed.ts';
import { Problem } from '../problem.ts';
import type { EventType, WatchEventsRequest, WatchEventsResponse } from './generated/orders.ts';
import { eventMessage, eventTypeOf } from './messages.ts';
import { type ServerStream, stoppingProblem } from './method.ts';

/** Events that are read at a time. */
const PAGE = 500;
/** Longest wait for news, in ms. */
const PATIENCE = 30_000;

export const watchEvents: ServerStream<WatchEventsRequest, WatchEventsResponse> = {
  scope: 'orders:read',
  counted: 'read',
  async run({ services, principal, watch, gone, stopping, note }, { after, types }, send) {
    if (after < 0) throw invalid('after', 'must be a position, or 0');
    const query = { ...principal, types: types.length === 0 ? undefined : types.map(wanted), limit: PAGE };
    const over = AbortSignal.any([gone, stopping, watch.lapsed]);
    note(200, false);
    let position = after;
    while (!over.aborted) {
      const page = await readPatiently(
        services,
        { ...query, after: position },
        { patience: PATIENCE, gone: over },
      );
      for (const event of page.events) {
        // A reader may take hours for a page.
        await watch.confirm();
        await send({ position: event.position, event: eventMessage(event) });
      }
      const seen = page.events.at(-1)?.position ?? position;
      if (page.next > seen) await send({ position: page.next, event: undefined });
      position = page.next;
      if (page.crowded) throw crowded();
    }
    watch.lapsed.throwIfAborted();
    if (stopping.aborted) throw stoppingProblem();
  },
};

function wanted(type: EventType) {
  const found = eventTypeOf(type);
  if (found === undefined) throw invalid('types', 'must be types of events');
  return found;
}

const invalid = (parameter: string, detail: string) =>
  new Problem('invalid_parameter', `Not valid: ${parameter}.`, { errors: [{ parameter, detail }] });

const crowded = () =>
  new Problem('overloaded', 'As many wait for events as this node can hold.', {
    headers: { 'Retry-After': '1' },
  });
