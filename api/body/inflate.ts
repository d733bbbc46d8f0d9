/** Undoes the content coding of a body (RFC 9110, section 8.4). */
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Problem } from '../problem/problem.ts';

/** What zlib answers when it is asked to say how many bytes it has used. */
interface Inflated {
  buffer: Buffer;
  engine: { bytesWritten: number };
}
type Inflate = (
  bytes: Buffer,
  options: { info: boolean; maxOutputLength: number },
  callback: (error: NodeJS.ErrnoException | null, inflated: Buffer) => void,
) => void;

/** `deflate` is the zlib format: without its checksum, nothing would tell that a byte was changed. */
const INFLATES: Record<string, Inflate> = { gzip: gunzip, deflate: inflate, br: brotliDecompress };
/** RFC 9110, section 8.4.1.3: recipients take the one for the other. */
const ALIASES: Record<string, string> = { 'x-gzip': 'gzip' };
const TAKEN = Object.keys(INFLATES).join(', ');

/** Takes coded bytes, answers the bytes that they stand for. */
export type Decode = (bytes: Buffer, maxBytes: number) => Promise<Buffer>;

/**
 * The way to undo what `Content-Encoding` names.
 *
 * @returns `undefined` when there is nothing to undo
 * @throws {Problem} 415 with `Accept-Encoding` (RFC 9110, section 15.5.16) for another coding, or for two of them
 */
export function decoderOf(field: string | undefined): Decode | undefined {
  if (field === undefined) return undefined;
  const codings = field
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  const [given] = codings;
  if (given === undefined) return undefined;
  const coding = ALIASES[given] ?? given;
  if (codings.length > 1 || !Object.hasOwn(INFLATES, coding)) {
    throw new Problem(
      'unsupported_media_type',
      `Send the body as it is, or in one of these codings: ${TAKEN}.`,
      {
        headers: { 'Accept-Encoding': TAKEN },
      },
    );
  }
  return (bytes, maxBytes) => undo(coding, bytes, maxBytes);
}

/** In one call, off the event loop; a stream would leave errors of the request behind, which `pipe` does not hand on. */
function undo(coding: string, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    INFLATES[coding]!(bytes, { info: true, maxOutputLength: maxBytes }, (error, answer) => {
      const { buffer, engine } = (answer ?? {}) as unknown as Partial<Inflated>;
      if (error?.code === 'ERR_BUFFER_TOO_LARGE') reject(tooLarge(maxBytes, error));
      else if (error) reject(corrupt(coding, error));
      else if (engine!.bytesWritten < bytes.length) reject(corrupt(coding, 'bytes behind its end'));
      else resolve(buffer!);
    });
  });
}

export const tooLarge = (maxBytes: number, cause?: unknown) =>
  new Problem('content_too_large', `The body of this call may have at most ${maxBytes} bytes, inflated.`, {
    cause,
  });

const corrupt = (coding: string, cause: unknown) =>
  new Problem(
    'malformed_request',
    `The body is not the ${coding} that Content-Encoding says, or its end is missing, or there are bytes behind it.`,
    { cause },
  );
