/**
 * What ajv finds at fault, in words: what would be right, and in a parameter that is a number, what
 * came instead.
 */
import type { ErrorObject } from 'ajv';
import { EVENT_TYPES } from '../../domain/order/events.ts';
import { isDigits } from './integer.ts';
import { EXPECTED } from './formats.ts';

/** Where the value came from: a body is JSON, parameters arrive as text. */
export type Place = 'body' | 'path' | 'query' | 'header';

/** Characters of a value that an answer repeats at most. */
const QUOTED_MAX = 40;

const TEXT = 'must not hold control characters or lone surrogates';

/** By their spelling in the contract; a test finds one that is not here. */
const PATTERNS: Readonly<Record<string, string>> = {
  '^[^\\p{Cc}\\p{Cs}]*$': TEXT,
  '^[\\x21-\\x7e]+$': 'must be ASCII without spaces',
  '^(?:\\.{3}[!-~]*|\\.{0,2}[!-\\-/-~][!-~]*)$': 'must be ASCII without spaces, and neither . nor ..',
  '^(?:"(?:[!#-\\[\\]-~]|\\\\["\\\\]){1,255}"|[!#-~][!-~]{0,254})$':
    'must be 1 to 255 ASCII characters without spaces',
  '^[A-Z]{2}$': 'must be the two capital letters of a country, such as IE',
  '^[A-Z]{3}$': 'must be the three capital letters of a currency, such as EUR',
  '^line_[1-9][0-9]{0,2}$': 'must be the id of a line, such as line_1',
  '^https?://[!-~]+$': 'must be a URL in ASCII that begins with https:// or http://',
  '^[A-Za-z0-9_-]+$': 'must be a next_cursor as an answer had it',
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}$': 'must be a day, such as 2026-03-14',
  '^"[1-9][0-9]*"$': 'must be a version in double quotes, such as "3"',
  '^[0-9a-f]{64}$': 'must be 64 hexadecimal digits in small letters',
  '^[A-Za-z0-9._-]{1,64}$': 'must be 1 to 64 letters, digits, dots, hyphens and underscores',
  '^[a-z][a-z0-9_]*$': 'must be small letters, digits and underscores, with a letter first',
  '^@[0-9]+$': 'must be @ and the seconds since 1970',
  '^whsec_[A-Za-z0-9+/=]+$': 'must be whsec_ and a key in base64',
};

const ID = /^\^([a-z]+_)\[0-9a-f\]\{32\}\$$/;
const SEVERAL_TYPES = /^\^\(\?:OrderPlaced\|/;

/** What a text of a pattern must be; `undefined` for a pattern that nobody has put in words. */
export function wordsOfPattern(pattern: string): string | undefined {
  const id = ID.exec(pattern)?.[1];
  if (id !== undefined) return `must be an id: ${id} and 32 hexadecimal digits in small letters`;
  if (SEVERAL_TYPES.test(pattern))
    return `must be types of events with commas between them, of ${EVENT_TYPES.join(', ')}`;
  return PATTERNS[pattern];
}

const TYPES: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

const count = (n: unknown, one: string) => `${String(n)} ${one}${n === 1 ? '' : 's'}`;

const atLeast = (n: unknown, one: string) =>
  n === 1 ? 'must not be empty' : `must have at least ${count(n, one)}`;

type Say = (error: ErrorObject, place: Place) => string | undefined;

/** By ajv's keyword. Its own messages are for who wrote the schema. */
const KEYWORDS: Readonly<Record<string, Say>> = {
  type: ({ params }) => `must be ${typesOf(params['type']).join(' or ')}`,
  minimum: ({ params }) => `must be at least ${params['limit']}`,
  maximum: ({ params }) => `must be at most ${params['limit']}`,
  minLength: ({ params }) => atLeast(params['limit'], 'character'),
  maxLength: ({ params }) => `must have at most ${count(params['limit'], 'character')}`,
  minItems: ({ params }) => atLeast(params['limit'], 'item'),
  maxItems: ({ params }) => `must have at most ${count(params['limit'], 'item')}`,
  minProperties: ({ params }) => atLeast(params['limit'], 'member'),
  maxProperties: ({ params }) => `must have at most ${count(params['limit'], 'member')}`,
  uniqueItems: () => 'must not have the same item twice',
  enum: ({ params }) => `must be one of ${(params['allowedValues'] as unknown[]).map(String).join(', ')}`,
  required: () => 'is required',
  additionalProperties: () => 'is not a member of this schema',
  format: ({ params }, place) => {
    const expected = EXPECTED[String(params['format'])];
    const isTimeInQuery = place === 'query' && params['format'] === 'date-time';
    return isTimeInQuery ? `${expected}; in a query, write + as %2B` : expected;
  },
  pattern: ({ params }) => wordsOfPattern(String(params['pattern'])),
};

/** Says what would be right. It repeats a value only where `sent` is given. */
export function inWords(error: ErrorObject, place: Place, sent?: unknown): string {
  if (Array.isArray(sent)) return `must be given once, not ${sent.length} times`;
  if (typeof sent === 'string' && error.keyword === 'type') return ofNumber(error, sent);
  return KEYWORDS[error.keyword]?.(error, place) ?? 'is not what the contract says';
}

/** Of a parameter that is a whole number, and is not. */
function ofNumber(error: ErrorObject, sent: string): string {
  const { maximum, minimum } = (error.parentSchema ?? {}) as { maximum?: number; minimum?: number };
  if (isDigits(sent)) {
    if (sent.startsWith('-')) return `must be at least ${minimum ?? -Number.MAX_SAFE_INTEGER}`;
    return `must be at most ${maximum ?? Number.MAX_SAFE_INTEGER}`;
  }
  const plainly = /^[\s+-]*[0-9][0-9.eExX+-]*$/.test(sent) ? ', in digits alone' : '';
  return sent === ''
    ? 'must be a whole number, and is empty'
    : `must be a whole number${plainly}, not ${quoted(sent)}`;
}

/** In one line, not without end, and never an API key that was put in the wrong place. */
function quoted(sent: string): string {
  const text = sent.replaceAll(/hf_(live|test)_\w+/g, 'hf_$1_…');
  const short = text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text;
  return `'${JSON.stringify(short.toWellFormed()).slice(1, -1)}'`;
}

/** `string` and `null` of a schema that is nullable. */
function typesOf(type: unknown): string[] {
  const names = Array.isArray(type) ? type.map(String) : String(type).split(',');
  return names.map((name) => TYPES[name] ?? name);
}

const ofAlternatives = ({ keyword }: ErrorObject) => keyword === 'anyOf' || keyword === 'oneOf';
const ofNull = ({ keyword, params }: ErrorObject) =>
  keyword === 'enum' && (params['allowedValues'] as unknown[]).every((value) => value === null);

/**
 * The errors that tell something: that none of some alternatives fits follows from what is wrong
 * with each, and `null` is an alternative that nobody who sent something else has missed.
 */
export function telling(errors: readonly ErrorObject[]): ErrorObject[] {
  const rest = errors.filter((error) => !ofAlternatives(error) && !ofNull(error));
  return rest.length > 0 ? rest : [...errors];
}
