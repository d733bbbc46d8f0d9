/** The feed of events, for commands that follow it until Ctrl-C. */
import { type CliOption, CommandError, UsageError, quoted, wholeNumber } from '../../command-line/command.ts';
import type { FeedOptions, Schemas } from '../../openapi/client/client.ts';
import type { ServerClient } from './server-client.ts';

export type Event = Schemas['Event'];

/** Where a command starts, and which events it shows. */
export const FEED_OPTIONS: Record<string, CliOption> = {
  from: {
    placeholder: 'POSITION',
    help: 'start after this position; 0 is the first event; default: only new events',
  },
  type: { placeholder: 'A,B', help: 'only events of these types' },
};

/** @throws {UsageError} */
export function feedFrom(values: Readonly<Record<string, string | undefined>>): FeedOptions {
  const { from, type } = values;
  if (type !== undefined && !/^[A-Za-z]+(?:,[A-Za-z]+)*$/.test(type))
    throw new UsageError(`--type must be event types with commas between them, not ${quoted(type)}`);
  return {
    ...(from !== undefined && { afterPosition: wholeNumber('--from', from, 0, 999_999_999_999_999) }),
    ...(type !== undefined && { types: type.split(',') as Event['type'][] }),
  };
}

/**
 * The events from `feed.afterPosition` on; without it, those that are recorded from now on. Ends
 * without an error when the signal aborts.
 *
 * @param begun called when the server has accepted the start
 * @throws {CommandError} the server refuses, or does not answer
 */
export async function* followEvents(
  client: ServerClient,
  feed: FeedOptions,
  { signal, begun }: { signal: AbortSignal; begun: () => void },
): AsyncGenerator<Event> {
  try {
    const start = feed.afterPosition === undefined ? await endOfFeed(client, feed, signal) : feed;
    begun();
    for await (const { data } of client.feed({ ...start, signal })) yield* data;
  } catch (error) {
    if (!signal.aborted) throw client.explained(error);
  }
}

/** The time of the server, in whole seconds: events of the running second are shown as well. */
async function endOfFeed(client: ServerClient, feed: FeedOptions, signal: AbortSignal): Promise<FeedOptions> {
  const call = client.GET('/v2/events', { params: { query: { limit: 1 } }, signal });
  await client.read(call);
  const date = Date.parse((await call).response.headers.get('Date') ?? '');
  if (Number.isNaN(date))
    throw new CommandError(
      'The server sent no Date, so the end of the feed is not known. Set --from POSITION.',
    );
  return { ...feed, since: new Date(date).toISOString() };
}
