/** The rules of the keywords, in the order in which they speak. */
import type { KeywordRule } from './comparison.ts';
import { items, singleSchemas } from './keywords-arrays.ts';
import { bounds, multipleOf, uniqueItems } from './keywords-bounds.ts';
import { condition, not } from './keywords-conditions.ts';
import { alternatives, conjuncts, discriminator } from './keywords-members.ts';
import { additionalProperties, dependentRequired, namedSchemas, properties } from './keywords-objects.ts';
import { content, pattern } from './keywords-strings.ts';
import { format, never, nullable, types } from './keywords-types.ts';
import { defaults, extensibleEnum, values } from './keywords-values.ts';

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
