/** `npx holdfast import`: orders of a file, placed over the stream of the internal service. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { ChannelCredentials } from '@grpc/grpc-js';
import { type Command, CommandError, type Output, type Service, UsageError, quoted } from '../../command.ts';
import { LogFileError } from '../../store/log-file.ts';
import type { Advice } from '../grpc/advice.ts';
import { FeedError } from '../grpc/feed-orders.ts';
import { pem } from '../grpc/pem.ts';
import { type Line, type WrongLine, readOrders, survey } from './import-file.ts';
import { drawBar } from './import-bar.ts';
import { forgetProgress, keepProgress, readProgress, receiverOf } from './import-progress.ts';
import { type Tally, createTally } from './import-tally.ts';

const USUAL_PORT = 50_051;
/** Seconds without an answer after which it is given up. */
const PATIENCE = 60;
/** How often the progress is kept, in ms. */
const KEEP = 1_000;

export const importing: Command = {
  summary:
    'Place the orders of a file over gRPC, one {"idempotency_key","order"} a line. It may be run again at any time: no order is placed twice.',
  positionals: ['FILE'],
  options: {
    to: {
      placeholder: 'HOST:PORT',
      help: 'the internal service; 127.0.0.1 and GRPC_PORT, or 50051, if left out',
    },
    patience: {
      placeholder: 'SECONDS',
      help: `give up after so long without a server that answers; ${PATIENCE} if left out`,
    },
  },
  async run({ positionals: [path = ''], values }, { service }) {
    const patience = patienceFrom(values['patience']);
    const access = await service();
    const address = addressFrom(values['to'], access);
    try {
      return await importFile({ path, access, address, patience });
    } catch (error) {
      if (error instanceof LogFileError || error instanceof FeedError)
        throw new CommandError(error.message, { cause: error });
      throw error;
    }
  },
};

function patienceFrom(given: string | undefined): number {
  const seconds = Number(given ?? PATIENCE);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 86_400) return seconds * 1_000;
  throw new UsageError('--patience: expected whole seconds, 1 to 86400');
}

function addressFrom(given: string | undefined, { host, port }: Service): string {
  if (given === undefined) return `${host.includes(':') ? `[${host}]` : host}:${port ?? USUAL_PORT}`;
  if (/^(?:[\w.-]+|\[[\da-fA-F:.]+\]):\d{1,5}$/.test(given)) return given;
  throw new UsageError(`--to: ${quoted(given)} is not HOST:PORT, such as 127.0.0.1:50051`);
}

/** What one run is about. */
interface Import {
  path: string;
  access: Service;
  address: string;
  /** Milliseconds. */
  patience: number;
}

async function importFile({ path, access, address, patience }: Import): Promise<Output> {
  const started = performance.now();
  const { sha256: file, lines } = await survey(path);
  const to = receiverOf(address, access.apiKey);
  const before = await readProgress(path, file, to);
  const begin = before?.done ?? 0;

  const refusedFile = `${path}.refused.ndjson`;
  const refusals = createWriteStream(refusedFile, { flags: before ? 'a' : 'w' });
  const tally = createTally(before ?? { file, to, done: 0, placed: 0, replayed: 0, refused: 0 }, (why) =>
    refusals.write(`${JSON.stringify(why)}\n`),
  );
  const drawn = drawBar(lines, begin, tally.answered);
  const keeping = setInterval(() => {
    tally.settle();
    void keepProgress(path, tally.kept);
  }, KEEP);
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  let interruptions = 0;
  const broke = ({ detail }: Advice) => {
    interruptions += 1;
    process.stderr.write(`\n${detail} Going on.\n`);
  };
  try {
    await feed({ path, access, address, patience }, { begin, tally, broke, signal: stopping.signal });
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    clearInterval(keeping);
    tally.settle();
    await finished(refusals.end());
    await keepProgress(path, tally.kept);
    drawn();
  }
  const { placed, replayed, refused, done } = tally.kept;
  if (stopping.signal.aborted && done < lines)
    throw new CommandError(`Stopped behind line ${done} of ${lines}. The same command goes on from there.`);
  await forgetProgress(path);
  if (refused > 0) process.exitCode = 1;
  else await rm(refusedFile, { force: true });

  const seconds = (performance.now() - started) / 1_000;
  const again = begin > 0 ? `, of which ${begin} by runs before` : '';
  return {
    text: [
      `${lines} lines${again}: ${placed} orders placed, ${replayed} had been placed before, ${refused} refused. ${seconds.toFixed(1)} s.`,
      ...(interruptions > 0 ? [`The connection broke ${interruptions} times and was taken up again.`] : []),
      ...(refused > 0 ? [`What was refused, and why: ${refusedFile}`] : []),
    ].join('\n'),
    data: { lines, placed, replayed, refused, interruptions, seconds: Number(seconds.toFixed(3)) },
  };
}

interface Feed {
  /** Lines that have their answer already. */
  begin: number;
  tally: Tally;
  broke: (advice: Advice) => void;
  signal: AbortSignal;
}

async function feed(
  { path, access, address, patience }: Import,
  { begin, tally, broke, signal }: Feed,
): Promise<void> {
  // Other commands do not pay for the load.
  const [{ Metadata }, { OrderServiceClient }, { feedOrders }, { adviceOf }, { statusOf }] =
    await Promise.all([
      import('@grpc/grpc-js'),
      import('../grpc/generated/orders.ts'),
      import('../grpc/feed-orders.ts'),
      import('../grpc/advice.ts'),
      import('../grpc/status.ts'),
    ]);
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${access.apiKey}`);
  if (access.token !== undefined) metadata.set('holdfast-token', access.token);
  const client = new OrderServiceClient(address, await credentials(access), {
    'grpc.max_reconnect_backoff_ms': 5_000,
    // A stream that waits for its quota is silent; a peer that is gone does not answer this.
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });

  const refused = ({ line, idempotency_key }: Line | WrongLine, { code, detail, fields }: Advice) => {
    const why = { line, idempotency_key, code, detail, ...(fields.length > 0 && { fields }) };
    tally.answer(line, { kind: 'refused', why });
  };
  async function* orders(): AsyncGenerator<Line> {
    for await (const line of readOrders(path, begin)) {
      if (signal.aborted) return;
      tally.begin(line.line);
      if ('problem' in line) refused(line, adviceOf(statusOf(line.problem, '')));
      else yield line;
    }
  }
  try {
    await feedOrders(orders(), {
      client,
      metadata,
      signal,
      patience,
      broke,
      answered(line, outcome) {
        if ('refused' in outcome) refused(line, outcome.refused);
        else tally.answer(line.line, { kind: outcome.placed.replayed ? 'replayed' : 'placed' });
      },
    });
  } finally {
    client.close();
  }
}

async function credentials({ ca, cert, key }: Service): Promise<ChannelCredentials> {
  const { credentials } = await import('@grpc/grpc-js');
  if (ca === undefined && cert === undefined) return credentials.createInsecure();
  return credentials.createSsl(
    ca === undefined ? null : await pem('HOLDFAST_GRPC_CA', ca),
    key === undefined ? null : await pem('HOLDFAST_GRPC_KEY', key),
    cert === undefined ? null : await pem('HOLDFAST_GRPC_CERT', cert),
  );
}
