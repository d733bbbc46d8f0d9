/** Rules of `enum`, `const`, `x-extensible-enum` and `default`. */
import type { KeywordRule } from './comparison.ts';
import { textOf } from '../documents/document.ts';
import type { Shape } from './shape.ts';

/** A value as text, equal for equal values in any order of keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** The listed values of a schema, without null, which the rule `nullable` compares. */
function listed(shape: Shape, text: boolean): Map<string, unknown> | undefined {
  const lists = [
    ...shape.values('enum').filter((list) => Array.isArray(list)),
    ...shape.values('const').map((value) => [value]),
  ].map(
    (list) =>
      new Map(
        list
          .filter((value) => value !== null)
          .map((value) => [text ? textOf(value) : canonical(value), value]),
      ),
  );
  const [first, ...others] = lists;
  if (first === undefined) return undefined;
  return new Map([...first].filter(([key]) => others.every((list) => list.has(key))));
}

const missing = (from: Map<string, unknown>, inside: Map<string, unknown>): unknown[] =>
  [...from].filter(([key]) => !inside.has(key)).map(([, value]) => value);

/** Compares `enum` and `const`; a `const` is a list of one. */
export const values: KeywordRule = ({ base, head, say, walk }) => {
  const before = listed(base, walk.text);
  const after = listed(head, walk.text);
  const constant =
    (before === undefined || base.value('const') !== undefined) &&
    (after === undefined || head.value('const') !== undefined);
  const keyword = constant ? 'const' : 'enum';
  if (before === undefined && after === undefined) return undefined;
  if (before === undefined) {
    say(`${keyword}.set`, undefined, [...after!.values()]);
  } else if (after === undefined) {
    say(`${keyword}.unset`, [...before.values()]);
  } else {
    const removed = missing(before, after);
    const added = missing(after, before);
    if (constant && removed.length > 0) {
      say('const.changed', removed[0], added[0]);
      return undefined;
    }
    if (removed.length > 0) say('enum.value-removed', removed);
    if (added.length > 0) say('enum.value-added', undefined, added);
  }
  return undefined;
};

/** Compares the lists of known values. */
export const extensibleEnum: KeywordRule = ({ base, head, say }) => {
  const list = (shape: Shape) => {
    const value = shape.value('x-extensible-enum');
    return Array.isArray(value)
      ? new Map(value.map((each): [string, unknown] => [canonical(each), each]))
      : undefined;
  };
  const before = list(base);
  const after = list(head);
  if (before === undefined && after === undefined) return undefined;
  if (before === undefined) say('x-extensible-enum.set', undefined, [...after!.values()]);
  else if (after === undefined) say('x-extensible-enum.unset', [...before.values()]);
  else {
    const removed = missing(before, after);
    const added = missing(after, before);
    if (removed.length > 0) say('x-extensible-enum.value-removed', removed);
    if (added.length > 0) say('x-extensible-enum.value-added', undefined, added);
  }
  return undefined;
};

/** Compares the default values. */
export const defaults: KeywordRule = ({ base, head, say }) => {
  const before = base.value('default');
  const after = head.value('default');
  if (canonical(before) === canonical(after)) return undefined;
  if (before === undefined) say('default.added', before, after);
  else say(after === undefined ? 'default.removed' : 'default.changed', before, after);
  return undefined;
};
