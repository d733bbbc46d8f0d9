/** `npx holdfast webhooks listen`: events of the feed as webhooks to a program of this machine. */
import { type CliCommand, type CommandGroup, UsageError, quoted } from '../../../command-line/command.ts';
import { listenForSignals } from '../../../command-line/signals.ts';
import { loadConfig } from '../../../platform/config.ts';
import { FEED_OPTIONS, type Event, feedFrom, followEvents } from '../../client/event-feed.ts';
import { openClient } from '../../client/server-client.ts';
import { eventLine } from '../events.ts';
import { type Attempt, createForwarder } from './forward.ts';
import { listenSecret } from './listen-secret.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const listen: CliCommand = {
  summary:
    'Send events to a URL of this machine, signed as webhooks are, until Ctrl-C. ' +
    'It reads the feed: the server needs no endpoint, and no way to this machine.',
  options: {
    'forward-to': { placeholder: 'URL', help: 'receives each event as a POST', required: true },
    ...FEED_OPTIONS,
    'allow-remote': { help: 'also send to another machine: events contain personal data' },
  },
  async run({ values, flags }, { httpAccess, write }) {
    const url = receiverFrom(values['forward-to'] ?? '', flags.has('allow-remote'));
    const feed = feedFrom(values);
    const access = await httpAccess();
    const secret = await listenSecret(loadConfig().settingsDir);
    const { signal, end } = listenForSignals();
    const isJson = flags.has('json');
    const forwarder = createForwarder({
      url,
      secret,
      signal,
      attempted: (event, attempt) =>
        write(`${isJson ? JSON.stringify(jsonOf(event, attempt)) : textOf(event, attempt)}\n`),
    });
    const begun = () =>
      process.stderr.write(
        `Forwards events of ${access.url} to ${url}. Stop with Ctrl-C.\nThe secret of the signatures: ${secret}\n`,
      );
    let position = feed.afterPosition;
    try {
      for await (const event of followEvents(openClient(access), feed, { signal, begun })) {
        await forwarder.send(event);
        if (!signal.aborted) ({ position } = event);
      }
    } finally {
      end();
      const open = forwarder.end();
      const from = open.length === 0 ? position : Math.min(...open.map((event) => event.position)) - 1;
      if (from !== undefined)
        process.stderr.write(
          `${open.length} events wait for a retry. To go on: npx holdfast webhooks listen --forward-to ${url} --from ${from}\n`,
        );
    }
    return undefined;
  },
};

/** @throws {UsageError} */
function receiverFrom(given: string, mayBeRemote: boolean): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new UsageError(
      `--forward-to must be a URL such as http://localhost:3000/hook, not ${quoted(given)}`,
    );
  if (mayBeRemote || LOOPBACK.test(url.hostname)) return url.href;
  throw new UsageError(
    `--forward-to: ${url.hostname} is not this machine. Events contain personal data: to send them there, add --allow-remote.`,
  );
}

function textOf(event: Event, { status, error, ms, nextSeconds }: Attempt): string {
  const next = nextSeconds === undefined ? '' : `, again in ${nextSeconds} s`;
  return `${status ?? error}  ${eventLine(event)}  (${ms} ms${next})`;
}

const jsonOf = ({ id, type, position, order_id }: Event, { status, error, ms, nextSeconds }: Attempt) => ({
  event_id: id,
  type,
  position,
  order_id,
  status: status ?? null,
  error: error ?? null,
  ms,
  next_attempt_seconds: nextSeconds ?? null,
});

export const listening: CommandGroup = { listen };
