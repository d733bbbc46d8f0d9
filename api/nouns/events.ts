/** The noun *event*: the history of an order, and the feed of a tenant. */
import {
  NotInLogError,
  type FeedPosition,
  feedPositionAt,
  feedPositionBefore,
} from '../../store/log/feed.ts';
import { readOrWait } from '../lists/feed.ts';
import { keepWatch } from '../lists/keep-watch.ts';
import { decodeFeedCursor, encodeFeedCursor } from '../lists/feed-cursor.ts';
import type { Call, Handlers } from '../handler.ts';
import { instantOf } from '../lists/instant.ts';
import { answerPage } from '../lists/page.ts';
import { invalidParameter } from '../problem/invalid-parameter.ts';
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
    answerHistoryPage(call, 'order events', undefined, (event) => eventDocument(call.edition, event)),

  /** The feed has no end, so each page has a next cursor. */
  async listEvents(call) {
    const query = call.input.query as unknown as FeedParameters;
    const types = query.types ? [...new Set(query.types.split(','))] : call.edition.eventTypes;
    const { position: after, mark } = await startOf(call, query);
    const gone = new AbortController();
    call.ctx.res.once('close', () => gone.abort());
    const watch = keepWatch(call.confirm);
    const page = await readOrWait(
      call.services,
      { ...call.principal, after, mark, types: types && [...types], limit: query.limit },
      {
        waitMs: query.wait * 1_000,
        gone: AbortSignal.any([gone.signal, watch.lapsed]),
        beginWait: call.beginWait,
      },
    )
      .catch((error: unknown) => {
        throw error instanceof NotInLogError ? eventNotInLog() : error;
      })
      .finally(watch.end);
    await watch.confirm();
    const events = page.events.map((event) => JSON.stringify(eventDocument(call.edition, event)));
    const cursor = encodeFeedCursor({ position: page.next, mark: page.mark });
    answerPage(call.ctx, events.join(','), cursor, page.more);
  },
};

/**
 * The start of a page: the cursor, else `after_position` or `since`, else the start of the log.
 *
 * @throws {Problem} 400
 */
async function startOf({ services, principal }: Call, query: FeedParameters): Promise<FeedPosition> {
  const { after_position: afterPosition, since, cursor } = query;
  const { cursors } = services;
  const connection = services.connections.of(principal.tenantId);
  if (afterPosition !== undefined && since !== undefined) {
    throw invalidParameter([
      { parameter: 'after_position', detail: 'cannot be given together with since' },
      { parameter: 'since', detail: 'cannot be given together with after_position' },
    ]);
  }
  const instant = instantOf(since, 'up');
  if (cursor !== undefined) {
    const start = decodeFeedCursor(cursors, cursor, principal.tenantId);
    if (start === undefined) throw invalidCursor();
    if (start.mark !== undefined || start.position === 0) return start;
    // A cursor of a release before marks: a position alone.
    return feedPositionAt(connection, principal, start.position).catch((error: unknown) => {
      throw error instanceof NotInLogError ? eventNotInLog() : error;
    });
  }
  if (afterPosition !== undefined) {
    return feedPositionAt(connection, principal, afterPosition).catch((error: unknown) => {
      throw error instanceof NotInLogError ? beyondLog(error) : error;
    });
  }
  if (instant === undefined) return { position: 0, mark: undefined };
  const start = await feedPositionBefore(connection, principal, instant);
  if (start === undefined)
    throw invalidParameter([{ parameter: 'since', detail: 'must not be in the future' }]);
  return start;
}

const beyondLog = ({ kept, isBeyondHead }: NotInLogError) =>
  invalidParameter([
    {
      parameter: 'after_position',
      detail: isBeyondHead
        ? `must be at most ${kept}, the newest position of the log`
        : `must be at most ${kept}: the log lost this position in a failover or restore. Or resume with since`,
    },
  ]);

const RESUME =
  'Resume with since, a time before your last read, or with after_position, the position of your last event. ' +
  'A repeated event keeps its id.';

const invalidCursor = () =>
  new Problem('invalid_cursor', `This cursor belongs to another list, or was changed. ${RESUME}`);

const eventNotInLog = () =>
  new Problem(
    'invalid_cursor',
    `The log does not have the event of this cursor, as after a restore from a backup. ${RESUME}`,
  );
