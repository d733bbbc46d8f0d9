/** The keyword rules, in the order of application. */
import type { KeywordRule } from './comparison.ts';
import { items, singleSchemas } from './arrays.ts';
import { bounds, multipleOf, uniqueItems } from './bounds.ts';
import { condition, not } from './conditions.ts';
import { alternatives, conjuncts, discriminator } from './members.ts';
import { additionalProperties, dependentRequired, namedSchemas, properties } from './objects.ts';
import { content, pattern } from './strings.ts';
import { format, never, nullable, types } from './types.ts';
import { defaults, extensibleEnum, values } from './values.ts';

export const KEYWORD_RULES: KeywordRule[] = [
  never,
  discriminator,
  nullable,
  alternatives,
  types,
  format,
  values,
  extensibleEnum,
  defaults,
  bounds,
  multipleOf,
  uniqueItems,
  pattern,
  content,
  properties,
  additionalProperties,
  namedSchemas,
  dependentRequired,
  items,
  singleSchemas,
  not,
  condition,
  conjuncts,
];
