/** Decodes the content coding of a body (RFC 9110, section 8.4). */
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Problem } from '../problem/problem.ts';

/** The result of zlib with the option `info`. */
interface Inflated {
  buffer: Buffer;
  engine: { bytesWritten: number };
}
type Inflate = (
  bytes: Buffer,
  options: { info: boolean; maxOutputLength: number },
  callback: (error: NodeJS.ErrnoException | null, inflated: Buffer) => void,
) => void;

/** `deflate` is the zlib format, with a checksum; raw deflate is refused. */
const INFLATES: Record<string, Inflate> = { gzip: gunzip, deflate: inflate, br: brotliDecompress };
/** RFC 9110, section 8.4.1.3: both names are equal. */
const ALIASES: Record<string, string> = { 'x-gzip': 'gzip' };
const ACCEPTED = Object.keys(INFLATES).join(', ');

/** Decodes bytes. @throws {Problem} 400 for damaged bytes, 413 beyond `maxBytes` */
export type Decode = (bytes: Buffer, maxBytes: number) => Promise<Buffer>;

/**
 * The decoder of a `Content-Encoding`, `undefined` for none.
 *
 * @throws {Problem} 415 with `Accept-Encoding` (RFC 9110, section 15.5.16) for another coding, or
 *   two
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
      `Send the body without Content-Encoding, or with one of ${ACCEPTED}.`,
      {
        headers: { 'Accept-Encoding': ACCEPTED },
      },
    );
  }
  return (bytes, maxBytes) => decode(coding, bytes, maxBytes);
}

/** In one call, off the event loop: `pipe` to a stream would lose errors of the request. */
function decode(coding: string, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    INFLATES[coding]!(bytes, { info: true, maxOutputLength: maxBytes }, (error, answer) => {
      const { buffer, engine } = (answer ?? {}) as unknown as Partial<Inflated>;
      if (error?.code === 'ERR_BUFFER_TOO_LARGE') reject(tooLarge(maxBytes, error));
      else if (error) reject(corrupt(coding, error));
      else if (engine!.bytesWritten < bytes.length) reject(corrupt(coding, 'bytes after its end'));
      else resolve(buffer!);
    });
  });
}

export const tooLarge = (maxBytes: number, cause?: unknown) =>
  new Problem('content_too_large', `The body exceeds ${maxBytes} bytes after decoding. Send a smaller one.`, {
    cause,
  });

const corrupt = (coding: string, cause: unknown) =>
  new Problem(
    'malformed_request',
    `The body is not valid ${coding}, is cut off, or has bytes after its end.`,
    { cause },
  );
