/** Orders whose outcome is not known, in the folder of the user: one file for each key. */
import { hash } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, type HttpAccess } from '../../../command-line/command.ts';
import type { KeyStore } from '../../../openapi/client/client.ts';
import { fileKeys } from '../../../openapi/client/keys/key-file.ts';

/** Hexadecimal characters of a digest in a path. */
const DIGEST_CHARACTERS = 32;

export interface PendingOrders {
  /**
   * The store of one key. Two commands may run at once, because each key has its file.
   *
   * `close` deletes the file when the outcome is known.
   */
  open: (key: string) => Promise<KeyStore & { close: () => Promise<void> }>;
  /** The keys that wait for their outcome, oldest first. */
  keys: () => Promise<string[]>;
  /** Orders that other API keys of this server have kept. */
  countOfOthers: () => Promise<number>;
  /** Makes those orders ones of this API key, which must be of the same tenant. */
  takeOver: () => Promise<void>;
}

/** A file that a crash left half written is not one. */
const isKept = (name: string): boolean => !name.endsWith('.new');
const digest = (text: string): string => hash('sha256', text, 'hex').slice(0, DIGEST_CHARACTERS);

/**
 * @param folder of the user
 * @param access another server, or another API key, has orders of its own
 * @throws {CommandError} the folder cannot be written
 */
export async function openPendingOrders(
  folder: string,
  { url, apiKey }: Pick<HttpAccess, 'url' | 'apiKey'>,
): Promise<PendingOrders> {
  const ofServer = join(folder, 'pending', digest(url));
  const own = digest(apiKey);
  const place = join(ofServer, own);
  await mkdir(place, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      `${place} cannot be written (${error.code}). It keeps an order until its outcome is known. Set XDG_CONFIG_HOME to another folder.`,
      { cause: error },
    );
  });

  async function open(key: string) {
    const file = join(place, digest(key));
    const store = await fileKeys(file);
    return {
      ...store,
      async close() {
        const rest = await store.all();
        await store.close();
        if (rest.length === 0) await rm(file, { force: true });
      },
    };
  }
  async function filesOfOthers(): Promise<{ place: string; name: string }[]> {
    const places = (await readdir(ofServer)).filter((name) => name !== own);
    const files = places.map(async (other) => {
      const names = await readdir(join(ofServer, other));
      return names.filter(isKept).map((name) => ({ place: join(ofServer, other), name }));
    });
    return (await Promise.all(files)).flat();
  }

  return {
    open,
    countOfOthers: async () => (await filesOfOthers()).length,
    async takeOver() {
      for (const file of await filesOfOthers())
        await rename(join(file.place, file.name), join(place, file.name));
    },
    async keys() {
      const writes = [];
      for (const name of (await readdir(place)).filter(isKept)) {
        const store = await fileKeys(join(place, name));
        writes.push(...(await store.all()));
        await store.close();
      }
      return writes.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt)).map(({ key }) => key);
    },
  };
}
