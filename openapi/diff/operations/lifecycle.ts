/** Deprecation, sunset and stability: what was promised about the future of an operation, a parameter or a property. */
import { type Node, textOf } from '../documents/document.ts';

/** Answers what an element says under a key. */
export type Says = (key: string) => unknown;

/** An object of the document as an element. */
export const saysOf =
  (node: Node): Says =>
  (key) =>
    node[key];

const LEVELS = ['draft', 'alpha', 'beta', 'stable'];

/** Whether the element promised nothing: its stability level is `draft` or `alpha`. */
export function isUnstable(says: Says): boolean {
  return ['draft', 'alpha'].includes(textOf(says('x-stability-level')));
}

/** The day of `x-sunset` as `YYYY-MM-DD`; `invalid` when it is no date, `undefined` when there is none. */
function sunsetOf(says: Says): string | undefined {
  const value = says('x-sunset');
  if (value === undefined) return undefined;
  const text = textOf(value);
  return /^\d{4}-\d\d-\d\d(T.*)?$/.test(text) && !Number.isNaN(Date.parse(text))
    ? text.slice(0, 10)
    : 'invalid';
}

/**
 * How the removal of an element is to be seen.
 *
 * @param today `YYYY-MM-DD`
 */
export function removal(
  says: Says,
  today: string,
): 'removed' | 'removed-unstable' | 'removed-as-announced' | 'removed-before-sunset' {
  if (isUnstable(says)) return 'removed-unstable';
  if (says('deprecated') !== true) return 'removed';
  const sunset = sunsetOf(says);
  if (sunset === 'invalid') return 'removed';
  return sunset === undefined || sunset <= today ? 'removed-as-announced' : 'removed-before-sunset';
}

/**
 * What changed in the promises about an element that both sides have: the last parts of rule names.
 *
 * @param today `YYYY-MM-DD`
 */
export function promises(base: Says, head: Says, today: string): string[] {
  return [...deprecation(base, head, today), ...stability(base, head)];
}

function deprecation(base: Says, head: Says, today: string): string[] {
  const was = base('deprecated') === true;
  const is = head('deprecated') === true;
  if (was && !is) return ['reactivated'];
  if (!is) return [];
  const before = was ? sunsetOf(base) : undefined;
  const after = sunsetOf(head);
  const news = was ? [] : ['deprecated'];
  if (before === after) return news;
  if (after === 'invalid') return [...news, 'sunset-invalid'];
  if (after === undefined) return [...news, 'sunset-removed'];
  if (after < today) return [...news, 'sunset-passed'];
  if (before === undefined || before === 'invalid') return news;
  return [after < before ? 'sunset-brought-forward' : 'sunset-moved'];
}

function stability(base: Says, head: Says): string[] {
  const before = base('x-stability-level');
  const after = head('x-stability-level');
  if (before === after) return [];
  const known = (level: unknown) => level === undefined || LEVELS.includes(level as string);
  if (!known(after)) return ['stability-invalid'];
  // What says nothing of its stability is as good as stable.
  const rank = (level: unknown) => LEVELS.indexOf(level === undefined ? 'stable' : (level as string));
  if (!known(before) || rank(before) === rank(after)) return [];
  return [rank(after) < rank(before) ? 'stability-decreased' : 'stability-increased'];
}
