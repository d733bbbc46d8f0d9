/** The API key of an embedded database. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keptSecret } from './embedded/kept-secret.ts';

const fileIn = (dataDir: string) => join(dataDir, 'development-key');

/** @returns `undefined` if the data directory has no key */
export const developmentKeyIn = (dataDir: string): Promise<string | undefined> =>
  readFile(fileIn(dataDir), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );

/** Creates the key at the first start. Each later start reads it from the data directory. */
export const keptDevelopmentKey = (dataDir: string, make: () => string): Promise<string> =>
  keptSecret(fileIn(dataDir), make);
