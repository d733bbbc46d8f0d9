/** Writes the refused lines of an import, with the reasons, to a file. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { once } from 'node:events';
import { CommandError } from '../../command-line/command.ts';

export interface Refusals {
  path: string;
  write: (refusal: object) => void;
  /**
   * Flushes and closes the file.
   *
   * @throws {CommandError} the file cannot be written
   */
  end: () => Promise<void>;
  remove: () => Promise<void>;
}

/**
 * @param isContinued whether to append to the file of the earlier run
 * @param isLazy whether only the first refusal creates the file
 */
export function openRefusals(
  path: string,
  { isContinued, isLazy }: { isContinued: boolean; isLazy: boolean },
): Refusals {
  let failure: NodeJS.ErrnoException | undefined;
  const open = () =>
    createWriteStream(path, { flags: isContinued ? 'a' : 'w' }).on('error', (error) => {
      failure = error;
    });
  let stream = isLazy ? undefined : open();
  return {
    path,
    write(refusal) {
      stream ??= open();
      stream.write(`${JSON.stringify(refusal)}\n`);
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

/** For lines from a pipe: a file in the working directory, with a unique name a run. */
export const newRefusalsPath = (): string =>
  `import-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${process.pid}.refused.ndjson`;
