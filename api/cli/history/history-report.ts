/** The report of an import of history: each refused order or record as a line of JSON. */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { CommandError, quoted } from '../../../command-line/command.ts';
import type { Refusal } from './refusal.ts';

export interface Report {
  path: string;
  /** Bytes so far. */
  bytes: () => number;
  write: (refusals: readonly Refusal[]) => Promise<void>;
  close: () => Promise<void>;
  /** Closes and deletes the file. */
  remove: () => Promise<void>;
}

/**
 * Opens the report of a file.
 *
 * @param kept bytes of an earlier run that stay; 0 for an empty report
 * @throws {CommandError} it cannot be written
 */
export async function openReport(file: string, kept: number): Promise<Report> {
  const path = `${file}.report.ndjson`;
  const fail = (cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException;
    throw new CommandError(`The report ${quoted(path)} cannot be written (${code}).`, { cause });
  };
  const report: FileHandle = await open(path, kept > 0 ? 'r+' : 'w').catch(() => open(path, 'w').catch(fail));
  let { size: bytes } = await report.stat();
  bytes = Math.min(bytes, kept);
  await report.truncate(bytes).catch(fail);
  return {
    path,
    bytes: () => bytes,
    async write(refusals) {
      const text = Buffer.from(refusals.map((refusal) => `${JSON.stringify(refusal)}\n`).join(''));
      if (text.length > 0) await report.write(text, 0, text.length, bytes).catch(fail);
      bytes += text.length;
    },
    close: () => report.close(),
    async remove() {
      await report.close();
      await rm(path, { force: true });
    },
  };
}
