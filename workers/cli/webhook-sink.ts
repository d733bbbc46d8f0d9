/** `npx holdfast webhook-sink`: a receiver to try webhooks with, which can be told to behave badly. */
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { type CliCommand, CommandError, UsageError, wholeNumber } from '../../command-line/command.ts';
import { listenForSignals } from '../../command-line/signals.ts';

/** Bytes of a message that are read. */
const READ = 2 * 1_024 * 1_024;
/** Message ids that are remembered, to tell repeats by. */
const REMEMBERED = 1_000_000;

const message = z.object({
  type: z.string(),
  data: z.looseObject({
    order_id: z.string().optional(),
    version: z.int().optional(),
    position: z.int().optional(),
  }),
});

/** What is told of one request. */
interface Line {
  received_at: string;
  /** What it was answered; `null` when it was left hanging. */
  answered: number | null;
  webhook_id: string;
  verified: boolean;
  /** Whether a message with this id was taken before. */
  duplicate: boolean;
  type: string | null;
  order_id: string | null;
  version: number | null;
  position: number | null;
}

export const webhookSink: CliCommand = {
  summary: 'Receives webhooks on this machine, verifies them, and prints each; ends with Ctrl-C.',
  options: {
    port: { placeholder: 'PORT', help: 'where it listens, on 127.0.0.1; 4000 if left out, any for 0' },
    secret: {
      placeholder: 'WHSEC',
      help: 'what verifies messages (whsec_…); without it they are taken unverified',
    },
    status: { placeholder: 'CODE', help: 'answer this instead of 204' },
    'retry-after': { placeholder: 'SECONDS', help: 'with --status: ask to be left alone for so long' },
    hang: { help: 'take messages, and never answer' },
    times: { placeholder: 'N', help: 'behave badly for the first N requests only' },
  },
  async run({ values, flags }, { write }) {
    const number = (name: string, min: number, max: number): number | undefined => {
      const text = values[name];
      return text === undefined ? undefined : wholeNumber(`--${name}`, text, min, max);
    };
    const port = number('port', 0, 65_535) ?? 4_000;
    const status = number('status', 200, 599) ?? 204;
    const retryAfter = number('retry-after', 0, 86_400);
    let bad = number('times', 0, 1_000_000) ?? Number.POSITIVE_INFINITY;
    const verifier = verifierOf(values['secret']);
    const seen = new Set<string>();

    const server = createServer((request, response) => {
      void receive(request, response).catch(() => response.destroy());
    });
    async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const text = await textOf(request);
      const line = lineOf(request, text, verifier);
      const misbehaves = bad > 0;
      bad -= 1;
      const answered =
        !line.verified && verifier ? 401 : misbehaves ? (flags.has('hang') ? null : status) : 204;
      const taken = answered !== null && answered < 300;
      const duplicate = seen.has(line.webhook_id);
      if (taken && seen.size < REMEMBERED) seen.add(line.webhook_id);
      if (answered !== null) {
        if (answered === status && retryAfter !== undefined && misbehaves)
          response.setHeader('Retry-After', retryAfter);
        response.writeHead(answered).end();
      }
      await write(print({ ...line, answered, duplicate }, flags.has('json')));
    }

    const { signal, end } = listenForSignals();
    server.listen(port, '127.0.0.1');
    await Promise.race([
      once(server, 'listening'),
      once(server, 'error').then(([error]) => {
        throw new CommandError(`Port ${port} cannot be listened on: ${(error as Error).message}`);
      }),
    ]);
    const { port: taken } = server.address() as AddressInfo;
    if (!flags.has('json')) {
      const how = verifier
        ? 'Messages that do not verify are answered 401.'
        : 'Without --secret nothing is verified.';
      await write(`Receiving at http://127.0.0.1:${taken}/ ${how}\n`);
    }
    if (!signal.aborted) await once(signal, 'abort');
    end();
    server.closeAllConnections();
    server.close();
    return undefined;
  },
};

function verifierOf(secret: string | undefined): Webhook | undefined {
  if (secret === undefined) return undefined;
  if (!/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(secret))
    throw new UsageError('--secret is what GET /v2/webhook-endpoints/{id}/secret answers: whsec_…');
  return new Webhook(secret);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > READ) throw new Error('the message is too long');
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
    // tampered with, or not ours
  }
  const { data: told } = message.safeParse(parsed(text));
  return {
    received_at: new Date().toISOString(),
    webhook_id: field('webhook-id'),
    verified,
    type: told?.type ?? null,
    order_id: told?.data.order_id ?? null,
    version: told?.data.version ?? null,
    position: told?.data.position ?? null,
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
  const marks = [verified ? 'verified' : 'not verified', ...(duplicate ? ['again'] : [])].join(', ');
  const what = [type ?? 'not a message', order_id, version && `v${version}`, position && `at ${position}`];
  return `${answered ?? '---'}  ${what.filter(Boolean).join('  ')}  ${webhook_id}  (${marks})\n`;
}
