/** The noun *event*: one order's history, and the feed of all that happens in a tenant. */
import {
  NotInLogError,
  type FeedPosition,
  feedPositionAt,
  feedPositionBefore,
} from '../../store/log/feed.ts';
import { readPatiently } from '../lists/feed.ts';
import { keepWatch } from '../lists/keep-watch.ts';
import { decodePlace, encodePlace } from '../lists/feed-cursor.ts';
import type { Call, Handlers } from '../handler.ts';
import { instantOf } from '../lists/instant.ts';
import { answerPage } from '../lists/page.ts';
import { Problem } from '../problem/problem.ts';
import { eventDocument } from './event-document.ts';
import { answerHistoryPage } from './order/history.ts';

interface FeedParameters {
  types?: string;
  after_position?: number;
  since?: string;
  limit: number;
  cursor?: string;
  wait: number;
}

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
    const query = call.input.query as unknown as FeedParameters;
    const types = query.types && [...new Set(query.types.split(','))];
    const { position: after, mark } = await startOf(call, query);
    const gone = new AbortController();
    call.ctx.res.once('close', () => gone.abort());
    const watch = keepWatch(call.confirm);
    const page = await readPatiently(
      call.services,
      { ...call.principal, after, mark, types: types || undefined, limit: query.limit },
      { patience: query.wait * 1_000, gone: AbortSignal.any([gone.signal, watch.lapsed]) },
    )
      .catch((error: unknown) => {
        throw error instanceof NotInLogError ? lostPlace() : error;
      })
      .finally(watch.end);
    await watch.confirm();
    const events = page.events.map((event) => JSON.stringify(eventDocument(call.edition, event)));
    const cursor = encodePlace({ position: page.next, mark: page.mark });
    answerPage(call.ctx, events.join(','), cursor, page.more);
  },
};

/**
 * Where a page begins: behind its cursor, or, while there is none, where the request wants the feed
 * to begin.
 *
 * @throws {Problem} 400
 */
async function startOf({ services, principal }: Call, query: FeedParameters): Promise<FeedPosition> {
  const { after_position: afterPosition, since, cursor } = query;
  const { pool, cursors } = services;
  if (afterPosition !== undefined && since !== undefined) {
    throw new Problem('invalid_parameter', 'Give after_position or since, not both.', {
      errors: [
        { parameter: 'after_position', detail: 'cannot be given together with since' },
        { parameter: 'since', detail: 'cannot be given together with after_position' },
      ],
    });
  }
  const instant = instantOf(since, 'up');
  if (cursor !== undefined) {
    const place = decodePlace(cursors, cursor, principal.tenantId);
    if (place === undefined) throw unreadableCursor();
    return place;
  }
  if (afterPosition !== undefined) {
    return feedPositionAt(pool, principal, afterPosition).catch((error: unknown) => {
      throw error instanceof NotInLogError ? beyondLog(error) : error;
    });
  }
  if (instant === undefined) return { position: 0, mark: undefined };
  const place = await feedPositionBefore(pool, principal, instant);
  if (place === undefined) throw wrong('since', 'must not be in the future');
  return place;
}

const wrong = (parameter: string, detail: string) =>
  new Problem('invalid_parameter', `Not valid: ${parameter}.`, { errors: [{ parameter, detail }] });

const beyondLog = ({ head }: NotInLogError) =>
  wrong('after_position', `must be at most ${head}, the newest position of the log`);

/** What to do without the cursor. */
const GO_ON =
  'Go on with since, a time before you last read, or with after_position, the position of the last event that you are sure of; ' +
  'what comes a second time has the id that it had.';

const unreadableCursor = () =>
  new Problem('invalid_cursor', `This cursor is not one of the feed, or was changed. ${GO_ON}`);

const lostPlace = () =>
  new Problem(
    'invalid_cursor',
    `The log does not have the event that this cursor names, as after a restore from a backup. ${GO_ON}`,
  );
