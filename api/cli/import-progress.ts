/** How far an import has come, kept beside its file so that the next one goes on from there. */
import { hash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const kept = z.strictObject({
  /** SHA-256 of the file, hexadecimal. */
  file: z.string(),
  /** Whom the orders went to: a digest of the address and the API key. */
  to: z.string(),
  /** Every line up to this one has its answer. */
  done: z.int().min(0),
  placed: z.int().min(0),
  replayed: z.int().min(0),
  refused: z.int().min(0),
});
export type Kept = z.output<typeof kept>;

export const receiverOf = (address: string, apiKey: string): string =>
  hash('sha256', `${address} ${apiKey}`, 'hex').slice(0, 16);

const fileOf = (path: string) => `${path}.import`;

/** @returns `undefined` when there is none, or it is about another file or receiver: whoever begins anew does no harm */
export async function readProgress(path: string, file: string, to: string): Promise<Kept | undefined> {
  const text = await readFile(fileOf(path), 'utf8').catch(() => '');
  try {
    const progress = kept.parse(JSON.parse(text));
    return progress.file === file && progress.to === to ? progress : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all, whatever happens meanwhile. */
export async function keepProgress(path: string, progress: Kept): Promise<void> {
  await writeFile(`${fileOf(path)}.new`, `${JSON.stringify(progress)}\n`);
  await rename(`${fileOf(path)}.new`, fileOf(path));
}

export const forgetProgress = (path: string): Promise<void> => rm(fileOf(path), { force: true });
