/** Opens the input of a command: a file, standard input, a pipe or a FIFO. */
import { constants, createReadStream, fstatSync, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { Readable, pipeline } from 'node:stream';
import { ReadStream as Terminal, isatty } from 'node:tty';
import { createGunzip } from 'node:zlib';
import { CommandError, quoted } from './command.ts';

export interface Input {
  /** Whether it is a regular file, which can be read again. Other inputs can be read once. */
  isFile: boolean;
  /**
   * Reads the bytes, and decompresses gzip.
   *
   * @param signal ends the reading without an error
   * @throws {CommandError} the input cannot be read
   */
  read: (signal?: AbortSignal) => AsyncGenerator<Uint8Array>;
}

/**
 * Opens a path; `-` is standard input.
 *
 * @throws {CommandError} the path does not exist, or is neither a file nor a pipe
 */
export function openInput(given: string): Input {
  const fd = descriptorOf(given);
  try {
    const isFile = fd === undefined && statSync(given).isFile();
    const open = () => (fd === undefined ? openPath(given) : streamOf(fd));
    return { isFile, read: (signal) => bytesOf(open, given, signal) };
  } catch (error) {
    throw toCommandError(error, given);
  }
}

/**
 * The file descriptor that a path names. It is read without opening the path: a pipe that is opened
 * after its writer ended would wait for another writer forever.
 */
function descriptorOf(given: string): number | undefined {
  if (given === '-' || given === '/dev/stdin') return 0;
  const fd = /^\/(?:dev|proc\/self)\/fd\/(\d{1,6})$/.exec(given)?.[1];
  return fd === undefined ? undefined : Number(fd);
}

function openPath(path: string): Readable {
  const stats = statSync(path);
  if (stats.isFile() || stats.isDirectory()) return createReadStream(path);
  // Non-blocking: a thread that waits for a writer in open() would keep the process alive.
  if (stats.isFIFO() || stats.isCharacterDevice())
    return streamOf(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  throw new CommandError(
    `FILE: ${quoted(path)} is neither a file nor a pipe. Use a file, or - for standard input.`,
  );
}

function streamOf(fd: number): Readable {
  if (fd === 0) return process.stdin;
  if (isatty(fd)) return new Terminal(fd);
  const stats = fstatSync(fd);
  if (stats.isFIFO() || stats.isSocket()) return new Socket({ fd, readable: true, writable: false });
  return createReadStream('', { fd });
}

async function* bytesOf(
  open: () => Readable,
  given: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let source: Readable | undefined;
  const stop = () => source?.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (signal?.aborted) return;
    source = open();
    yield* decompressed(source, given.endsWith('.gz'));
  } catch (error) {
    if (!signal?.aborted) throw toCommandError(error, given);
  } finally {
    signal?.removeEventListener('abort', stop);
    source?.destroy();
  }
}

/** Detects gzip by its first two bytes. A name that ends in `.gz` requires them. */
async function* decompressed(source: Readable, isRequired: boolean): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    head = Buffer.concat([head, next.value]);
    if (head.length >= 2) break;
  }
  async function* whole() {
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }
  if (isRequired || (head[0] === 0x1f && head[1] === 0x8b))
    yield* pipeline(Readable.from(whole(), { objectMode: false }), createGunzip(), () => {});
  else yield* whole();
}

/** Errors of the operating system and of zlib get a message; other errors are bugs. */
function toCommandError(error: unknown, given: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^(?:E[A-Z]+|Z_.*)$/.test(code)) return error;
  return new CommandError(`FILE: ${quoted(given)} cannot be read (${message}).`, { cause: error });
}
