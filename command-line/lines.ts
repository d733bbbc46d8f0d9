import { isUtf8 } from 'node:buffer';
import { CommandError } from './command.ts';

/**
 * Bytes of a line at most: more than the largest event, less than a file that is no text could
 * fill.
 */
const LINE_BYTES_MAX = 4_194_304;
const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf);

/**
 * The lines of a text, without `\n` or `\r\n`, and without a byte order mark. Parted by `\n` alone:
 * `node:readline` would also part a line at U+2028, which JSON may hold. Empty lines are lines.
 *
 * @throws {CommandError} the text is not UTF-8, or has no newline for too long
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 1;
  let isFirst = true;
  const decode = function* (block: Buffer): Generator<string> {
    let bytes = block;
    if (isFirst) {
      refuseUtf16(block);
      if (block.subarray(0, 3).equals(BYTE_ORDER_MARK)) bytes = block.subarray(3);
    }
    isFirst = false;
    if (!isUtf8(bytes)) throw notUtf8(bytes, number);
    const lines = bytes.toString('utf8').split('\n');
    number += lines.length;
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  };
  for await (const chunk of chunks) {
    const bytes =
      rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([rest, chunk]);
    // A newline is no part of a longer UTF-8 sequence: whole lines hold whole characters.
    const end = bytes.lastIndexOf(NEWLINE);
    rest = bytes.subarray(end + 1);
    if (end !== -1) yield* decode(bytes.subarray(0, end));
    if (rest.length > LINE_BYTES_MAX) throw new CommandError(`Line ${number} is longer than any event.`);
  }
  if (rest.length > 0 && !(isFirst && rest.equals(BYTE_ORDER_MARK))) yield* decode(rest);
}

/** As some editors and spreadsheets save: each ASCII character has a zero byte beside it. */
function refuseUtf16(block: Buffer): void {
  const [a, b] = block;
  const isMarked = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  if (isMarked || block.subarray(0, 4).includes(0))
    throw new CommandError('The file is UTF-16 or UTF-32 text. Save it as UTF-8.');
}

function notUtf8(block: Buffer, first: number): CommandError {
  let line = first;
  for (let at = 0; ; line += 1) {
    const end = block.indexOf(NEWLINE, at);
    if (end === -1 || !isUtf8(block.subarray(at, end))) break;
    at = end + 1;
  }
  return new CommandError(`Line ${line} is not UTF-8 text. Save the file as UTF-8.`);
}
