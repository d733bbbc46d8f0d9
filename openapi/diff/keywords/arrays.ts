/** items, prefixItems and unevaluatedItems. */
import type { KeywordRule } from './comparison.ts';
import { type Conjunction, saysNothing } from './conjunction.ts';
import type { Shape } from './shape.ts';

/** Position by position; beyond the prefix, `items` speaks. */
export const items: KeywordRule = ({ base, head, into, walk }) => {
  const before = base.schema('items');
  const after = head.schema('items');
  const anyBefore = before ?? walk.base.conjoin();
  const anyAfter = after ?? walk.head.conjoin();
  const positions = Math.max(base.prefixItems.length, head.prefixItems.length);
  for (let index = 0; index < positions; index += 1) {
    into(`[${index}]`, base.prefixItems[index] ?? anyBefore, head.prefixItems[index] ?? anyAfter);
  }
  if (before !== undefined || after !== undefined) into('[]', anyBefore, anyAfter);
  return undefined;
};

/** Keywords that hold one schema, that limits the value wherever it is added. */
export const singleSchemas: KeywordRule = ({ base, head, say, into }) => {
  for (const keyword of ['contains', 'propertyNames', 'unevaluatedItems']) {
    const before = limiting(keyword, base);
    const after = limiting(keyword, head);
    if (before !== undefined && after !== undefined) into(`(${keyword})`, before, after);
    else if (before !== undefined || after !== undefined) {
      say(`${keyword}.${before === undefined ? 'added' : 'removed'}`);
    }
  }
  return undefined;
};

/** `contains` asks for an item even if any will do; the others limit nothing when their schema does not. */
function limiting(keyword: string, shape: Shape): Conjunction | undefined {
  const schema = shape.schema(keyword);
  return schema !== undefined && keyword !== 'contains' && saysNothing(schema) ? undefined : schema;
}
