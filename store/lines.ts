import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { quoted } from '../command.ts';
import { LogFileError } from './log-file.ts';

/** Characters of a line at most: more than the largest event, and less than a file that is no text could fill. */
const LONGEST = 4_194_304;

/**
 * The lines of a stream, without their newlines. By `\n` alone: `node:readline` would also part a line at U+2028, which JSON may hold.
 *
 * @throws {LogFileError} the stream is not UTF-8, or has no newline for too long
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  let number = 1;
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (error) {
      throw new LogFileError(`Line ${number} or one soon behind it is not UTF-8 text.`, { cause: error });
    }
  };
  for await (const chunk of chunks) {
    const lines = (rest + decode(chunk)).split('\n');
    rest = lines.pop() ?? '';
    number += lines.length;
    yield* lines;
    if (rest.length > LONGEST) throw new LogFileError(`Line ${number} is longer than any event.`);
  }
  rest += decode();
  if (rest !== '') yield rest;
}

/**
 * The bytes of a file, unpacked when its name says that it is packed.
 *
 * @throws {LogFileError} it cannot be read
 */
export async function* bytesOfFile(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path);
  const bytes = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  // pipe() does not pass errors on.
  file.on('error', (error) => bytes.destroy(error));
  try {
    yield* bytes as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^(?:E[A-Z]+|Z_.*)$/.test(code)) throw error;
    throw new LogFileError(`FILE: ${quoted(path)} cannot be read (${message}).`, { cause: error });
  } finally {
    file.destroy();
  }
}
