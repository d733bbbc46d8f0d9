/**
 * Error details for zod issues: the remedy, never the value. api/contract/error-text.ts has the
 * same sentences for ajv.
 */
import type { z } from 'zod';

/** Names of unknown fields in one detail, and characters of each. */
const QUOTED_NAMES_MAX = 3;
const QUOTED_NAME_LENGTH_MAX = 40;

const TYPES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'item', object: 'member' };

function bounded(side: 'least' | 'most', bound: number | bigint, origin: string): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `must be at ${side} ${bound}`;
  if (side === 'least' && bound === 1) return 'must not be empty';
  return `must have at ${side} ${bound} ${unit}${bound === 1 ? '' : 's'}`;
}

const quoted = (names: readonly string[]) =>
  names
    .slice(0, QUOTED_NAMES_MAX)
    .map((name) => JSON.stringify(name.slice(0, QUOTED_NAME_LENGTH_MAX)))
    .join(', ');

/** The issues without a format at a text that is empty: it matches no format. */
export function withoutFollowing(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const tooShort = new Set(
    issues.filter(({ code }) => code === 'too_small').map(({ path }) => path.join('/')),
  );
  return issues.filter(({ code, path }) => code !== 'invalid_format' || !tooShort.has(path.join('/')));
}

/** The `error` option of `safeParse`. A schema's own message takes precedence. */
export const issueText: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return bounded('least', issue.minimum, issue.origin);
    case 'too_big':
      return bounded('most', issue.maximum, issue.origin);
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return `unknown field${issue.keys.length > 1 ? 's' : ''} ${quoted(issue.keys)}`;
    case 'invalid_key':
      return `invalid name: it ${issue.issues[0]?.message ?? 'is not valid'}`;
    default:
      return 'is not valid';
  }
};
