/** Stores the progress of an import beside its file, so that the next run resumes there. */
import { hash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const progressSchema = z.strictObject({
  /** SHA-256 of the file, hexadecimal. */
  file: z.string(),
  /** Digest of address and API key: another receiver starts from line 1. */
  to: z.string(),
  /** All lines up to this one have an answer. */
  done: z.int().min(0),
  placed: z.int().min(0),
  replayed: z.int().min(0),
  refused: z.int().min(0),
});
export type ImportProgress = z.output<typeof progressSchema>;

export const receiverOf = (address: string, apiKey: string): string =>
  hash('sha256', `${address} ${apiKey}`, 'hex').slice(0, 16);

const fileOf = (path: string) => `${path}.import`;

/** @returns `undefined` if none fits: a fresh start places no order twice */
export async function readProgress(
  path: string,
  file: string,
  to: string,
): Promise<ImportProgress | undefined> {
  const text = await readFile(fileOf(path), 'utf8').catch(() => '');
  try {
    const progress = progressSchema.parse(JSON.parse(text));
    return progress.file === file && progress.to === to ? progress : undefined;
  } catch {
    return undefined;
  }
}

/** Writes atomically, by a rename. */
export async function writeProgress(path: string, progress: ImportProgress): Promise<void> {
  await writeFile(`${fileOf(path)}.new`, `${JSON.stringify(progress)}\n`);
  await rename(`${fileOf(path)}.new`, fileOf(path));
}

export const deleteProgress = (path: string): Promise<void> => rm(fileOf(path), { force: true });
