/** The API key of an embedded database. Tests and load tests use keys of the same form. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keptSecret } from './embedded/kept-secret.ts';

/** A random API key: 192 bits. */
export const newApiKey = (): string => `hf_test_${randomBytes(24).toString('hex')}`;

const fileIn = (dataDir: string) => join(dataDir, 'development-key');

/** @returns `undefined` if the data directory has no key */
export const developmentKeyIn = (dataDir: string): Promise<string | undefined> =>
  readFile(fileIn(dataDir), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );

/** Creates the key at the first start. Each later start reads it from the data directory. */
export const keptDevelopmentKey = (dataDir: string): Promise<string> =>
  keptSecret(fileIn(dataDir), newApiKey);
