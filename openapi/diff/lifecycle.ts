/** Deprecation, sunset and stability of an operation, a parameter or a property. */
import { type Node, textOf } from './documents/document.ts';
import type { Verdict } from './finding.ts';

/** The verdict and the reason of each lifecycle change, in the order of the tables of rules. */
export const LIFECYCLE_VERDICTS: [change: string, verdict: Verdict, why: string][] = [
  ['deprecated', 'compatible', 'it still works'],
  ['reactivated', 'compatible', 'it is no longer due for removal'],
  ['sunset-invalid', 'breaking', 'the sunset is not a date'],
  ['sunset-removed', 'breaking', 'the date of removal is unknown now'],
  ['sunset-moved', 'compatible', 'the sunset is later than before'],
  ['sunset-brought-forward', 'breaking', 'the removal is earlier than announced'],
  ['sunset-passed', 'breaking', 'the sunset is in the past'],
  ['stability-invalid', 'breaking', 'the level must be draft, alpha, beta or stable'],
  ['stability-decreased', 'breaking', 'the stability level is lower than before'],
  ['stability-increased', 'compatible', 'the stability level is higher than before'],
];

/** Reads a key of an element. */
export type KeyReader = (key: string) => unknown;

/** The reader of an object of the document. */
export const readerOf =
  (node: Node): KeyReader =>
  (key) =>
    node[key];

const LEVELS = ['draft', 'alpha', 'beta', 'stable'];

/** Whether the element may change at any time: its stability level is `draft` or `alpha`. */
export function isUnstable(read: KeyReader): boolean {
  return ['draft', 'alpha'].includes(textOf(read('x-stability-level')));
}

/** The day of `x-sunset`, `YYYY-MM-DD`; `invalid` if it is not a date, `undefined` if absent. */
function sunsetOf(read: KeyReader): string | undefined {
  const value = read('x-sunset');
  if (value === undefined) return undefined;
  const text = textOf(value);
  return /^\d{4}-\d\d-\d\d(T.*)?$/.test(text) && !Number.isNaN(Date.parse(text))
    ? text.slice(0, 10)
    : 'invalid';
}

/**
 * The kind of a removal, as the last part of a rule name.
 *
 * @param today `YYYY-MM-DD`
 */
export function removalKind(
  read: KeyReader,
  today: string,
): 'removed' | 'removed-unstable' | 'removed-as-announced' | 'removed-before-sunset' {
  if (isUnstable(read)) return 'removed-unstable';
  if (read('deprecated') !== true) return 'removed';
  const sunset = sunsetOf(read);
  if (sunset === 'invalid') return 'removed';
  return sunset === undefined || sunset <= today ? 'removed-as-announced' : 'removed-before-sunset';
}

/**
 * The lifecycle changes of an element that both sides have, as the last parts of rule names.
 *
 * @param today `YYYY-MM-DD`
 */
export function lifecycleChanges(base: KeyReader, head: KeyReader, today: string): string[] {
  return [...deprecation(base, head, today), ...stability(base, head)];
}

function deprecation(base: KeyReader, head: KeyReader, today: string): string[] {
  const was = base('deprecated') === true;
  const is = head('deprecated') === true;
  if (was && !is) return ['reactivated'];
  if (!is) return [];
  const before = was ? sunsetOf(base) : undefined;
  const after = sunsetOf(head);
  const changes = was ? [] : ['deprecated'];
  if (before === after) return changes;
  if (after === 'invalid') return [...changes, 'sunset-invalid'];
  if (after === undefined) return [...changes, 'sunset-removed'];
  if (after < today) return [...changes, 'sunset-passed'];
  if (before === undefined || before === 'invalid') return changes;
  return [after < before ? 'sunset-brought-forward' : 'sunset-moved'];
}

function stability(base: KeyReader, head: KeyReader): string[] {
  const before = base('x-stability-level');
  const after = head('x-stability-level');
  if (before === after) return [];
  const known = (level: unknown) => level === undefined || LEVELS.includes(level as string);
  if (!known(after)) return ['stability-invalid'];
  // Without a stability level, an element is stable.
  const rank = (level: unknown) => LEVELS.indexOf(level === undefined ? 'stable' : (level as string));
  if (!known(before) || rank(before) === rank(after)) return [];
  return [rank(after) < rank(before) ? 'stability-decreased' : 'stability-increased'];
}
