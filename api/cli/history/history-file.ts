/** The file of an import: surveyed once as a whole, then read line by line in the order of time. */
import { createHash, hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { CommandError, quoted } from '../../../command-line/command.ts';
import { byteLines } from './byte-lines.ts';
import { type HistoryOrder, parseHistoryLine } from './history-line.ts';
import { type Reason, type Refusal, invalidLine } from './refusal.ts';

/** Of the contract. */
const REFERENCE_LENGTH_MAX = 64;

/** The place of an order in the file. */
export interface Entry {
  /** Number of the line, from 1. */
  line: number;
  orderedAtMs: number;
  /** Bytes. */
  offset: number;
  length: number;
  /** Of the order and its records. */
  writes: number;
}

export interface Survey {
  /** Hexadecimal. */
  sha256: string;
  /** Count of lines, empty ones included. */
  lines: number;
  /** Valid lines, in the order of their orders' times; equal times in the order of the file. */
  entries: Entry[];
  /** Lines that are not sent, in the order of the file. */
  refusals: Refusal[];
}

export interface HistoryFile {
  /** @throws {CommandError} the file cannot be read */
  survey: (signal: AbortSignal) => Promise<Survey>;
  /** @throws {CommandError} the file has changed since its survey */
  read: (entry: Entry) => Promise<HistoryOrder>;
  /** @throws {CommandError} the file has changed since it was opened */
  requireUnchanged: () => Promise<void>;
  close: () => Promise<void>;
}

/** @throws {CommandError} the path is not a readable file, or it is compressed */
export async function openHistory(path: string): Promise<HistoryFile> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`FILE: ${quoted(path)} cannot be read (${error.message}).`, { cause: error });
  });
  try {
    const before = await statOf(file, path);
    const changed = () =>
      new CommandError(
        `${quoted(path)} was changed while it was imported. Run the same command again: it repeats nothing.`,
      );
    return {
      survey: (signal) => survey(file, signal),
      async read({ length, offset }) {
        const bytes = Buffer.alloc(length);
        await file.read(bytes, 0, length, offset);
        const parsed = parseHistoryLine(bytes);
        if ('reason' in parsed) throw changed();
        return parsed;
      },
      async requireUnchanged() {
        const { size, mtimeMs } = await file.stat();
        if (size !== before.size || mtimeMs !== before.mtimeMs) throw changed();
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function statOf(file: FileHandle, path: string) {
  const stats = await file.stat();
  if (!stats.isFile())
    throw new CommandError(`FILE: ${quoted(path)} is not a file. A history is read twice: save it first.`);
  const head = Buffer.alloc(2);
  await file.read(head, 0, 2, 0);
  if (head[0] === 0x1f && head[1] === 0x8b)
    throw new CommandError(`FILE: ${quoted(path)} is compressed. Unpack it first: gunzip ${path}`);
  return stats;
}

async function survey(file: FileHandle, signal: AbortSignal): Promise<Survey> {
  const digest = createHash('sha256');
  const entries: Entry[] = [];
  const refusals: Refusal[] = [];
  const lineOf = new Map<string, number>();
  let lines = 0;
  async function* chunks() {
    const stream = file.createReadStream({ start: 0, autoClose: false, signal });
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      digest.update(chunk);
      yield chunk;
    }
  }
  for await (const { line, offset, bytes } of byteLines(chunks())) {
    lines = line;
    if (bytes !== undefined && isBlank(bytes)) continue;
    const parsed = parseHistoryLine(bytes);
    const reason = 'reason' in parsed ? parsed.reason : doubled(lineOf.get(shortOf(parsed.reference)));
    if (reason !== undefined)
      refusals.push({ line, reference: parsed.reference, record: null, ...reason, not_sent: 0 });
    else if ('orderedAtMs' in parsed) {
      lineOf.set(shortOf(parsed.reference), line);
      entries.push({
        line,
        orderedAtMs: parsed.orderedAtMs,
        offset,
        length: bytes!.length,
        writes: 1 + parsed.records.length,
      });
    }
  }
  entries.sort((a, b) => a.orderedAtMs - b.orderedAtMs || a.line - b.line);
  return { sha256: digest.digest('hex'), lines, entries, refusals };
}

const isBlank = (bytes: Buffer): boolean => /^[ \t\r]*$/.test(bytes.toString('latin1'));

/** Invalid references, which may be long, must not fill the memory. */
const shortOf = (reference: string): string =>
  reference.length <= REFERENCE_LENGTH_MAX ? reference : hash('sha256', reference);

/** @param first line that has the same reference */
function doubled(first: number | undefined): Reason | undefined {
  if (first === undefined) return undefined;
  const reason = invalidLine(`Line ${first} has this reference. A file has each order once.`, [
    { pointer: '/order/reference', detail: 'must differ from all other references of the file' },
  ]);
  return { ...reason, status: 409, code: 'order_reference_taken' };
}
