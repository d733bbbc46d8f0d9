import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../config.ts';

/**
 * A file in PEM.
 *
 * @param variable that names it
 * @throws {ConfigError}
 */
export const pem = (variable: string, path: string): Promise<Buffer> =>
  readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`${variable}: the file cannot be read (${error.code}).`);
  });
