/** API keys for trying things out. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keptSecret } from './embedded/kept-secret.ts';

const newDevelopmentKey = () => `hf_test_${randomBytes(24).toString('hex')}`;

const fileIn = (dataDir: string) => join(dataDir, 'development-key');

/** The key that a data directory has, if it has one. */
export const developmentKeyIn = (dataDir: string): Promise<string | undefined> =>
  readFile(fileIn(dataDir), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );

/** The key of the embedded database: made at the first start and kept beside it, so that every start can show it. */
export const keptDevelopmentKey = (dataDir: string): Promise<string> =>
  keptSecret(fileIn(dataDir), newDevelopmentKey);
