/** Splits a text into lines. */
import { isUtf8 } from 'node:buffer';
import { CommandError } from './command.ts';

/** More than the largest event. Bounds the memory that a binary file can use. */
const LINE_BYTES_MAX = 4_194_304;
const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf);

/**
 * The lines of a text, without `\n` or `\r\n`, and without a byte order mark; empty lines included.
 * `node:readline` would also split at U+2028, which JSON may contain.
 *
 * @throws {CommandError} the text is not UTF-8, or a line exceeds {@link LINE_BYTES_MAX}
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
    // 0x0a is never part of a longer UTF-8 sequence, so whole lines hold whole characters.
    const end = bytes.lastIndexOf(NEWLINE);
    rest = bytes.subarray(end + 1);
    if (end !== -1) yield* decode(bytes.subarray(0, end));
    if (rest.length > LINE_BYTES_MAX)
      throw new CommandError(`Line ${number} is too long: at most ${LINE_BYTES_MAX} bytes.`);
  }
  if (rest.length > 0 && !(isFirst && rest.equals(BYTE_ORDER_MARK))) yield* decode(rest);
}

/** Some editors and spreadsheets save UTF-16: each ASCII character has a zero byte beside it. */
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
