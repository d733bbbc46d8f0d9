/** Rules of `items`, `prefixItems`, `contains` and `unevaluatedItems`. */
import type { KeywordRule } from './comparison.ts';
import { type Conjunction, allowsAll } from './conjunction.ts';
import type { Shape } from './shape.ts';

/** Compares position by position; `items` applies after the prefix. */
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

/** Keywords whose value is one schema; adding it limits the value. */
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

/** The schema of a keyword that limits something. `contains` always does: it requires an item. */
function limiting(keyword: string, shape: Shape): Conjunction | undefined {
  const schema = shape.schema(keyword);
  return schema !== undefined && keyword !== 'contains' && allowsAll(schema) ? undefined : schema;
}
