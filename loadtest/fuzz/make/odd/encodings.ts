/** Bodies with a content coding: valid, damaged, empty, or unsupported. RFC 9110, section 8.4. */
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { type Random, noise } from '../../chance.ts';

export interface Coded {
  what: string;
  /** `Content-Encoding` */
  coding: string;
  body: Buffer;
  /** As of {@link OddText}. */
  verdict: 'good' | 'either' | number[];
}

const CODERS = {
  gzip: (bytes: Buffer) => gzipSync(bytes),
  deflate: (bytes: Buffer) => deflateSync(bytes),
  br: (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
} as const;

/** @param maxBytes limit of the decoded body */
export function codedBody(random: Random, body: Buffer, maxBytes: number): Coded {
  const [coding, encode] = random.pick(Object.entries(CODERS));
  const good = encode(body);
  type Make = () => Coded;
  const named =
    (what: string, bytes: () => Buffer, verdict: Coded['verdict'], name: string = coding): Make =>
    () => ({ what: `${name}: ${what}`, coding: name, body: bytes(), verdict });
  const gzip = () => gzipSync(body);
  const makes = [
    named('valid', () => good, 'good'),
    named('gzip in capitals', gzip, 'good', 'GZIP'),
    named('its alias', gzip, 'good', 'x-gzip'),
    named('not coded', () => body, 'good', 'identity'),
    named('in two members', () => Buffer.concat([gzip(), gzipSync('')]), 'either', 'gzip'),
    named('without its frame', () => deflateRawSync(body), 'either', 'deflate'),
    named('cut short', () => good.subarray(0, random.between(1, good.length - 1)), [400]),
    named('damaged', () => hurt(random, good), [400]),
    named('noise', () => noise(random, random.between(1, 200)), [400]),
    named('not coded', () => body, [400]),
    named('in another coding', () => CODERS[coding === 'br' ? 'gzip' : 'br'](body), [400]),
    named('a wrong checksum', () => wrongSum(gzip()), [400], 'gzip'),
    named('no bytes', () => Buffer.alloc(0), [400]),
    named('an empty body, coded', () => encode(Buffer.alloc(0)), [400]),
    named('followed by a byte', () => Buffer.concat([good, Buffer.from('x')]), 'either'),
    named('too large after decoding', () => encode(spaced(body, maxBytes)), [413]),
    named('unknown', () => body, [415], 'compress'),
    named('unknown', () => body, [415], 'foo'),
    named('twice', () => gzipSync(gzip()), 'either', 'gzip, gzip'),
    named('two names', gzip, 'either', 'identity, gzip'),
    named('an empty name', () => body, 'either', ''),
  ];
  return random.pick(makes)();
}

const spaced = (body: Buffer, length: number) => Buffer.concat([body, Buffer.alloc(length, 0x20)]);

/** Flips a byte of the coding's header. */
function hurt(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  // The first bytes identify the format; a change makes the body undecodable.
  const at = random.between(0, Math.min(3, copy.length - 1));
  copy[at] = copy[at]! ^ 0xff;
  return copy;
}

function wrongSum(gzip: Buffer): Buffer {
  const copy = Buffer.from(gzip);
  copy[copy.length - 6] = copy[copy.length - 6]! ^ 0x55;
  return copy;
}
