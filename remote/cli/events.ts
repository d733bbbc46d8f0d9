/** `npx holdfast events tail` and `receipts get`. */
import { type CliCommand, type CommandGroup, wholeNumber } from '../../command-line/command.ts';
import { listenForSignals } from '../../command-line/signals.ts';
import type { Schemas } from '../../openapi/client/client.ts';
import { FEED_OPTIONS, type Event, feedFrom, followEvents } from '../client/event-feed.ts';
import { openClient } from '../client/server-client.ts';

const LIMIT_MAX = 1_000_000;

const tail: CliCommand = {
  summary: 'Print events as they are recorded, until Ctrl-C. With --json, one event is one line of JSON.',
  options: {
    ...FEED_OPTIONS,
    limit: { placeholder: 'N', help: 'end after so many events' },
  },
  async run({ values, flags }, { httpAccess, write }) {
    const feed = feedFrom(values);
    const { limit } = values;
    const eventsMax =
      limit === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--limit', limit, 1, LIMIT_MAX);
    const access = await httpAccess();
    const { signal, end } = listenForSignals();
    let position = feed.afterPosition;
    let count = 0;
    const begun = () => process.stderr.write(`Events of ${access.url}. Stop with Ctrl-C.\n`);
    try {
      for await (const event of followEvents(openClient(access), feed, { signal, begun })) {
        await write(`${flags.has('json') ? JSON.stringify(event) : eventLine(event)}\n`);
        ({ position } = event);
        count += 1;
        if (count >= eventsMax) break;
      }
    } finally {
      end();
      if (position !== undefined)
        process.stderr.write(`To go on from here: npx holdfast events tail --from ${position}\n`);
    }
    return undefined;
  },
};

export const eventLine = ({ position, recorded_at, type, order_id, version }: Event): string =>
  `${position}  ${recorded_at}  ${type}  ${order_id ?? ''}${version === null ? '' : `  v${version}`}`.trimEnd();

const get: CliCommand = {
  summary: 'Show what the request with an idempotency key did.',
  positionals: ['KEY'],
  async run({ positionals: [key = ''] }, { httpAccess }) {
    const { GET, read } = openClient(await httpAccess());
    const path = { idempotency_key: key };
    const receipt = await read(GET('/v2/idempotency-keys/{idempotency_key}', { params: { path } }));
    return { data: receipt, text: receiptText(receipt) };
  },
};

function receiptText({ idempotency_key, status, recorded_at, event, ...rest }: Schemas['Receipt']): string {
  const facts: [name: string, value: string | undefined][] = [
    ['Key', idempotency_key],
    ['Status', String(status)],
    ['Recorded', recorded_at],
    ['Order', rest.order_id === null ? undefined : `${rest.order_id}, version ${rest.version}`],
    ['Event', event === null ? undefined : `${event.type} ${event.id}, position ${event.position}`],
    ['Webhooks', rest.webhook_write === undefined ? undefined : JSON.stringify(rest.webhook_write)],
    ['Fingerprint', rest.fingerprint],
  ];
  return facts
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(11)}  ${value}`]))
    .join('\n');
}

export const events: CommandGroup = { tail };
export const receipts: CommandGroup = { get };
