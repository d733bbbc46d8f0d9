/** One run of `holdfast import`. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Metadata } from '@grpc/grpc-js';
import { CommandError, type Output, type Service } from '../../command.ts';
import { LogFileError } from '../../store/log-file.ts';
import { type Advice, adviceOf } from '../grpc/advice.ts';
import { clientCredentials } from '../grpc/credentials.ts';
import { FeedError, feedOrders } from '../grpc/feed-orders.ts';
import { OrderServiceClient } from '../grpc/generated/orders.ts';
import { statusOf } from '../grpc/status.ts';
import { drawBar } from './import-bar.ts';
import { type Line, type WrongLine, readOrders, survey } from './import-file.ts';
import { forgetProgress, keepProgress, readProgress, receiverOf } from './import-progress.ts';
import { type Tally, createTally } from './import-tally.ts';

/** How often the progress is kept, in ms. */
const KEEP = 1_000;

/** What one run is about. */
interface Import {
  path: string;
  access: Service;
  address: string;
  /** Milliseconds. */
  patience: number;
}

/**
 * Places what has no answer yet.
 *
 * @throws {CommandError}
 */
export async function importFile(given: Import): Promise<Output> {
  try {
    return await importLines(given);
  } catch (error) {
    if (error instanceof LogFileError || error instanceof FeedError)
      throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

async function importLines({ path, access, address, patience }: Import): Promise<Output> {
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
  const over = new AbortController();
  const kept = keep(path, tally, over.signal);
  kept.catch(() => {}); // it is waited for at the end
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  let interruptions = 0;
  const broke = ({ detail }: Advice) => {
    interruptions += 1;
    process.stderr.write(`\n${detail} Going on.\n`);
  };
  try {
    await feed({ path, access, address, patience }, { begin, tally, broke, signal: stopping.signal });
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', stop);
    over.abort();
    await kept;
    await finished(refusals.end());
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

/** Keeps the progress once a second, one time after the other, and a last time when it is over. */
async function keep(path: string, tally: Tally, over: AbortSignal): Promise<void> {
  for (;;) {
    const last = over.aborted;
    tally.settle();
    await keepProgress(path, tally.kept);
    if (last) return;
    await delay(KEEP, undefined, { signal: over }).catch(() => {});
  }
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
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${access.apiKey}`);
  if (access.token !== undefined) metadata.set('holdfast-token', access.token);
  const client = new OrderServiceClient(address, await clientCredentials(access), {
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
