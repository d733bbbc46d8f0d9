/** Rules of `oneOf`, `anyOf`, `allOf` and `discriminator`. */
import { type Comparison, type KeywordRule, type Walk, fits, same } from './comparison.ts';
import { type Conjunction, NULL_ALTERNATIVE, type Schemas, onlyAnnotates } from './conjunction.ts';
import { type Node, isNode, listAt, nodeAt, textOf } from '../documents/document.ts';
import { canonical } from './values.ts';
import type { Shape } from './shape.ts';

const ALTERNATIVES = ['oneOf', 'anyOf'] as const;

interface Group {
  keyword: (typeof ALTERNATIVES)[number];
  members: unknown[];
  /** Whether the contract announces that later releases add alternatives. */
  isExtensible: boolean;
}

/** The lists of alternatives of a shape. */
export function alternativesOf(shape: Shape): Group[] {
  return shape.conjunction.leaves.flatMap((leaf) =>
    ALTERNATIVES.filter((keyword) => listAt(leaf, keyword).length > 0).map((keyword) => ({
      keyword,
      members: listAt(leaf, keyword),
      isExtensible: keyword === 'oneOf' && leaf['x-extensible-one-of'] === true,
    })),
  );
}

/** One side of a comparison, with the keywords that all its alternatives share. */
interface Side {
  schemas: Schemas;
  whole: Conjunction;
  shared: Conjunction;
}

const sideOf = (schemas: Schemas, shape: Shape): Side => ({
  schemas,
  whole: shape.conjunction,
  shared: schemas.without(shape.conjunction, [...ALTERNATIVES]),
});

/** One alternative together with the shared keywords. */
const branch = (side: Side, member: unknown): Conjunction =>
  side.schemas.together(side.shared, side.schemas.conjoin(member));

/**
 * Compares alternatives; ends the comparison of a schema that became or ceased to be alternatives.
 */
export const alternatives: KeywordRule = (comparison) => {
  const { base, head, walk } = comparison;
  const before = alternativesOf(base);
  const after = alternativesOf(head);
  if (before.length === 0 && after.length === 0) return undefined;
  const from = sideOf(walk.base, base);
  const to = sideOf(walk.head, head);
  const pairs = Math.min(before.length, after.length);
  for (const group of after.slice(pairs)) wrapped(comparison, from, to, group);
  for (const group of before.slice(pairs)) unwrapped(comparison, from, to, group);
  if (pairs === 0) return 'stop';
  // Shared keywords may have moved into or out of the alternatives: then each is compared whole.
  const sharedKept = same(walk, from.shared, to.shared);
  let wholes = false;
  for (let index = 0; index < pairs; index += 1) {
    wholes = regrouped(comparison, from, to, before[index]!, after[index]!, sharedKept) || wholes;
  }
  return wholes ? 'stop' : undefined;
};

/** One schema became alternatives. */
function wrapped({ say, walk }: Comparison, from: Side, to: Side, group: Group): void {
  const branches = group.members.map((member) => branch(to, member));
  const fit =
    walk.direction === 'response'
      ? branches.every((each) => fits(walk, from.whole, each))
      : branches.some((each) => same(walk, from.whole, each)) ||
        pieces(from).every((piece) => isAccepted(group, branches, (each) => fits(walk, piece, each)));
  say(
    fit ? 'oneOf.wrapped' : 'oneOf.wrapped-unfit',
    undefined,
    `${group.keyword} of ${group.members.length}`,
  );
}

/** Alternatives became one schema. */
function unwrapped({ say, walk }: Comparison, from: Side, to: Side, group: Group): void {
  const branches = group.members.map((member) => branch(from, member));
  const fit =
    walk.direction === 'request'
      ? branches.every((each) => fits(walk, each, to.whole))
      : branches.some((each) => same(walk, each, to.whole)) ||
        pieces(to).every((piece) => isAccepted(group, branches, (each) => fits(walk, each, piece)));
  say(fit ? 'oneOf.unwrapped' : 'oneOf.unwrapped-unfit', `${group.keyword} of ${group.members.length}`);
}

/** Whether an alternative accepts a schema; in `oneOf`, exactly one must. */
function isAccepted(group: Group, branches: Conjunction[], accepts: (each: Conjunction) => boolean): boolean {
  const accepting = branches.filter(accepts).length;
  return group.keyword === 'oneOf' ? accepting === 1 : accepting > 0;
}

/** A schema of several types as one schema a type. */
function pieces({ schemas, whole }: Side): Conjunction[] {
  const types = whole.leaves.map((leaf) => leaf.type).find((type) => Array.isArray(type) && type.length > 1);
  return Array.isArray(types)
    ? types.map((type: string) => schemas.together(schemas.without(whole, ['type']), schemas.ofType(type)))
    : [whole];
}

/** @returns whether the alternatives were compared together with the shared keywords */
function regrouped(
  comparison: Comparison,
  from: Side,
  to: Side,
  before: Group,
  after: Group,
  sharedKept: boolean,
): boolean {
  const { say, into, walk } = comparison;
  if (before.keyword !== after.keyword) {
    say(`${before.keyword}.became-${after.keyword}`);
  }
  const { pairs, removed, added } = match(walk, before.members, after.members);
  const membersKept = () =>
    removed.length + added.length === 0 &&
    pairs.every(([was, is]) => same(walk, walk.base.conjoin(was), walk.head.conjoin(is)));
  const whole = !sharedKept && !membersKept();
  for (const [was, is, index] of pairs) {
    const step = `(${after.keyword} ${nameOf(is) ?? index})`;
    if (whole) into(step, branch(from, was), branch(to, is));
    else into(step, walk.base.conjoin(was), walk.head.conjoin(is));
  }
  for (const member of removed) say(`${before.keyword}.removed`, label(member));
  const rule = before.isExtensible ? 'oneOf.added-extensible' : `${after.keyword}.added`;
  for (const member of added) say(rule, undefined, label(member));
  return whole;
}

const nameOf = (member: unknown): string | undefined =>
  isNode(member) && typeof member.$ref === 'string' ? member.$ref.split('/').at(-1) : undefined;

const label = (member: unknown): unknown => nameOf(member) ?? member;

/** Pairs the alternatives of both sides: by name, then by equality, then by compatibility. */
function match(
  walk: Walk,
  before: unknown[],
  after: unknown[],
): { pairs: [unknown, unknown, number][]; removed: unknown[]; added: unknown[] } {
  const pairs: [unknown, unknown, number][] = [];
  let removed = before;
  let added = after;
  const pairUp = (alike: (was: unknown, is: unknown) => boolean): void => {
    for (const was of removed) {
      const is = added.find((each) => alike(was, each));
      if (is === undefined) continue;
      pairs.push([was, is, after.indexOf(is)]);
      removed = removed.filter((each) => each !== was);
      added = added.filter((each) => each !== is);
    }
  };
  const conjoined = (was: unknown, is: unknown): [Conjunction, Conjunction] => [
    walk.base.conjoin(was),
    walk.head.conjoin(is),
  ];
  // By name first: comparing every schema with every other is expensive.
  pairUp((was, is) => nameOf(was) !== undefined && nameOf(was) === nameOf(is));
  pairUp((was, is) => same(walk, ...conjoined(was, is)));
  pairUp((was, is) => fits(walk, ...conjoined(was, is)));
  // Pair the remaining unnamed alternatives as edited in place.
  pairUp((was, is) => nameOf(was) === undefined && nameOf(is) === undefined);
  return { pairs, removed, added };
}

/** Finds a schema added to a conjunction whose other schemas are unchanged. */
export const conjuncts: KeywordRule = ({ base, head, say, walk }) => {
  const before = base.conjunction.leaves;
  if (before.length < 2) return undefined;
  let added: Node[] = head.conjunction.leaves;
  for (const leaf of before) {
    const kept = added.find((each) => same(walk, walk.base.conjoin(leaf), walk.head.conjoin(each)));
    if (kept === undefined) return undefined;
    added = added.filter((each) => each !== kept);
  }
  for (const leaf of added) {
    if (onlyAnnotates(leaf, [NULL_ALTERNATIVE]) || onlyAddsProperties(leaf, base)) continue;
    say('allOf.added', undefined, Object.keys(leaf).join(', '));
  }
  return undefined;
};

/** Whether a schema only describes properties that were undescribed, and so limits nothing. */
const onlyAddsProperties = (leaf: Node, base: Shape): boolean =>
  onlyAnnotates(leaf, ['type', 'properties']) &&
  isNode(leaf.properties) &&
  Object.keys(leaf.properties).every((name) => !base.properties.has(name));

/** Compares the property and the values that select an alternative. */
export const discriminator: KeywordRule = ({ base, head, say, walk }) => {
  const before = base.value('discriminator');
  const after = head.value('discriminator');
  if (!isNode(before) && !isNode(after)) return undefined;
  if (!isNode(before) || !isNode(after)) {
    say(isNode(after) ? 'discriminator.added' : 'discriminator.removed');
    return undefined;
  }
  if (before.propertyName !== after.propertyName) {
    say('discriminator.property-changed', before.propertyName, after.propertyName);
  }
  const was = nodeAt(before, 'mapping');
  const is = nodeAt(after, 'mapping');
  for (const value of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (!(value in was)) say('discriminator.mapping-added', undefined, value);
    else if (!(value in is)) say('discriminator.mapping-removed', value);
    else if (was[value] !== is[value] && !sameTarget(walk, was[value], is[value])) {
      say(
        'discriminator.mapping-changed',
        `${value}: ${textOf(was[value])}`,
        `${value}: ${textOf(is[value])}`,
      );
    }
  }
  return undefined;
};

/** Whether two mapped schemas differ in their names only. */
function sameTarget(walk: Walk, was: unknown, is: unknown): boolean {
  const named = ({ document }: Schemas, name: unknown): unknown => {
    const ref = textOf(name);
    const schemas = nodeAt(nodeAt(document.root, 'components'), 'schemas');
    return schemas[ref.startsWith('#') ? (ref.split('/').at(-1) ?? '') : ref];
  };
  const before = named(walk.base, was);
  const after = named(walk.head, is);
  return (
    before !== undefined &&
    after !== undefined &&
    (canonical(before) === canonical(after) ||
      same(walk, walk.base.conjoin(before), walk.head.conjoin(after)))
  );
}
