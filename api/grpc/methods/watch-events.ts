import { setTimeout as delay } from 'node:timers/promises';
import {
  NotInLogError,
  type FeedPosition,
  feedPositionAt,
  feedPositionBefore,
} from '../../../store/log/feed.ts';
import type { Tenancy } from '../../../store/tenancy.ts';
import { readOrWait } from '../../lists/feed.ts';
import type { Services } from '../../handler.ts';
import { COUNTED_BYTES_MIN } from '../../http/answer-room.ts';
import { confirmedBy } from '../../problem/confirmed-answer.ts';
import { Problem } from '../../problem/problem.ts';
import type { Timestamp } from '../generated/google/protobuf/timestamp.ts';
import type { EventType, WatchEventsRequest, WatchEventsResponse } from '../generated/orders.ts';
import { eventMessage, eventTypeOf } from '../messages/event.ts';
import { TIME_EXPECTED, isTime } from '../messages/timestamp.ts';
import { type Call, type ServerStream, stoppingProblem } from './method.ts';
import type { Outlet } from '../wire/sink.ts';

/** Events a page. Large events make shorter pages: the log bounds a page by bytes as well. */
const PAGE_EVENTS_MAX = 500;
/** Longest wait for new events before the next page. */
const WAIT_MS_MAX = 30_000;
/** Interval of the check whether the caller's byte budget has room again. */
const ROOM_INTERVAL_MS = 100;

export const watchEvents: ServerStream<WatchEventsRequest, WatchEventsResponse> = {
  scope: 'events:read',
  counted: 'read',
  async run(call, { after, types, since }, outlet) {
    const { services, principal, watch, gone, stopping, note } = call;
    const query = {
      ...principal,
      types: types.length === 0 ? undefined : types.map(typeOf),
      limit: PAGE_EVENTS_MAX,
    };
    let { position, mark } = await confirmedBy(services.primary, () =>
      startOf(services, principal, { after, since }),
    );
    const over = AbortSignal.any([gone, stopping, watch.lapsed]);
    note(200, false);
    /** Encodes at once: the event objects need not live until the client has read the messages. */
    async function nextPage() {
      const options = { waitMs: WAIT_MS_MAX, gone: over };
      const page = await confirmedBy(services.primary, () =>
        readOrWait(services, { ...query, after: position, mark }, options).catch(refuseAfter),
      );
      const messages = page.events.map((event) =>
        outlet.encode({ position: event.position, event: eventMessage(event) }),
      );
      const seen = page.events.at(-1)?.position ?? position;
      if (page.next > seen) messages.push(outlet.encode({ position: page.next, event: undefined }));
      return { messages, next: page.next, mark: page.mark, crowded: page.crowded };
    }

    while (!over.aborted) {
      await roomFor(call, over);
      const page = await nextPage();
      await sendAll(call, outlet, page.messages);
      ({ next: position, mark } = page);
      if (page.crowded) throw crowdedProblem();
    }
    watch.lapsed.throwIfAborted();
    if (stopping.aborted) throw stoppingProblem();
  },
};

/** @throws {Problem} 400 */
async function startOf(
  { connections }: Services,
  tenancy: Tenancy,
  { after, since }: Pick<WatchEventsRequest, 'after' | 'since'>,
): Promise<FeedPosition> {
  if (after < 0) throw invalid('after', 'must be 0 or a position');
  const connection = connections.of(tenancy.tenantId);
  if (since === undefined) return feedPositionAt(connection, tenancy, after).catch(refuseAfter);
  if (after > 0) throw invalid('since', 'must not be set together with after');
  const place = await feedPositionBefore(connection, tenancy, instantOfMessage(since));
  if (place === undefined) throw invalid('since', 'must not be in the future');
  return place;
}

/** RFC 3339, rounded up to the microsecond, the resolution of Postgres. */
function instantOfMessage(since: Timestamp): string {
  if (!isTime(since)) throw invalid('since', TIME_EXPECTED);
  const { seconds, nanos } = since;
  const micros = Math.ceil(nanos / 1_000);
  const whole = new Date((seconds + Math.floor(micros / 1e6)) * 1_000).toISOString();
  return `${whole.slice(0, 19)}.${String(micros % 1e6).padStart(6, '0')}Z`;
}

function refuseAfter(error: unknown): never {
  if (!(error instanceof NotInLogError)) throw error;
  const { kept, isBeyondHead } = error;
  const bound = kept === undefined ? 'must be a position of the log' : `must be at most ${kept}`;
  throw invalid(
    'after',
    isBeyondHead
      ? `${bound}, the end of the log. After a restore, use since`
      : `${bound}: the log lost this position in a failover or restore. Or use since`,
  );
}

/** Waits while the caller's other streams hold its byte budget: a slow reader is not refused. */
async function roomFor({ bytes, principal }: Call, over: AbortSignal): Promise<void> {
  while (!bytes.admits(principal.tenantId) && !over.aborted) {
    await delay(ROOM_INTERVAL_MS, undefined, { signal: over }).catch(() => {});
  }
}

/** Sends a page. Its bytes count against the caller until it has read them. */
async function sendAll(
  { bytes, principal, watch, gone }: Call,
  outlet: Outlet<WatchEventsResponse>,
  messages: Buffer[],
): Promise<void> {
  const size = messages.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const release = size >= COUNTED_BYTES_MIN ? bytes.hold(principal.tenantId, size, outlet.cut) : undefined;
  try {
    for (const message of messages) {
      // A slow reader may take hours for a page: check the key for each message.
      await watch.confirm();
      if (gone.aborted) return;
      await outlet.send(message);
    }
  } finally {
    release?.();
  }
}

function typeOf(type: EventType) {
  const found = eventTypeOf(type);
  if (found === undefined) throw invalid('types', 'must be event types');
  return found;
}

const invalid = (parameter: string, detail: string) =>
  new Problem('invalid_parameter', `Invalid parameter: ${parameter}.`, { errors: [{ parameter, detail }] });

const crowdedProblem = () =>
  new Problem(
    'overloaded',
    'Too many calls of this tenant wait for events on this node. Retry after a second.',
    {
      headers: { 'Retry-After': '1' },
    },
  );
