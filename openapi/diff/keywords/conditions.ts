/** Rules of `not`, `if`, `then` and `else`. */
import type { Conjunction } from './conjunction.ts';
import { type KeywordRule, type Walk, fits } from './comparison.ts';

/** `not` reverses the directions: a wider exclusion narrows the allowed values. */
export const not: KeywordRule = ({ base, head, say, walk }) => {
  const before = base.values('not').map((schema) => walk.base.conjoin(schema));
  const after = head.values('not').map((schema) => walk.head.conjoin(schema));
  const pairs = Math.min(before.length, after.length);
  const [requests, responses] =
    walk.direction === 'request' ? [walk, walk.opposite()] : [walk.opposite(), walk];
  for (let index = 0; index < pairs; index += 1) {
    const lessExcluded = !fits(requests, before[index]!, after[index]!);
    const moreExcluded = !fits(responses, before[index]!, after[index]!);
    if (lessExcluded && moreExcluded) say('not.changed');
    else if (lessExcluded) say('not.widened');
    else if (moreExcluded) say('not.narrowed');
  }
  if (before.length !== after.length) say(after.length > before.length ? 'not.added' : 'not.removed');
  return undefined;
};

/** Compares a condition and its branches. */
export const condition: KeywordRule = ({ base, head, say, into, walk }) => {
  for (const keyword of ['if', 'then', 'else']) {
    const before = base.schema(keyword);
    const after = head.schema(keyword);
    if (before === undefined && after === undefined) continue;
    if (before === undefined || after === undefined) {
      say(`${keyword}.${before === undefined ? 'added' : 'removed'}`);
    } else if (keyword !== 'if') into(`(${keyword})`, before, after);
    else if (!decidesAlike(walk, before, after)) say('if.changed');
  }
  return undefined;
};

const decidesAlike = (walk: Walk, before: Conjunction, after: Conjunction): boolean =>
  fits(walk, before, after) && fits(walk.opposite(), before, after);
