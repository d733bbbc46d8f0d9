/** What a command reads: a file, standard input, a pipe or a FIFO, each as what it is. */
import { constants, createReadStream, fstatSync, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { Readable, pipeline } from 'node:stream';
import { ReadStream as Terminal, isatty } from 'node:tty';
import { createGunzip } from 'node:zlib';
import { CommandError, quoted } from './command.ts';

export interface Input {
  /** An ordinary file, which can be read again. Anything else is read once. */
  isFile: boolean;
  /**
   * The bytes, unpacked when they are gzip.
   *
   * @param signal ends the reading at once, without an error
   * @throws {CommandError} it cannot be read
   */
  read: (signal?: AbortSignal) => AsyncGenerator<Uint8Array>;
}

/**
 * Finds out what a name stands for; `-` is standard input.
 *
 * @throws {CommandError} it is not there, or is nothing that can be read
 */
export function openInput(given: string): Input {
  const fd = descriptorOf(given);
  try {
    const isFile = fd === undefined && statSync(given).isFile();
    const open = () => (fd === undefined ? openPath(given) : streamOf(fd));
    return { isFile, read: (signal) => bytesOf(open, given, signal) };
  } catch (error) {
    throw inWords(error, given);
  }
}

/**
 * The descriptor that a name stands for. It is read as it is: opened again after its writer has
 * ended, a pipe would wait for another writer for ever.
 */
function descriptorOf(given: string): number | undefined {
  if (given === '-' || given === '/dev/stdin') return 0;
  const fd = /^\/(?:dev|proc\/self)\/fd\/(\d{1,6})$/.exec(given)?.[1];
  return fd === undefined ? undefined : Number(fd);
}

function openPath(path: string): Readable {
  const what = statSync(path);
  if (what.isFile() || what.isDirectory()) return createReadStream(path);
  // Non-blocking: a thread that waits in open() for a writer keeps the process from ending.
  if (what.isFIFO() || what.isCharacterDevice())
    return streamOf(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  throw new CommandError(
    `FILE: ${quoted(path)} is neither a file nor a pipe. Give a file, or - for standard input.`,
  );
}

function streamOf(fd: number): Readable {
  if (fd === 0) return process.stdin;
  if (isatty(fd)) return new Terminal(fd);
  const what = fstatSync(fd);
  if (what.isFIFO() || what.isSocket()) return new Socket({ fd, readable: true, writable: false });
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
    yield* unpacked(source, given.endsWith('.gz'));
  } catch (error) {
    if (!signal?.aborted) throw inWords(error, given);
  } finally {
    signal?.removeEventListener('abort', stop);
    source?.destroy();
  }
}

/** By the first two bytes, whatever the name is; a name that ends in `.gz` promises them. */
async function* unpacked(source: Readable, isPromised: boolean): AsyncGenerator<Uint8Array> {
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
  if (isPromised || (head[0] === 0x1f && head[1] === 0x8b))
    yield* pipeline(Readable.from(whole(), { objectMode: false }), createGunzip(), () => {});
  else yield* whole();
}

/** What the operating system or zlib says of a source; anything else is a fault of ours. */
function inWords(error: unknown, given: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^(?:E[A-Z]+|Z_.*)$/.test(code)) return error;
  return new CommandError(`FILE: ${quoted(given)} cannot be read (${message}).`, { cause: error });
}
