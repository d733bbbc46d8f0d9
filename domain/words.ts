/**
 * What zod finds at fault, in words. The contract's own validator says the same of a body
 * (api/contract/words.ts).
 */
import type { z } from 'zod';

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

/** Names that nobody knows are the client's: the first few of them, not without end. */
const named = (keys: readonly string[]) =>
  keys
    .slice(0, 3)
    .map((key) => JSON.stringify(key.slice(0, 40)))
    .join(', ');

/** To be given to `safeParse` as `error`; a message that a schema has of its own goes first. */
export const inWords: z.core.$ZodErrorMap = (issue) => {
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
      return `has unknown member${issue.keys.length > 1 ? 's' : ''} ${named(issue.keys)}`;
    case 'invalid_key':
      return `has a name that ${issue.issues[0]?.message ?? 'is not valid'}`;
    default:
      return 'is not valid';
  }
};
