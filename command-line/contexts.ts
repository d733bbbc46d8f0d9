/**
 * Contexts: servers with their API keys, which `holdfast login` keeps in a file that only its owner
 * can read.
 */
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, UsageError, quoted } from './command.ts';

export interface Context {
  name: string;
  /** Scheme, host and port. */
  url: string;
  apiKey: string;
}

export interface Contexts {
  /** Name of the context in use. */
  current: string | undefined;
  all: readonly Context[];
}

/** Only the owner: the file holds API keys. */
const FILE_MODE_CODE = 0o600;
const FOLDER_MODE_CODE = 0o700;
const OTHERS_MODE_CODE = 0o077;
const NAME = /^[\w.:@-]{1,64}$/;

export const contextsFile = (folder: string): string => join(folder, 'contexts.json');

/** @throws {UsageError} it is not a name of a context */
export function contextName(given: string, option: string): string {
  if (NAME.test(given)) return given;
  throw new UsageError(
    `${option} must have 1 to 64 letters, digits and signs . : @ _ -, not ${quoted(given)}`,
  );
}

/**
 * Reads the contexts of a folder; none if it has no file.
 *
 * @throws {CommandError} others can read the file, or it is damaged
 */
export async function readContexts(folder: string): Promise<Contexts> {
  const file = contextsFile(folder);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new CommandError(`${file} cannot be read (${error.code}).`, { cause: error });
  });
  if (text === undefined) return { current: undefined, all: [] };
  await requirePrivate(file);
  const contexts = parsed(text);
  if (contexts === undefined)
    throw new CommandError(`${file} is damaged. Delete it, and log in again: npx holdfast login URL`);
  return contexts;
}

/** Windows has no such modes: there, the folder of the user protects the file. */
async function requirePrivate(file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode, uid } = await stat(file);
  if (uid !== process.getuid?.())
    throw new CommandError(`${file} belongs to another user. Log in as yourself: npx holdfast login URL`);
  if ((mode & OTHERS_MODE_CODE) !== 0)
    throw new CommandError(
      `Other users can read the API keys in ${file}. Run chmod 600 ${quoted(file)}, and rotate the keys: npx holdfast keys rotate KEY_ID`,
    );
}

/** @returns `undefined` if the text is not a file of contexts */
function parsed(text: string): Contexts | undefined {
  try {
    const { current, contexts } = JSON.parse(text) as { current?: unknown; contexts: unknown[] };
    const all = contexts.map((each) => {
      const { name, url, api_key: apiKey } = each as Record<string, unknown>;
      if (typeof name !== 'string' || typeof url !== 'string' || typeof apiKey !== 'string')
        throw new TypeError('not a context');
      return { name, url, apiKey };
    });
    return { current: typeof current === 'string' ? current : undefined, all };
  } catch {
    return undefined;
  }
}

/** Writes atomically, by a rename. Creates the folder, for its owner only. */
export async function writeContexts(folder: string, { current, all }: Contexts): Promise<void> {
  const file = contextsFile(folder);
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE_CODE });
    await chmod(folder, FOLDER_MODE_CODE);
    const contexts = all.map(({ name, url, apiKey }) => ({ name, url, api_key: apiKey }));
    const handle = await open(`${file}.${process.pid}`, 'w', FILE_MODE_CODE);
    try {
      await handle.writeFile(`${JSON.stringify({ current: current ?? null, contexts }, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.${process.pid}`, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${file} cannot be written (${code}).`, { cause: error });
  }
}

/**
 * The context with this name.
 *
 * @throws {CommandError} there is none
 */
export function contextNamed({ all }: Contexts, name: string): Context {
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = all.length === 0 ? 'None exist' : `They are ${all.map((each) => each.name).join(', ')}`;
  throw new CommandError(
    `No context ${quoted(name)}. ${names}. To make one: npx holdfast login URL --name NAME`,
  );
}
