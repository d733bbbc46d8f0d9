/** Unusual and wrong framing of a body: RFC 9112, sections 6 and 7. */
import { type Random, noise } from '../../chance.ts';
import { type Draft, chunk, chunkedBytes, headOf, plainBytes } from '../draft.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');

/** The bytes of a draft with the given framing fields, right or wrong. */
const framed = (draft: Draft, fields: [string, string][], body: Buffer): Buffer =>
  Buffer.concat([latin(`${headOf(draft, fields)}\r\n`), body]);

export interface Odd {
  what: string;
  /** Its bytes. */
  bytes: (draft: Draft) => Buffer;
  /** Whole: unusual but valid. */
  form: 'whole' | 'hurt';
  /** Followed by bytes that are not a request. */
  stray?: boolean;
  /** It must have no effect, however leniently the server parses. */
  inert?: boolean;
  /** The client closes its sending side, so that the server knows that the rest never arrives. */
  ends?: boolean;
}

/** Stray bytes after a body: a NUL, a newline, the start of another request. */
const STRAYS: ((random: Random) => Buffer)[] = [
  () => latin('\0'),
  () => latin('\n'),
  () => latin('\r\n'),
  () => latin('x'),
  () => latin('}'),
  () => latin(' \n'),
  () => latin('0\r\n\r\n'),
  () => latin('\r\n\r\n\r\nx'),
  () => latin('GET / HTTP/1.1\r\n'),
  () => latin('POST /v2/orders HT'),
  (random) => noise(random, random.between(1, 64)),
];

/** @param takesBody if the operation reads no body, a part of a body is as valid as the whole */
export function oddities(random: Random, body: Buffer, takesBody = true): Odd[] {
  const length = body.length;
  const [first, second] = [body.subarray(0, length >> 1), body.subarray(length >> 1)];
  const stray = random.pick(STRAYS)(random);
  const less = random.between(1, Math.min(length, 3));
  const inPieces = cut(random, body);
  const fields =
    (...list: [string, string][]) =>
    (draft: Draft) =>
      framed(draft, list, body);
  const chunks =
    (text: string | Buffer, coding = 'chunked') =>
    (draft: Draft) =>
      framed(draft, [['Transfer-Encoding', coding]], Buffer.from(text));
  const wrongChunks = (what: string, ...parts: (string | Buffer)[]): Odd => ({
    what: `chunked: ${what}`,
    bytes: chunks(Buffer.concat(parts.map((part) => Buffer.from(part)))),
    form: 'hurt',
    ends: true,
  });
  /** For any reading of the chunks, their end is missing. */
  const halfChunks = (what: string, ...parts: (string | Buffer)[]): Odd => ({
    ...wrongChunks(what, ...parts),
    inert: true,
  });
  const size = (value: number) => value.toString(16);
  return [
    ...[0, 1, 2].map((): Odd => ({
      what: `stray bytes after the body: ${stray.toString('hex')}`,
      bytes: (draft) => Buffer.concat([plainBytes(draft), stray]),
      form: 'whole',
      stray: true,
    })),
    {
      what: `Content-Length ${less} too small`,
      bytes: fields(['Content-Length', String(length - less)]),
      form: 'hurt',
      stray: true,
      inert: takesBody,
    },
    {
      what: 'Content-Length too large',
      bytes: fields(['Content-Length', String(length + random.between(1, 5_000))]),
      form: 'hurt',
      ends: true,
      inert: true,
    },
    { what: 'in chunks', bytes: (draft) => chunkedBytes(draft, inPieces), form: 'whole' },
    {
      what: 'in chunks with extensions',
      bytes: (draft) => chunkedBytes(draft, inPieces, { extension: ';name=value;flag="a b"' }),
      form: 'whole',
    },
    {
      what: 'in chunks with trailers',
      bytes: (draft) => chunkedBytes(draft, inPieces, { trailers: 'X-Checksum: 1\r\nX-Late: yes\r\n' }),
      form: 'whole',
    },
    {
      what: 'in chunks, with trailers named like request fields',
      bytes: (draft) =>
        chunkedBytes(draft, inPieces, { trailers: 'Idempotency-Key: "smuggled"\r\nContent-Length: 3\r\n' }),
      form: 'hurt',
      ends: true,
    },
    {
      what: 'chunked in capitals',
      bytes: (draft) => chunkedBytes(draft, inPieces, { coding: 'Chunked' }),
      form: 'whole',
    },
    wrongChunks('a size without digits', 'xyz\r\n', body, '\r\n0\r\n\r\n'),
    wrongChunks('a negative size', '-1\r\n', body, '\r\n0\r\n\r\n'),
    wrongChunks('a size with a prefix', `0x${size(length)}\r\n`, body, '\r\n0\r\n\r\n'),
    wrongChunks('a size beyond 64 bits', 'FFFFFFFFFFFFFFFFF\r\n', body, '\r\n0\r\n\r\n'),
    wrongChunks('a size that is too small', `${size(length - 1)}\r\n`, body, '\r\n0\r\n\r\n'),
    halfChunks('a size that is too large', `${size(length + 7)}\r\n`, body, '\r\n0\r\n\r\n'),
    wrongChunks('a chunk without its end', `${size(length)}\r\n`, body, '0\r\n\r\n'),
    wrongChunks('newlines alone', `${size(length)}\n`, body, '\n0\n\n'),
    wrongChunks('spaces around the size', ` ${size(length)} \r\n`, body, '\r\n0\r\n\r\n'),
    halfChunks('the last chunk is missing', `${size(length)}\r\n`, body, '\r\n'),
    halfChunks('half of the last chunk', chunk(first), chunk(second), '0\r\n'),
    wrongChunks('a NUL in an extension', `${size(length)};a=\0\r\n`, body, '\r\n0\r\n\r\n'),
    wrongChunks('an extension of 20 KB', `${size(length)};${'a'.repeat(20_000)}\r\n`, body, '\r\n0\r\n\r\n'),
    wrongChunks('trailers of 20 KB', chunk(body), `0\r\nX-Late: ${'a'.repeat(20_000)}\r\n\r\n`),
    {
      what: 'chunked, followed by stray bytes',
      bytes: (draft) => Buffer.concat([chunkedBytes(draft, inPieces), stray]),
      form: 'whole',
      stray: true,
    },
    {
      what: 'Content-Length and Transfer-Encoding',
      bytes: (draft) =>
        framed(
          draft,
          [
            ['Content-Length', String(random.pick([length, 5, length + 20]))],
            ['Transfer-Encoding', 'chunked'],
          ],
          Buffer.concat([chunk(body), latin('0\r\n\r\n')]),
        ),
      form: 'hurt',
      ends: true,
    },
    {
      what: 'Transfer-Encoding and Content-Length without chunks',
      bytes: fields(['Transfer-Encoding', 'chunked'], ['Content-Length', String(length)]),
      form: 'hurt',
      ends: true,
      inert: true,
    },
    ...['identity', 'chunked, identity', 'gzip, chunked', 'xchunked', 'chunked, chunked', '\tchunked'].map(
      (coding): Odd => ({
        what: `Transfer-Encoding: ${coding}`,
        bytes: chunks(Buffer.concat([chunk(body), latin('0\r\n\r\n')]), coding),
        form: 'hurt',
        ends: true,
      }),
    ),
    {
      what: 'Content-Length twice, the same',
      bytes: fields(['Content-Length', String(length)], ['Content-Length', String(length)]),
      form: 'hurt',
      ends: true,
    },
    {
      what: 'Content-Length twice, different',
      bytes: fields(['Content-Length', String(length)], ['Content-Length', String(length + 1)]),
      form: 'hurt',
      ends: true,
      inert: true,
    },
    ...[
      `+${length}`,
      `0x${size(length)}`,
      `${length}, ${length}`,
      `-${length}`,
      '',
      '9'.repeat(30),
      `${length}.0`,
    ].map((value): Odd => ({
      what: `Content-Length: ${value.slice(0, 40)}`,
      bytes: fields(['Content-Length', value]),
      form: 'hurt',
      ends: true,
    })),
    {
      what: `Content-Length: 000${length}`,
      bytes: fields(['Content-Length', `000${length}`]),
      form: 'hurt',
      ends: true,
    },
  ];
}

/** Splits a body at random positions. */
function cut(random: Random, body: Buffer, most = 6): Buffer[] {
  const positions = Array.from({ length: random.between(0, most - 1) }, () => random.between(0, body.length));
  const edges = [0, ...positions.sort((a, b) => a - b), body.length];
  return edges.slice(1).map((edge, n) => body.subarray(edges[n], edge));
}
