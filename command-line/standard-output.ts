import { CommandError } from './command.ts';

/**
 * Writes to standard output. Resolves when the text is written, so that a slow reader slows the
 * command.
 *
 * @throws {CommandError} the reader closed standard output
 */
export const writeStandardOutput = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const closed = (cause: Error) => reject(new CommandError('Standard output was closed.', { cause }));
    process.stdout.once('error', closed);
    process.stdout.write(text, (error) => {
      process.stdout.off('error', closed);
      if (error) closed(error);
      else resolve();
    });
  });
