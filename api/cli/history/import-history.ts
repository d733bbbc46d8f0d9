/** One run of `npx holdfast import --history`. */
import { type CliOutput, CommandError, type HttpAccess } from '../../../command-line/command.ts';
import { receiverOf } from '../import-progress.ts';
import type { Quota } from '../quota.ts';
import type { HistoryWrites } from './history-forecast.ts';
import { type HistoryClient, createHistoryClient } from './history-client.ts';
import { type Entry, type HistoryFile, type Survey, openHistory } from './history-file.ts';
import { type HistoryProgress, deleteProgress, readProgress, writeProgress } from './history-progress.ts';
import { type Report, openReport } from './history-report.ts';
import { type ChunkOrder, importChunk } from './import-chunk.ts';
import type { Refusal } from './refusal.ts';

/** Orders of one batch. A run that stops repeats at most so many. */
const CHUNK_ORDERS_MAX = 200;
/** Bytes of one batch; the contract allows 4 MiB with the keys. */
const CHUNK_BYTES_MAX = 3_500_000;

export interface HistoryImport {
  path: string;
  access: HttpAccess;
  /** Time without an answer after which the run gives up. */
  patienceMs: number;
  /** Stops at the first refusal. Orders are sent one by one then. */
  isStrict: boolean;
  signal: AbortSignal;
  show: HistoryDisplay;
}

export interface HistoryWait {
  ms: number;
  /** The quota that is used up; `undefined`: the server is overloaded or does not answer. */
  quota: Quota | undefined;
  /** Orders and records that have no answer yet. */
  writesLeft: number;
}

/** Shows a run while it lasts. */
export interface HistoryDisplay {
  begin: (orders: number, done: number, writes: HistoryWrites) => void;
  /** Called for each order that is answered with all its records. */
  lived: () => void;
  /** Called before a wait for the quota or for an overloaded server. */
  waits: (wait: HistoryWait) => void;
  end: () => void;
}

interface Run extends HistoryImport {
  file: HistoryFile;
  survey: Survey;
  client: HistoryClient;
  /** Orders and records that have no answer yet. */
  writesLeft: () => number;
  progress: HistoryProgress;
  report: Report;
}

/**
 * Imports the orders that have no answer yet, in the order of their times.
 *
 * @returns the output, and how many orders and records are refused
 * @throws {CommandError} the run stopped; the next one resumes where it stopped
 */
export async function importHistory(given: HistoryImport): Promise<{ output: CliOutput; refused: number }> {
  const startedAt = performance.now();
  const { path, signal } = given;
  const file = await openHistory(path);
  try {
    const survey = await file.survey(signal).catch((error: unknown) => {
      throw signal.aborted ? new CommandError('Stopped. Nothing was sent.', { cause: error }) : error;
    });
    const [first] = survey.refusals;
    if (given.isStrict && first !== undefined)
      throw new CommandError(`${textOf(first)}\nNothing was sent, as --strict demands.`);
    const run = await prepareRun(given, file, survey);
    try {
      await importOrders(run);
    } finally {
      await run.report.close();
    }
    return await finish(run, (performance.now() - startedAt) / 1_000);
  } finally {
    await file.close();
  }
}

async function prepareRun(given: HistoryImport, file: HistoryFile, survey: Survey): Promise<Run> {
  const { path, access, patienceMs, signal, show } = given;
  const to = receiverOf(access.url, access.apiKey);
  const earlier = await readProgress(path, survey.sha256, to);
  const report = await openReport(path, earlier?.report_bytes ?? 0);
  let writes = 0;
  for (const entry of survey.entries.slice(earlier?.done ?? 0)) writes += entry.writes;
  const client = createHistoryClient({
    ...access,
    patienceMs,
    signal,
    waits: (ms, quota) => show.waits({ ms, quota, writesLeft: writesLeft() }),
  });
  const writesLeft = () => Math.max(0, writes - client.answered());
  if (earlier !== undefined) return { ...given, file, survey, client, writesLeft, progress: earlier, report };
  await report.write(survey.refusals);
  const progress: HistoryProgress = {
    kind: 'history',
    file: survey.sha256,
    to,
    done: 0,
    placed: 0,
    replayed: 0,
    records: 0,
    refused: survey.refusals.length,
    report_bytes: report.bytes(),
  };
  return { ...given, file, survey, client, writesLeft, progress, report };
}

async function importOrders(run: Run): Promise<void> {
  const { path, file, survey, client, progress, report, isStrict, signal, show } = run;
  const { entries } = survey;
  show.begin(entries.length, progress.done, { quota: client.quota, writesLeft: run.writesLeft });
  try {
    await writeProgress(path, progress);
    while (progress.done < entries.length) {
      const chunk = await readChunk(file, nextChunk(entries, progress.done, isStrict));
      const { refusals, ...counts } = await importChunk(client, chunk, show.lived);
      await report.write(refusals);
      const [first] = refusals;
      if (isStrict && first !== undefined)
        throw new CommandError(`${textOf(first)}\nStopped there, as --strict demands. ${stopped(run)}`);
      progress.done += chunk.length;
      progress.placed += counts.placed;
      progress.replayed += counts.replayed;
      progress.records += counts.records;
      progress.refused += refusals.length;
      progress.report_bytes = report.bytes();
      await writeProgress(path, progress);
    }
  } catch (error) {
    if (signal.aborted) throw new CommandError(`Stopped. ${stopped(run)}`, { cause: error });
    throw error;
  } finally {
    show.end();
  }
}

const stopped = ({ progress, survey }: Run): string =>
  `${progress.done} of ${survey.entries.length} orders are done; the same command resumes there.`;

/** The next orders of one batch. */
function nextChunk(entries: readonly Entry[], from: number, isStrict: boolean): Entry[] {
  const chunk: Entry[] = [];
  let bytes = 0;
  for (const entry of entries.slice(from, from + (isStrict ? 1 : CHUNK_ORDERS_MAX))) {
    bytes += entry.length;
    if (chunk.length > 0 && bytes > CHUNK_BYTES_MAX) break;
    chunk.push(entry);
  }
  return chunk;
}

async function readChunk(file: HistoryFile, entries: readonly Entry[]): Promise<ChunkOrder[]> {
  const orders: ChunkOrder[] = [];
  for (const entry of entries) orders.push({ line: entry.line, ...(await file.read(entry)) });
  return orders;
}

async function finish(run: Run, seconds: number): Promise<{ output: CliOutput; refused: number }> {
  const { path, file, survey, progress, report } = run;
  await file.requireUnchanged();
  await deleteProgress(path);
  const { placed, replayed, records, refused } = progress;
  if (refused === 0) await report.remove();
  const counts = `${placed} orders placed, ${replayed} already there, ${records} records, ${refused} refused`;
  return {
    refused,
    output: {
      text: [
        `${survey.lines} lines: ${counts}. ${seconds.toFixed(1)} s.`,
        ...(refused > 0 ? [`Refused orders and records, with reasons: ${report.path}`] : []),
      ].join('\n'),
      data: {
        lines: survey.lines,
        placed,
        replayed,
        records,
        refused,
        seconds: Number(seconds.toFixed(3)),
        ...(refused > 0 && { report_file: report.path }),
      },
    },
  };
}

/** A refusal in one line. */
function textOf({ line, reference, record, code, detail, errors }: Refusal): string {
  const name = reference === null ? '' : ` (${reference})`;
  const place = record === null ? '' : `, record ${record}`;
  const faults = errors.map((error) => ` ${error.pointer}: ${error.detail}.`).join('');
  return `Line ${line}${name}${place}: ${code}. ${detail}${faults}`;
}
