/**
 * `npx holdfast webhook-sink`: a local receiver for testing webhooks. Options make it misbehave.
 */
import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import {
  type CliArguments,
  type CliCommand,
  type CliContext,
  CommandError,
  UsageError,
  quoted,
  wholeNumber,
} from '../../command-line/command.ts';
import { listenForSignals } from '../../command-line/signals.ts';
import { type MeasuredRate, createRateMeter } from './rate-meter.ts';
import { FAULTS } from './sink-faults.ts';

const MESSAGE_BYTES_MAX = 2 * 1_024 * 1_024;
/** Message ids that are kept to detect duplicates. */
const SEEN_IDS_MAX = 1_000_000;
const DEFAULT_PORT = 4_000;
const DEFAULT_STATUS = 204;
/** Faults have bodies, which 204 must not have. */
const DEFAULT_FAULT_STATUS = 200;

const message = z.object({
  type: z.string(),
  data: z.looseObject({
    order_id: z.string().optional(),
    version: z.int().optional(),
    position: z.int().optional(),
  }),
});

/** The output for one request. */
interface Line {
  received_at: string;
  /** Status of the answer; `null` without one, as with --hang. */
  answered: number | null;
  webhook_id: string;
  verified: boolean;
  /** Whether a message with this id was accepted before. */
  duplicate: boolean;
  type: string | null;
  order_id: string | null;
  version: number | null;
  position: number | null;
}

export const webhookSink: CliCommand = {
  summary: 'Receive webhooks on this machine, verify and print them. Stop with Ctrl-C.',
  options: {
    port: {
      placeholder: 'PORT',
      help: `port on 127.0.0.1; default ${DEFAULT_PORT}; 0 takes a free port`,
    },
    secret: {
      placeholder: 'WHSEC',
      help: 'signing secret (whsec_…); without it, messages are not verified',
    },
    status: { placeholder: 'CODE', help: 'answer with this status instead of 204' },
    'retry-after': { placeholder: 'SECONDS', help: 'with --status: send this Retry-After' },
    delay: { placeholder: 'SECONDS', help: 'answer after this time' },
    hang: { help: 'accept messages, but never answer' },
    fault: { placeholder: 'NAME', help: 'answer with a fault, see below' },
    times: { placeholder: 'N', help: 'misbehave for the first N requests only' },
    rate: { help: 'at the end, print the most messages that arrived within any second' },
  },
  terms: {
    heading: 'Faults, and what they send:',
    rows: Object.entries(FAULTS).map(([name, { sends }]) => [name, sends] as const),
  },
  async run(given, { write }) {
    const { signal, end } = listenForSignals();
    const sink = await openSink(given, write);
    if (!given.flags.has('json')) {
      const note =
        given.values['secret'] === undefined
          ? 'Without --secret, messages are not verified.'
          : 'Messages that fail verification get 401.';
      await write(`Receiving at ${sink.url} ${note}\n`);
    }
    if (!signal.aborted) await once(signal, 'abort');
    end();
    await sink.close();
    return undefined;
  },
};

/**
 * Opens a receiver on 127.0.0.1 that behaves as the arguments of the command say.
 *
 * @param write takes a line for each request
 * @throws {UsageError} @throws {CommandError} the port is in use
 */
export async function openSink(
  given: CliArguments,
  write: CliContext['write'],
): Promise<{ url: string; close: () => Promise<void> }> {
  const behaviour = behaviourFrom(given);
  const meter = createRateMeter();
  const receive = createReceiver(behaviour, write);
  const server = createServer((request, response) => {
    meter.count();
    void receive(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, behaviour.port);
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      server.closeAllConnections();
      server.close();
      if (behaviour.showsRate) await write(printRate(meter.rate(), behaviour.json));
    },
  };
}

interface Behaviour {
  port: number;
  verifier: Webhook | undefined;
  /** As given with --status. */
  status: number | undefined;
  retryAfterSeconds: number | undefined;
  delayMs: number;
  hangs: boolean;
  /** Name of the fault. */
  fault: string | undefined;
  showsRate: boolean;
  /** Count of requests that get the bad answer. */
  badRequests: number;
  json: boolean;
}

function behaviourFrom({ values, flags }: CliArguments): Behaviour {
  const number = (name: string, min: number, max: number): number | undefined => {
    const text = values[name];
    return text === undefined ? undefined : wholeNumber(`--${name}`, text, min, max);
  };
  const { fault } = values;
  if (fault !== undefined && !Object.hasOwn(FAULTS, fault))
    throw new UsageError(
      `--fault: unknown fault ${quoted(fault)}. Faults: ${Object.keys(FAULTS).join(', ')}.`,
    );
  if (fault !== undefined && flags.has('hang'))
    throw new UsageError('--fault and --hang exclude each other. Use one of them.');
  return {
    port: number('port', 0, 65_535) ?? DEFAULT_PORT,
    status: number('status', 200, 599),
    retryAfterSeconds: number('retry-after', 0, 86_400),
    badRequests: number('times', 0, 1_000_000) ?? Number.POSITIVE_INFINITY,
    verifier: verifierOf(values['secret']),
    delayMs: (number('delay', 0, 3_600) ?? 0) * 1_000,
    hangs: flags.has('hang'),
    fault,
    showsRate: flags.has('rate'),
    json: flags.has('json'),
  };
}

function createReceiver(behaviour: Behaviour, write: CliContext['write']) {
  const { verifier, retryAfterSeconds, delayMs, badRequests, json } = behaviour;
  let remainingBad = badRequests;
  const seen = new Set<string>();

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await textOf(request);
    const line = lineOf(request, text, verifier);
    const misbehaves = remainingBad > 0;
    remainingBad -= 1;
    const isRefused = !line.verified && verifier !== undefined;
    const answered = isRefused ? 401 : misbehaves ? statusOf(behaviour) : 204;
    const isAccepted = answered !== null && answered < 300;
    const duplicate = seen.has(line.webhook_id);
    if (isAccepted && seen.size < SEEN_IDS_MAX) seen.add(line.webhook_id);
    if (misbehaves && delayMs > 0) await delay(delayMs, undefined, { ref: false });
    const fault = misbehaves && !isRefused ? FAULTS[behaviour.fault ?? ''] : undefined;
    if (fault !== undefined) {
      fault.send(request.socket, answered ?? DEFAULT_FAULT_STATUS);
    } else if (answered !== null) {
      if (misbehaves && !isRefused && retryAfterSeconds !== undefined)
        response.setHeader('Retry-After', retryAfterSeconds);
      response.writeHead(answered).end();
    }
    await write(print({ ...line, answered, duplicate }, json));
  };
}

/** The status of a misbehaving answer; `null` without one. */
function statusOf({ status, hangs, fault = '' }: Behaviour): number | null {
  if (hangs) return null;
  const { status: own = 'given' } = FAULTS[fault] ?? {};
  if (own === 'none') return null;
  return own === 'given' ? (status ?? (fault === '' ? DEFAULT_STATUS : DEFAULT_FAULT_STATUS)) : own;
}

/** @returns the port @throws {CommandError} */
async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await Promise.race([
    once(server, 'listening'),
    once(server, 'error').then(([error]) => {
      throw new CommandError(`Cannot listen on port ${port}: ${(error as Error).message}`);
    }),
  ]);
  return (server.address() as AddressInfo).port;
}

function verifierOf(secret: string | undefined): Webhook | undefined {
  if (secret === undefined) return undefined;
  if (!/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(secret))
    throw new UsageError(
      '--secret must be a signing secret, whsec_…, as GET /v2/webhook-endpoints/{id}/secret returns it',
    );
  return new Webhook(secret);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > MESSAGE_BYTES_MAX) throw new Error('the message is too long');
  }
  return Buffer.concat(chunks).toString('utf8');
}

function lineOf(request: IncomingMessage, text: string, verifier: Webhook | undefined) {
  const field = (name: string) => String(request.headers[name] ?? '');
  const headers = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, field(name)]),
  );
  let verified = false;
  try {
    verified = verifier !== undefined && verifier.verify(text, headers) !== undefined;
  } catch {
    // an invalid signature
  }
  const { data } = message.safeParse(parsed(text));
  return {
    received_at: new Date().toISOString(),
    webhook_id: field('webhook-id'),
    verified,
    type: data?.type ?? null,
    order_id: data?.data.order_id ?? null,
    version: data?.data.version ?? null,
    position: data?.data.position ?? null,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function print(line: Line, json: boolean): string {
  if (json) return `${JSON.stringify(line)}\n`;
  const { answered, verified, duplicate, type, order_id, version, position, webhook_id } = line;
  const marks = [verified ? 'verified' : 'not verified', ...(duplicate ? ['duplicate'] : [])].join(', ');
  const parts = [type ?? 'not a message', order_id, version && `v${version}`, position && `at ${position}`];
  return `${answered ?? '---'}  ${parts.filter(Boolean).join('  ')}  ${webhook_id}  (${marks})\n`;
}

function printRate({ messages, most }: MeasuredRate, json: boolean): string {
  if (json) return `${JSON.stringify({ messages, most_in_one_second: most })}\n`;
  return `${messages} messages, at most ${most} in one second\n`;
}
