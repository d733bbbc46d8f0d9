/** One run of `holdfast import`. */
import { setTimeout as delay } from 'node:timers/promises';
import { Metadata } from '@grpc/grpc-js';
import { CommandError, type CliOutput, type GrpcAccess, quoted } from '../../command-line/command.ts';
import { listenForSignals } from '../../command-line/signals.ts';
import { type Input, openInput } from '../../command-line/input.ts';
import type { Advice } from '../grpc/client/advice.ts';
import { clientCredentials } from '../grpc/credentials.ts';
import { FeedError, feedOrders } from '../grpc/client/feed-orders.ts';
import { OrderServiceClient } from '../grpc/generated/orders.ts';
import { type Bar, drawBar } from './import-bar.ts';
import { type Line, type Survey, type WrongLine, readOrders, survey } from './import-file.ts';
import { type Forecast, createForecast } from './import-forecast.ts';
import { forgetProgress, keepProgress, readProgress, receiverOf } from './import-progress.ts';
import { newRefusalsPath, openRefusals } from './import-refusals.ts';
import { type Tally, createTally } from './import-tally.ts';

/** How often the progress is kept. */
const KEEP_MS = 1_000;

/** What one run is about. */
interface Import {
  path: string;
  access: GrpcAccess;
  address: string;
  /** Milliseconds. */
  patience: number;
}

/**
 * Places what has no answer yet.
 *
 * @throws {CommandError}
 */
export async function importFile(given: Import): Promise<CliOutput> {
  const { signal, end } = listenForSignals();
  try {
    return await importLines(given, openInput(given.path), signal);
  } catch (error) {
    if (error instanceof FeedError) {
      throw new CommandError(
        `${given.address}: ${error.message}\n` +
          `It was called with the key of ${given.access.apiKeySource}. --to and GRPC_PORT name another address, HOLDFAST_API_KEY another key.`,
        { cause: error },
      );
    }
    throw error;
  } finally {
    end();
  }
}

async function importLines(given: Import, input: Input, signal: AbortSignal): Promise<CliOutput> {
  const started = performance.now();
  const { path, access, address } = given;
  // What comes by a pipe comes once: nobody knows how much, and there is no place to go on from.
  const file = input.isFile ? await survey(input, signal) : undefined;
  if (file === undefined && input.isFile) throw stopped(0, undefined);
  const to = receiverOf(address, access.apiKey);
  const before = file && (await readProgress(path, file.sha256, to));
  const begin = before?.done ?? 0;
  const fresh = { file: file?.sha256 ?? '', to, done: 0, placed: 0, replayed: 0, refused: 0 };

  const keepIt = input.isFile ? (tally: Tally) => keepPlace(path, tally) : async () => {};
  const refusals = openRefusals(input.isFile ? `${path}.refused.ndjson` : newRefusalsPath(), {
    goesOn: before !== undefined,
    isLazy: !input.isFile,
  });
  const tally = createTally(before ?? fresh, refusals.write);
  const forecast = createForecast(() => performance.now());
  await keepIt(tally);
  const { answered, pending } = tally;
  const bar = drawBar({ lines: file?.lines, begin, answered, pending, forecast });
  const over = new AbortController();
  const kept = keep(tally, keepIt, over.signal);
  kept.catch(() => {}); // it is waited for at the end
  let interruptions = 0;
  let read: Survey | undefined;
  const broke = ({ detail }: Advice) => {
    interruptions += 1;
    forecast.broke();
    bar.say(`${detail} Going on.`);
  };
  const onEnd = (all: Survey) => {
    read = all;
  };
  try {
    await feed(given, { input, begin, tally, forecast, bar, broke, onEnd, signal });
  } finally {
    over.abort();
    try {
      await kept;
      await refusals.end();
    } finally {
      bar.end();
    }
  }
  const { placed, replayed, refused, done } = tally.kept;
  if (signal.aborted && read === undefined) throw stopped(done, file?.lines);
  if (file && read && read.sha256 !== file.sha256) {
    throw new CommandError(
      `${quoted(path)} was changed while it was imported. Run the same command again: no order is placed twice.`,
    );
  }
  if (input.isFile) await forgetProgress(path);
  if (refused > 0) process.exitCode = 1;
  else await refusals.remove();

  const lines = file?.lines ?? read?.lines ?? done;
  const seconds = (performance.now() - started) / 1_000;
  const again = begin > 0 ? `, of which ${begin} by runs before` : '';
  return {
    text: [
      `${lines} lines${again}: ${placed} orders placed, ${replayed} had been placed before, ${refused} refused. ${seconds.toFixed(1)} s.`,
      ...(interruptions > 0 ? [`The connection broke ${interruptions} times and was taken up again.`] : []),
      ...(refused > 0 ? [`What was refused, and why: ${refusals.path}`] : []),
    ].join('\n'),
    data: {
      lines,
      placed,
      replayed,
      refused,
      interruptions,
      seconds: Number(seconds.toFixed(3)),
      ...(refused > 0 && { refused_file: refusals.path }),
    },
  };
}

function stopped(done: number, lines: number | undefined): CommandError {
  return new CommandError(
    lines === undefined
      ? `Stopped behind line ${done}. Send all lines again: no order is placed twice.`
      : `Stopped behind line ${done} of ${lines}. The same command goes on from there.`,
  );
}

async function keepPlace(path: string, tally: Tally): Promise<void> {
  try {
    await keepProgress(path, tally.kept);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(
      `${quoted(`${path}.import`)} cannot be written (${code}), where the import keeps its place.\n` +
        `Put the file where you may write, or read it from standard input: npx holdfast import - < FILE`,
      { cause: error },
    );
  }
}

/** Keeps the progress once a second, one time after the other, and a last time when it is over. */
async function keep(tally: Tally, keepIt: (tally: Tally) => Promise<void>, over: AbortSignal): Promise<void> {
  for (;;) {
    const last = over.aborted;
    tally.settle();
    await keepIt(tally);
    if (last) return;
    await delay(KEEP_MS, undefined, { signal: over }).catch(() => {});
  }
}

interface Feed {
  input: Input;
  /** Lines that have their answer already. */
  begin: number;
  tally: Tally;
  forecast: Forecast;
  bar: Bar;
  broke: (advice: Advice) => void;
  onEnd: (read: Survey) => void;
  signal: AbortSignal;
}

async function feed(
  { access, address, patience }: Import,
  { input, begin, tally, forecast, broke, onEnd, signal }: Feed,
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

  const refused = (
    { line, idempotency_key }: Line | WrongLine,
    { code, detail, fields }: WrongLine['why'],
  ) => {
    const why = { line, idempotency_key, code, detail, ...(fields.length > 0 && { fields }) };
    tally.answer(line, { kind: 'refused', why });
  };
  async function* orders(): AsyncGenerator<Line> {
    for await (const line of readOrders({ input, behind: begin, signal, onEnd })) {
      if (signal.aborted) return;
      tally.begin(line.line);
      if ('why' in line) refused(line, line.why);
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
      accepted: forecast.accepted,
      answered(line, outcome) {
        forecast.answered();
        if ('refused' in outcome) refused(line, outcome.refused);
        else tally.answer(line.line, { kind: outcome.placed.replayed ? 'replayed' : 'placed' });
      },
    });
  } finally {
    client.close();
  }
}
