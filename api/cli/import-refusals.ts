/** The lines that were refused, and why, as a file. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { once } from 'node:events';
import { CommandError } from '../../command-line/command.ts';

export interface Refusals {
  path: string;
  write: (why: object) => void;
  /**
   * Resolves when all is written.
   *
   * @throws {CommandError} the file cannot be written
   */
  end: () => Promise<void>;
  remove: () => Promise<void>;
}

/**
 * @param goesOn whether the file of a run before is continued
 * @param isLazy whether the file is made by the first refusal only
 */
export function openRefusals(
  path: string,
  { goesOn, isLazy }: { goesOn: boolean; isLazy: boolean },
): Refusals {
  let failure: NodeJS.ErrnoException | undefined;
  const open = () =>
    createWriteStream(path, { flags: goesOn ? 'a' : 'w' }).on('error', (error) => {
      failure = error;
    });
  let stream = isLazy ? undefined : open();
  return {
    path,
    write(why) {
      stream ??= open();
      stream.write(`${JSON.stringify(why)}\n`);
    },
    async end() {
      if (stream !== undefined && !stream.closed) {
        stream.end();
        await once(stream, 'close');
      }
      if (failure) throw new CommandError(`${path} cannot be written (${failure.code}).`, { cause: failure });
    },
    async remove() {
      if (stream !== undefined) await rm(path, { force: true });
    },
  };
}

/** In this directory, for lines that came by a pipe; no run writes over that of another. */
export const newRefusalsPath = (): string =>
  `import-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${process.pid}.refused.ndjson`;
