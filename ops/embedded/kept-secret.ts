/** Keeps secrets in files. */
import { link, readFile, rm, writeFile } from 'node:fs/promises';

/** The secret in a file. The first call creates it atomically: a kill leaves no partial file. */
export async function keptSecret(file: string, make: () => string): Promise<string> {
  const present = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (present !== '') return present;
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, make(), { mode: 0o600 });
  // An earlier release could leave an empty file.
  await rm(file, { force: true });
  await link(fresh, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(fresh);
  return readFile(file, 'utf8');
}
