/** Splits a file into lines with their places, so that each can be read again alone. */

/** More than the largest order. Bounds the memory that a binary file can use. */
const LINE_BYTES_MAX = 4_194_304;
const NEWLINE = 0x0a;

export interface ByteLine {
  /** Number of the line, from 1. */
  line: number;
  /** Bytes before it in the file. */
  offset: number;
  /** Without the newline; `undefined` for a line of more than 4 MiB. */
  bytes: Buffer | undefined;
}

/** All lines, empty ones included. */
export async function* byteLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<ByteLine> {
  let line = 1;
  let offset = 0;
  let length = 0;
  let parts: Buffer[] = [];
  const add = (part: Buffer) => {
    length += part.length;
    if (length <= LINE_BYTES_MAX) parts.push(part);
    else parts = [];
  };
  const end = (): ByteLine => {
    const bytes = length <= LINE_BYTES_MAX ? Buffer.concat(parts) : undefined;
    const ended = { line, offset, bytes };
    line += 1;
    offset += length + 1;
    length = 0;
    parts = [];
    return ended;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      yield end();
      from = at + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  if (length > 0) yield end();
}
