/** A request before serialization, with its allowed responses. */
import type { Caller } from '../tokens.ts';
import type { Version } from '../case.ts';
import type { Offer } from './repertoire.ts';

export interface Draft {
  version: Version;
  /** `undefined` when no contract has the operation. */
  offer: Offer | undefined;
  caller: Caller;
  method: string;
  target: string;
  /** Without Host, X-Request-Id, traceparent and the fields that frame the body. */
  headers: [name: string, value: string][];
  body: Buffer | undefined;
  meaning: unknown;
  keys: string[];
  orderToken: string | undefined;
  /** See {@link Sent}. */
  allowed: readonly number[] | undefined;
  inert: boolean;
  ifVersion?: number | undefined;
}

export const withHeaders = (draft: Draft, ...more: [string, string][]): Draft => ({
  ...draft,
  headers: [...draft.headers, ...more],
});

/** The same with another value of a header, or without it. */
export function withHeader(draft: Draft, name: string, value: string | undefined): Draft {
  const others = draft.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return { ...draft, headers: value === undefined ? others : [...others, [name, value]] };
}

/**
 * A request with these allowed statuses, besides those of its conditions: If-Match is evaluated
 * first.
 */
export function answeredWith(draft: Draft, ...statuses: number[]): Draft {
  const has = (name: string) => draft.headers.some(([other]) => other.toLowerCase() === name);
  const conditional = [
    ...(has('if-match') ? [412] : []),
    ...(has('if-none-match') && draft.method === 'GET' ? [304] : []),
  ];
  return { ...draft, allowed: [...statuses, ...conditional] };
}

/** A request that must be refused with one of these statuses, and have no effect. */
export const refusedWith = (draft: Draft, ...statuses: number[]): Draft => ({
  ...draft,
  // The contract leaves open which of two faults is reported.
  allowed: [...(draft.inert ? (draft.allowed ?? []) : []), ...statuses],
  inert: true,
});

const line = (text: string) => `${text}\r\n`;

/** Request line and fields, without the empty line that ends them. */
export const headOf = ({ method, target, headers }: Draft, more: [string, string][] = []): string =>
  line(`${method} ${target} HTTP/1.1`) +
  line('Host: localhost') +
  [...headers, ...more].map(([name, value]) => line(`${name}: ${value}`)).join('');

/** The bytes of a request as a usual client sends it. */
export function plainBytes(draft: Draft): Buffer {
  const { body } = draft;
  if (body === undefined) return Buffer.from(`${headOf(draft)}\r\n`, 'latin1');
  const head = headOf(draft, [['Content-Length', String(body.length)]]);
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), body]);
}

/** The same with a chunked body. */
export function chunkedBytes(
  draft: Draft,
  pieces: readonly Buffer[],
  { extension = '', trailers = '', coding = 'chunked' } = {},
): Buffer {
  const head = headOf(draft, [['Transfer-Encoding', coding]]);
  const chunks = pieces.filter(({ length }) => length > 0).map((piece) => chunk(piece, extension));
  return Buffer.concat([
    Buffer.from(`${head}\r\n`, 'latin1'),
    ...chunks,
    Buffer.from(`0${extension}\r\n${trailers}\r\n`, 'latin1'),
  ]);
}

export const chunk = (piece: Buffer, extension = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`${piece.length.toString(16)}${extension}\r\n`, 'latin1'),
    piece,
    Buffer.from('\r\n', 'latin1'),
  ]);
