/**
 * Tokens for values that only a response can supply: ids, tags, cursors.
 *
 * A token names the case and the request whose response has the value. Tokens of ids and API keys
 * have the length of their value, so that a replacement moves no byte of a request.
 */

/** Owner of the API key of a request. */
export type Caller = 'shop' | 'other' | 'hoarder' | 'reader' | 'nobody';

/** The address of a request in a run. */
export interface Address {
  index: number;
  /** Number of the request in the case, from 0. */
  n: number;
}

const ID_LENGTH = 36;
export const API_KEY_LENGTH = 47;

export const apiKeyToken = (caller: Caller) => `hf_test_@${caller}`.padEnd(API_KEY_LENGTH, '@');
/** @param prefix of the id: `ord`, `pay`, … */
export const idToken = (prefix: string, { index, n }: Address) =>
  `${prefix}_@${index}.${n}`.padEnd(ID_LENGTH, '@');
/** Values of responses, besides ids. */
export type ResponseValue = 'etag' | 'position' | 'cursor' | 'instant';
export const valueToken = (name: ResponseValue, { index, n }: Address) => `<${name}@${index}.${n}>`;

const TOKENS =
  /hf_test_@([a-z]+)@+|([a-z]{3})_@(\d+)\.(\d+)@+|<(etag|position|cursor|instant)@(\d+)\.(\d+)>/g;

/** Replacements for tokens without a value: well-formed and unknown to the server. */
const DEFAULTS: Record<ResponseValue, string> = {
  etag: '"1"',
  position: '0',
  cursor: 'AQAAAAAAABI3b0Zz0m5k1Gq7k8m2m0p4Yw',
  instant: '2026-03-14T09:26:53.5895Z',
};

/** The values of responses so far. */
export interface Lessons {
  /** Stores values of a response. */
  learn: (from: Address, given: { ids?: string[]; values?: Partial<Record<ResponseValue, string>> }) => void;
  /** The id of a token, if it is known. */
  idOf: (prefix: string, from: Address) => string | undefined;
  /** The bytes to send. */
  resolve: (bytes: Buffer) => Buffer;
  /** The bytes to show: tokens of API keys stay. */
  show: (bytes: Buffer) => Buffer;
}

/** @param apiKeys by caller */
export function createLessons(apiKeys: Record<Caller, string>): Lessons {
  const known = new Map<string, string>();
  const nameAt = (what: string, { index, n }: Address) => `${what} ${index}.${n}`;
  return {
    learn(from, { ids = [], values = {} }) {
      for (const id of ids) known.set(nameAt(id.slice(0, 3), from), id);
      for (const [name, value] of Object.entries(values)) known.set(nameAt(name, from), value);
    },
    idOf: (prefix, from) => known.get(nameAt(prefix, from)),
    resolve: (bytes) => replace(bytes, (caller) => apiKeys[caller]),
    show: (bytes) => replace(bytes, apiKeyToken),
  };

  function replace(bytes: Buffer, keyOf: (caller: Caller) => string): Buffer {
    if (!bytes.includes('@')) return bytes;
    const text = bytes.toString('latin1').replaceAll(TOKENS, (...match: string[]) => {
      const [, caller, prefix, index, n, name, valueIndex, valueN] = match;
      if (caller !== undefined) return keyOf(caller as Caller) ?? match[0]!;
      const from = { index: Number(index ?? valueIndex), n: Number(n ?? valueN) };
      if (prefix !== undefined) return known.get(nameAt(prefix, from)) ?? `${prefix}_${'0'.repeat(32)}`;
      return known.get(nameAt(name!, from)) ?? DEFAULTS[name as ResponseValue];
    });
    return Buffer.from(text, 'latin1');
  }
}
