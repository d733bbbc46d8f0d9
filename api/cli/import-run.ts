/** One run of `npx holdfast import`. */
import { setTimeout as delay } from 'node:timers/promises';
import { type CliOutput, CommandError, type GrpcAccess, quoted } from '../../command-line/command.ts';
import { type Input, openInput } from '../../command-line/input.ts';
import { listenForSignals } from '../../command-line/signals.ts';
import type { Advice } from '../grpc/client/advice.ts';
import { SendError } from '../grpc/client/send-orders.ts';
import { type Bar, drawBar } from './import-bar.ts';
import { type Survey, survey } from './import-file.ts';
import { createForecast } from './import-forecast.ts';
import {
  type ImportProgress,
  deleteProgress,
  readProgress,
  receiverOf,
  writeProgress,
} from './import-progress.ts';
import { type Refusals, newRefusalsPath, openRefusals } from './import-refusals.ts';
import { sendLines } from './import-send.ts';
import { type Tally, createTally } from './import-tally.ts';

/** Interval at which the progress is written to its file. */
const PROGRESS_INTERVAL_MS = 1_000;

export interface Import {
  path: string;
  access: GrpcAccess;
  address: string;
  patienceMs: number;
}

/** A run that resumes at the progress of an earlier run, if there is one. */
interface Run extends Import {
  input: Input;
  /** `undefined` for a pipe, which can be read only once. */
  file: Survey | undefined;
  /** Whether an earlier run left its progress. */
  isResumed: boolean;
  before: ImportProgress;
  signal: AbortSignal;
}

/**
 * Places the orders that have no answer yet.
 *
 * @throws {CommandError}
 */
export async function importFile(given: Import): Promise<CliOutput> {
  const { signal, end } = listenForSignals();
  try {
    return await importLines(await prepareRun(given, signal));
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    throw new CommandError(
      `${given.address}: ${error.message}\n` +
        `API key used: ${given.access.apiKeySource}. ` +
        'To change the address, set --to or GRPC_PORT. To change the key, set HOLDFAST_API_KEY.',
      { cause: error },
    );
  } finally {
    end();
  }
}

async function prepareRun(given: Import, signal: AbortSignal): Promise<Run> {
  const { path, access, address } = given;
  const input = openInput(path);
  const file = input.isFile ? await survey(input, signal) : undefined;
  if (file === undefined && input.isFile) throw stoppedError(0, undefined);
  const to = receiverOf(address, access.apiKey);
  const earlier = file && (await readProgress(path, file.sha256, to));
  const fresh = { file: file?.sha256 ?? '', to, done: 0, placed: 0, replayed: 0, refused: 0 };
  return { ...given, input, file, isResumed: earlier !== undefined, before: earlier ?? fresh, signal };
}

async function importLines(run: Run): Promise<CliOutput> {
  const startedAt = performance.now();
  const { path, input, file, before, signal } = run;
  const refusals = openRefusals(input.isFile ? `${path}.refused.ndjson` : newRefusalsPath(), {
    isContinued: run.isResumed,
    isLazy: !input.isFile,
  });
  const tally = createTally(before, refusals.write);
  const { read, interruptions } = await sendAndRecord(run, tally, refusals);

  const { done, refused } = tally.progress;
  if (signal.aborted && read === undefined) throw stoppedError(done, file?.lines);
  if (file && read && read.sha256 !== file.sha256) {
    throw new CommandError(
      `${quoted(path)} was changed while it was imported. Run the same command again: it places no order twice.`,
    );
  }
  if (input.isFile) await deleteProgress(path);
  if (refused === 0) await refusals.remove();
  const output = outputOf(tally.progress, {
    lines: file?.lines ?? read?.lines ?? done,
    earlierLines: before.done,
    interruptions,
    seconds: (performance.now() - startedAt) / 1_000,
    refusedFile: refusals.path,
  });
  return { ...output, exitCode: refused > 0 ? 1 : 0 };
}

interface Sent {
  /** Survey of the whole input; `undefined` if the run was stopped first. */
  read: Survey | undefined;
  /** How often the connection broke. */
  interruptions: number;
}

/** Sends the lines, while the bar, the progress file and the refusals keep up. */
async function sendAndRecord(run: Run, tally: Tally, refusals: Refusals): Promise<Sent> {
  const { path, input, file, before } = run;
  const forecast = createForecast(() => performance.now());
  const store = input.isFile ? () => storeProgress(path, tally) : async () => {};
  await store();
  const { answered, pending } = tally;
  const bar: Bar = drawBar({ lines: file?.lines, begin: before.done, answered, pending, forecast });
  const over = new AbortController();
  const recorded = settleRepeatedly(tally, store, over.signal);
  recorded.catch(() => {}); // awaited below
  const sent: Sent = { read: undefined, interruptions: 0 };
  const broke = ({ detail }: Advice) => {
    sent.interruptions += 1;
    forecast.broke();
    bar.say(`${detail} Reconnecting.`);
  };
  const onEnd = (read: Survey) => {
    sent.read = read;
  };
  try {
    await sendLines({ ...run, begin: before.done, tally, forecast, broke, onEnd });
  } finally {
    over.abort();
    try {
      await recorded;
      await refusals.end();
    } finally {
      bar.end();
    }
  }
  return sent;
}

function stoppedError(done: number, lines: number | undefined): CommandError {
  return new CommandError(
    lines === undefined
      ? `Stopped after line ${done}. Send all lines again: no order is placed twice.`
      : `Stopped after line ${done} of ${lines}. The same command resumes there.`,
  );
}

async function storeProgress(path: string, tally: Tally): Promise<void> {
  try {
    await writeProgress(path, tally.progress);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(
      `The progress file ${quoted(`${path}.import`)} cannot be written (${code}).\n` +
        'Copy FILE to a writable directory, or use standard input: npx holdfast import - < FILE',
      { cause: error },
    );
  }
}

/** Settles the tally and stores it at intervals, and a last time at the end. */
async function settleRepeatedly(tally: Tally, store: () => Promise<void>, over: AbortSignal): Promise<void> {
  for (;;) {
    const isLast = over.aborted;
    tally.settle();
    await store();
    if (isLast) return;
    await delay(PROGRESS_INTERVAL_MS, undefined, { signal: over }).catch(() => {});
  }
}

interface Totals {
  lines: number;
  /** Lines that earlier runs completed. */
  earlierLines: number;
  interruptions: number;
  seconds: number;
  refusedFile: string;
}

function outputOf(
  { placed, replayed, refused }: ImportProgress,
  { lines, earlierLines, interruptions, seconds, refusedFile }: Totals,
): CliOutput {
  const earlier = earlierLines > 0 ? ` (${earlierLines} by earlier runs)` : '';
  const counts = `${placed} orders placed, ${replayed} already placed, ${refused} refused`;
  return {
    text: [
      `${lines} lines${earlier}: ${counts}. ${seconds.toFixed(1)} s.`,
      ...(interruptions > 0 ? [`Reconnected ${interruptions} times.`] : []),
      ...(refused > 0 ? [`Refused lines and reasons: ${refusedFile}`] : []),
    ].join('\n'),
    data: {
      lines,
      placed,
      replayed,
      refused,
      interruptions,
      seconds: Number(seconds.toFixed(3)),
      ...(refused > 0 && { refused_file: refusedFile }),
    },
  };
}
