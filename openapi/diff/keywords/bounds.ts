/** Rules of bounds: numbers, lengths and counts. They apply whatever the `type` beside them. */
import type { Comparison, KeywordRule } from './comparison.ts';
import type { Bound, Shape } from './shape.ts';

const UPPER = ['maximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'];
const LOWER = ['minimum', 'minLength', 'minItems', 'minProperties', 'minContains'];

/** Every bound: set, unset or moved. */
export const bounds: KeywordRule = (comparison) => {
  for (const keyword of UPPER) compareBound(comparison, keyword, 'upper');
  for (const keyword of LOWER) compareBound(comparison, keyword, 'lower');
  return undefined;
};

function compareBound({ base, head, say }: Comparison, keyword: string, side: 'lower' | 'upper'): void {
  // Without `contains` on both sides, minContains and maxContains have no effect.
  if (keyword.endsWith('Contains') && !(base.schema('contains') && head.schema('contains'))) return;
  const before = effective(base, keyword, side);
  const after = effective(head, keyword, side);
  const values: [unknown, unknown] = [before && text(before), after && text(after)];
  if (before === undefined && after === undefined) return;
  if (before === undefined) say(`${keyword}.set`, ...values);
  else if (after === undefined) say(`${keyword}.unset`, ...values);
  else {
    const moved =
      after.value - before.value ||
      (Number(before.exclusive) - Number(after.exclusive)) * (side === 'upper' ? 1 : -1);
    if (moved !== 0) say(`${keyword}.${moved > 0 ? 'raised' : 'lowered'}`, ...values);
  }
}

const text = ({ value, exclusive }: Bound): unknown => (exclusive ? `${value}, exclusive` : value);

/** The effective bound. Bounds of integers become inclusive; a minimum count of 0 has no effect. */
function effective(shape: Shape, keyword: string, side: 'lower' | 'upper'): Bound | undefined {
  const bound = shape.bound(keyword, side);
  if (keyword === 'minContains') return bound ?? { value: 1, exclusive: false };
  if (bound === undefined) return undefined;
  if (keyword.startsWith('min') && keyword !== 'minimum' && bound.value <= 0) return undefined;
  if (bound.exclusive && shape.types?.size === 1 && shape.types.has('integer')) {
    return {
      value: side === 'upper' ? Math.ceil(bound.value) - 1 : Math.floor(bound.value) + 1,
      exclusive: false,
    };
  }
  return bound;
}

function stepOf(shape: Shape): number | undefined {
  const step = shape.value('multipleOf');
  return typeof step === 'number' ? step : undefined;
}

/** Compares the steps of numbers. */
export const multipleOf: KeywordRule = ({ base, head, say }) => {
  const before = stepOf(base);
  const after = stepOf(head);
  if (before === after) return undefined;
  let rule = 'changed';
  if (before === undefined) rule = 'set';
  else if (after === undefined) rule = 'unset';
  else if (divides(after, before)) rule = 'widened';
  else if (divides(before, after)) rule = 'narrowed';
  say(`multipleOf.${rule}`, before, after);
  return undefined;
};

const divides = (step: number, value: number): boolean =>
  Math.abs(value / step - Math.round(value / step)) < 1e-9;

/** Compares whether items must differ. */
export const uniqueItems: KeywordRule = ({ base, head, say }) => {
  if (base.flag('uniqueItems') !== head.flag('uniqueItems')) {
    say(
      head.flag('uniqueItems') ? 'uniqueItems.set' : 'uniqueItems.unset',
      base.flag('uniqueItems'),
      head.flag('uniqueItems'),
    );
  }
  return undefined;
};
