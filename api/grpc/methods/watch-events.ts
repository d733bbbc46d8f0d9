import { setTimeout as delay } from 'node:timers/promises';
import { NotInLogError, type FeedPosition, feedPositionBefore } from '../../../store/log/feed.ts';
import type { Tenancy } from '../../../store/tenancy.ts';
import { readPatiently } from '../../lists/feed.ts';
import type { Services } from '../../handler.ts';
import { COUNTED_BYTES_MIN } from '../../http/answer-room.ts';
import { Problem } from '../../problem/problem.ts';
import type { Timestamp } from '../generated/google/protobuf/timestamp.ts';
import type { EventType, WatchEventsRequest, WatchEventsResponse } from '../generated/orders.ts';
import { eventMessage, eventTypeOf } from './messages.ts';
import { type Call, type ServerStream, stoppingProblem } from './method.ts';
import type { Outlet } from '../wire/sink.ts';

/** Events that are read at a time, if they are small: a page has a bound by bytes too. */
const PAGE = 500;
/** The years 1 to 9999, as google.protobuf.Timestamp has it. */
const [EARLIEST_SECONDS, LATEST_SECONDS] = [-62_135_596_800, 253_402_300_799];
/** Longest wait for news, in ms. */
const PATIENCE_MS = 30_000;
/** How often it is looked whether a caller may have more, in ms. */
const ROOM_LOOK_MS = 100;

export const watchEvents: ServerStream<WatchEventsRequest, WatchEventsResponse> = {
  scope: 'events:read',
  counted: 'read',
  async run(call, { after, types, since }, outlet) {
    const { services, principal, watch, gone, stopping, note } = call;
    const query = { ...principal, types: types.length === 0 ? undefined : types.map(wanted), limit: PAGE };
    let { position, mark } = await startOf(services, principal, { after, since });
    const over = AbortSignal.any([gone, stopping, watch.lapsed]);
    note(200, false);
    /** Encoded, so that the objects need not be kept until the client has taken them. */
    async function nextPage() {
      const options = { patience: PATIENCE_MS, gone: over };
      const page = await readPatiently(services, { ...query, after: position, mark }, options).catch(inWords);
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
  { pool }: Services,
  tenancy: Tenancy,
  { after, since }: Pick<WatchEventsRequest, 'after' | 'since'>,
): Promise<FeedPosition> {
  if (after < 0) throw invalid('after', 'must be a position, or 0');
  if (since === undefined) return { position: after, mark: undefined };
  if (after > 0) throw invalid('since', 'cannot be given together with after');
  const place = await feedPositionBefore(pool, tenancy, instantOfMessage(since));
  if (place === undefined) throw invalid('since', 'must not be in the future');
  return place;
}

/** In RFC 3339, to the microsecond, which is all that Postgres keeps: the first one that is not earlier. */
function instantOfMessage({ seconds, nanos }: Timestamp): string {
  const isTime = seconds >= EARLIEST_SECONDS && seconds < LATEST_SECONDS && nanos >= 0 && nanos < 1e9;
  if (!isTime) throw invalid('since', 'must be a time of the years 1 to 9999');
  const micros = Math.ceil(nanos / 1_000);
  const whole = new Date((seconds + Math.floor(micros / 1e6)) * 1_000).toISOString();
  return `${whole.slice(0, 19)}.${String(micros % 1e6).padStart(6, '0')}Z`;
}

/** What the log does not have is told in the words of the request. */
function inWords(error: unknown): never {
  if (!(error instanceof NotInLogError)) throw error;
  throw invalid(
    'after',
    `must be a position that the log has, at most ${error.head}; after a restore from a backup go on with since`,
  );
}

/**
 * A stream is not refused because its caller does not read others: it waits until they are read, or
 * ended.
 */
async function roomFor({ bytes, principal }: Call, over: AbortSignal): Promise<void> {
  while (!bytes.admits(principal.keyId) && !over.aborted) {
    await delay(ROOM_LOOK_MS, undefined, { signal: over }).catch(() => {});
  }
}

/** What is read of a page and not taken is held by the caller. */
async function sendAll(
  { bytes, principal, watch, gone }: Call,
  outlet: Outlet<WatchEventsResponse>,
  messages: Buffer[],
): Promise<void> {
  const size = messages.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const release = size >= COUNTED_BYTES_MIN ? bytes.hold(principal.keyId, size, outlet.cut) : undefined;
  try {
    for (const message of messages) {
      // A reader may take hours for a page.
      await watch.confirm();
      if (gone.aborted) return;
      await outlet.send(message);
    }
  } finally {
    release?.();
  }
}

function wanted(type: EventType) {
  const found = eventTypeOf(type);
  if (found === undefined) throw invalid('types', 'must be types of events');
  return found;
}

const invalid = (parameter: string, detail: string) =>
  new Problem('invalid_parameter', `Not valid: ${parameter}.`, { errors: [{ parameter, detail }] });

const crowdedProblem = () =>
  new Problem('overloaded', 'More calls wait for events than this node can hold. Try again in a moment.', {
    headers: { 'Retry-After': '1' },
  });
