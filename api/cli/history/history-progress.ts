/** Stores the progress of an import beside its file, so that the next run resumes there. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { CommandError, quoted } from '../../../command-line/command.ts';

const count = z.int().min(0);
const progressSchema = z.strictObject({
  kind: z.literal('history'),
  /** SHA-256 of the file, hexadecimal. */
  file: z.string(),
  /** Digest of address and API key: another receiver starts from the first order. */
  to: z.string(),
  /** Orders, in the order of their times, that are answered with all their records. */
  done: count,
  placed: count,
  replayed: count,
  /** Records that the orders have. */
  records: count,
  /** Lines of the report. */
  refused: count,
  /** Bytes of the report: a later run cuts off what follows. */
  report_bytes: count,
});
export type HistoryProgress = z.output<typeof progressSchema>;

const fileOf = (path: string) => `${path}.import`;

/** @returns `undefined` if none fits: a fresh start repeats nothing */
export async function readProgress(
  path: string,
  file: string,
  to: string,
): Promise<HistoryProgress | undefined> {
  const text = await readFile(fileOf(path), 'utf8').catch(() => '');
  try {
    const progress = progressSchema.parse(JSON.parse(text));
    return progress.file === file && progress.to === to ? progress : undefined;
  } catch {
    return undefined;
  }
}

/** Writes atomically, by a rename. @throws {CommandError} the folder is not writable */
export async function writeProgress(path: string, progress: HistoryProgress): Promise<void> {
  try {
    await writeFile(`${fileOf(path)}.new`, `${JSON.stringify(progress)}\n`);
    await rename(`${fileOf(path)}.new`, fileOf(path));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new CommandError(
      `The progress file ${quoted(fileOf(path))} cannot be written (${code}).\n` +
        'Copy FILE to a writable directory.',
      { cause },
    );
  }
}

export const deleteProgress = (path: string): Promise<void> => rm(fileOf(path), { force: true });
