/**
 * Error details for ajv errors: the remedy; in a numeric parameter also the value that came.
 * domain/issue-text.ts has the same sentences for zod.
 */
import type { ErrorObject } from 'ajv';
import {
  ASCII_EXPECTED,
  EMAIL_EXPECTED,
  MULTILINE_TEXT,
  MULTILINE_TEXT_EXPECTED,
  SERIES_EXPECTED,
  TEXT,
  TEXT_EXPECTED,
} from '../../domain/text.ts';
import { FORMAT_EXPECTED } from './formats.ts';
import { isDigits } from './integer.ts';

/** The part of the request that a value came from: a body is JSON, a parameter is text. */
export type Location = 'body' | 'path' | 'query' | 'header';

/** Characters of a value that a detail repeats. */
const QUOTED_LENGTH_MAX = 40;

/** By pattern, as the server's rules spell it; a test finds a pattern without a text. */
const PATTERNS: Readonly<Record<string, string>> = {
  [TEXT.source]: TEXT_EXPECTED,
  [MULTILINE_TEXT.source]: MULTILINE_TEXT_EXPECTED,
  '^[\\x21-\\x7e]+$': ASCII_EXPECTED,
  '^(?:\\.{3}[!-~]*|\\.{0,2}[!-\\-/-~][!-~]*)$': `${ASCII_EXPECTED}, and neither . nor ..`,
  '^(?:"(?:[!#-\\[\\]-~]|\\\\["\\\\]){1,255}"|[!#-~][!-~]{0,254})$':
    'must be 1 to 255 ASCII characters without spaces',
  '^[A-Z]{2}$': 'must be two capital letters of ISO 3166, such as IE',
  '^[A-Z]{3}$': 'must be three capital letters of ISO 4217, such as EUR',
  '^line_[1-9][0-9]{0,2}$': 'must be a line id, such as line_1',
  '^charge_[1-9][0-9]{0,2}$': 'must be a charge id, such as charge_1',
  '^[^\\x00-\\x20\\x7f-\\xa0@]+@[^\\x00-\\x20\\x7f-\\xa0@]+$': EMAIL_EXPECTED,
  '^[A-Za-z0-9._/-]*[A-Za-z._/-]$': SERIES_EXPECTED,
  '^https?://[!-~]+$': 'must be an ASCII URL that starts with https:// or http://',
  '^[A-Za-z0-9_-]+$': 'must be a next_cursor of an earlier answer',
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}$': 'must be a day, such as 2026-03-14',
  '^"[1-9][0-9]*"$': 'must be a version in double quotes, such as "3"',
  '^[0-9a-f]{64}$': 'must be 64 lower-case hexadecimal digits',
  '^[A-Za-z0-9._-]{1,64}$': 'must be 1 to 64 ASCII letters, digits, dots, hyphens or underscores',
  '^[a-z][a-z0-9_]*$': 'must be lower-case letters, digits and underscores, starting with a letter',
  '^@[0-9]+$': 'must be @ and the seconds since 1970',
  '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}Z$':
    'must be a time in UTC with microseconds, such as 2026-03-14T09:26:53.589793Z',
  '^(?:0|[1-9][0-9]{0,15})$': 'must be the Holdfast-Position of an answer, such as 4711',
  '^whsec_[A-Za-z0-9+/=]+$': 'must be whsec_ and a key in base64',
};

const ID = /^\^([a-z]+_)\[0-9a-f\]\{32\}\$$/;
const SEVERAL_TYPES = /^\^\(\?:OrderPlaced\|/;
const SEVERAL_STATUSES = /^\^\(\?:un[a-z]+\|/;

/** The event types or statuses that a pattern allows, separated by commas. */
const namesIn = (pattern: string): string =>
  /\(\?:([A-Za-z_|]+)\)/.exec(pattern)?.[1]?.replaceAll('|', ', ') ?? '';

/** The detail for a text that does not match a pattern; `undefined` for an unlisted pattern. */
export function patternText(pattern: string): string | undefined {
  const prefix = ID.exec(pattern)?.[1];
  if (prefix !== undefined) return `must be an id: ${prefix} and 32 lower-case hexadecimal digits`;
  if (SEVERAL_TYPES.test(pattern)) return `must be event types, separated by commas: ${namesIn(pattern)}`;
  if (SEVERAL_STATUSES.test(pattern)) return `must be statuses, separated by commas: ${namesIn(pattern)}`;
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

const count = (n: unknown, unit: string) => `${String(n)} ${unit}${n === 1 ? '' : 's'}`;

const atLeast = (n: unknown, unit: string) =>
  n === 1 ? 'must not be empty' : `must have at least ${count(n, unit)}`;

type TextOf = (error: ErrorObject, location: Location) => string | undefined;

/** By ajv's keyword. Ajv's own messages address the author of the schema, not the client. */
const KEYWORDS: Readonly<Record<string, TextOf>> = {
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
  additionalProperties: () => 'unknown field',
  format: ({ params }, location) => {
    const expected = FORMAT_EXPECTED[String(params['format'])];
    const isTimeInQuery = location === 'query' && params['format'] === 'date-time';
    return isTimeInQuery ? `${expected}; in a URL write + as %2B` : expected;
  },
  pattern: ({ params }) => patternText(String(params['pattern'])),
};

/** The detail for an error. It repeats a value only where `sent` is given. */
export function errorText(error: ErrorObject, location: Location, sent?: unknown): string {
  if (Array.isArray(sent)) return `must be given once, not ${sent.length} times`;
  if (typeof sent === 'string' && error.keyword === 'type') return integerText(error, sent);
  return KEYWORDS[error.keyword]?.(error, location) ?? 'does not fit the contract';
}

/** The detail for a parameter that is not the integer of its schema. */
function integerText(error: ErrorObject, sent: string): string {
  const { maximum, minimum } = (error.parentSchema ?? {}) as { maximum?: number; minimum?: number };
  if (isDigits(sent)) {
    if (sent.startsWith('-')) return `must be at least ${minimum ?? -Number.MAX_SAFE_INTEGER}`;
    return `must be at most ${maximum ?? Number.MAX_SAFE_INTEGER}`;
  }
  if (sent === '') return 'must be a whole number, not empty';
  const isNumeric = /^[\s+-]*[0-9][0-9.eExX+-]*$/.test(sent);
  return `must be a whole number${isNumeric ? ' in digits only' : ''}, not ${quoted(sent)}`;
}

/** A sent value for a detail: in one line, short, and without the secret part of an API key. */
function quoted(sent: string): string {
  const text = sent.replaceAll(/hf_(live|test)_\w+/g, 'hf_$1_…');
  const short = text.length > QUOTED_LENGTH_MAX ? `${text.slice(0, QUOTED_LENGTH_MAX)}…` : text;
  return `'${JSON.stringify(short.toWellFormed()).slice(1, -1)}'`;
}

/** `string` and `null` of a nullable schema. */
function typesOf(type: unknown): string[] {
  const names = Array.isArray(type) ? type.map(String) : String(type).split(',');
  return names.map((name) => TYPES[name] ?? name);
}

const isOfAlternatives = ({ keyword }: ErrorObject) => keyword === 'anyOf' || keyword === 'oneOf';
const isOfNull = ({ keyword, params }: ErrorObject) =>
  keyword === 'enum' && (params['allowedValues'] as unknown[]).every((value) => value === null);

/**
 * The errors without noise: without "no alternative matches", which follows from the errors of each
 * alternative, without the alternative `null`, without an error that two alternatives share, and
 * without the errors of a value that follow from another one: null is no value of an enum, and an
 * empty text matches no pattern.
 */
export function withoutNoise(errors: readonly ErrorObject[]): ErrorObject[] {
  const rest = errors.filter((error) => !isOfAlternatives(error) && !isOfNull(error));
  const kept = new Map(
    (rest.length > 0 ? rest : errors).map((error) => [
      `${error.instancePath} ${error.keyword} ${JSON.stringify(error.params)}`,
      error,
    ]),
  );
  const list = [...kept.values()];
  return list.filter((error) => !follows(error, list));
}

/** By keyword: keywords whose error at the same value already says the fault. */
const CAUSES: Readonly<Record<string, readonly string[]>> = {
  type: ['enum'],
  minLength: ['enum'],
  pattern: ['minLength', 'enum'],
  format: ['minLength'],
};

const follows = ({ keyword, instancePath }: ErrorObject, errors: readonly ErrorObject[]): boolean =>
  errors.some(
    (other) => other.instancePath === instancePath && CAUSES[keyword]?.includes(other.keyword) === true,
  );
