/**
 * Keeps pending writes in a file, for Node, Deno and Bun: `@holdfast/client/key-file`. One process
 * may use a file at a time.
 */
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import type { KeyStore, PendingWrite } from './pending-writes.ts';

/** Lines of removed writes after which the file is written again. */
const REMOVED_LINES_MAX = 1_000;
/** Only the owner: the bodies may hold personal data. */
const MODE_CODE = 0o600;

type Line = PendingWrite | { removed: string };

/**
 * @param path of the file, which is created if missing; its folder must exist
 * @returns a store whose `add` resolves when the disk has the write
 */
export async function fileKeys(path: string): Promise<KeyStore & { close: () => Promise<void> }> {
  const pending = await readPending(path);
  let handle: FileHandle | undefined;
  let removed = 0;

  async function compact(): Promise<void> {
    const lines = [...pending.values()].map((write) => `${JSON.stringify(write)}\n`);
    const next = await open(`${path}.new`, 'w', MODE_CODE);
    await next.writeFile(lines.join(''));
    await next.sync();
    await rename(`${path}.new`, path);
    await handle?.close();
    handle = next;
    removed = 0;
  }

  await compact();
  // One line after the other: two appends at once could mix their bytes.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    const result = last.then(act);
    last = result.catch(() => {});
    return result;
  };
  const append = async (line: Line) => {
    await handle!.appendFile(`${JSON.stringify(line)}\n`);
    await handle!.datasync();
  };

  return {
    add: (write) =>
      inTurn(async () => {
        await append(write);
        pending.set(write.key, write);
      }),
    remove: (key) =>
      inTurn(async () => {
        if (!pending.delete(key)) return;
        await append({ removed: key });
        removed += 1;
        if (removed >= REMOVED_LINES_MAX) await compact();
      }),
    find: async (key) => pending.get(key),
    all: async () => [...pending.values()],
    close: () => inTurn(() => handle!.close()),
  };
}

/** @throws {SyntaxError} a line but the last is not JSON: the file is not of this store */
async function readPending(path: string): Promise<Map<string, PendingWrite>> {
  const text = await readFile(path, 'utf8').catch((error: { code?: string }) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const pending = new Map<string, PendingWrite>();
  // Behind the last newline is nothing, or a line that a crash cut: its write was not sent.
  for (const each of text.split('\n').slice(0, -1)) {
    const line = JSON.parse(each) as Line;
    if ('removed' in line) pending.delete(line.removed);
    else pending.set(line.key, line);
  }
  return pending;
}
