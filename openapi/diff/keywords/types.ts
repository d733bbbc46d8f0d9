/** Rules of `type`, `nullable` and `format`. */
import type { Comparison, KeywordRule, Walk } from './comparison.ts';
import { textOf } from '../documents/document.ts';
import { alternativesOf } from './members.ts';
import { type Shape, listsValues, shapeOf } from './shape.ts';

/** Finds schemas that allow no value, such as `false`. */
export const never: KeywordRule = ({ base, head, say }) => {
  if (base.never && head.never) return 'stop';
  if (!base.never && !head.never) return undefined;
  say(head.never ? 'schema.never' : 'schema.possible');
  return 'stop';
};

/** Compares the sets of types. */
export const types: KeywordRule = (comparison) => {
  const { base, head, say, walk } = comparison;
  if (becameList(comparison)) return 'stop';
  const before = base.types ?? impliedBy(base, head);
  const after = head.types ?? impliedBy(head, base);
  const shrunk = contains(before, after, walk.text && isAnyText(base));
  const grown = contains(after, before, walk.text && isAnyText(head));
  if (shrunk && grown) return undefined;
  let rule = 'type.changed';
  if (shrunk) rule = 'type.narrowed';
  else if (grown) rule = 'type.widened';
  say(rule, before && [...before], after && [...after]);
  return rule === 'type.changed' && shareNothing(before, after) ? 'stop' : undefined;
};

/** A string without a format; as text, it covers every value. */
const isAnyText = (shape: Shape): boolean => shape.value('format') === undefined;

/** Whether a parameter became a list whose single item is written as the old value. */
function becameList({ base, head, into, say, walk }: Comparison): boolean {
  const only = (shape: Shape, type: string) => shape.types?.size === 1 && shape.types.has(type);
  const items = head.schema('items');
  if (!walk.text || walk.direction !== 'request' || items === undefined || !only(head, 'array')) return false;
  if (base.types === undefined || base.types.has('array') || base.types.has('object')) return false;
  if ((head.bound('minItems', 'lower')?.value ?? 0) > 1) return false;
  say('type.widened', [...base.types], ['array']);
  const item = shapeOf(walk.head, items);
  // As text, a string covers every value.
  const free = item.types?.has('string') === true && isAnyText(item) ? ['type'] : [];
  into('[]', walk.base.without(base.conjunction, free), walk.head.without(items, free));
  return true;
}

/** The types that other keywords or listed values imply, if they agree with the other side. */
function impliedBy(shape: Shape, other: Shape): Set<string> | undefined {
  const types = other.types;
  if (types === undefined) return undefined;
  const has = (keywords: string[]) => keywords.some((keyword) => shape.value(keyword) !== undefined);
  const only = (type: string) => types.size === 1 && types.has(type);
  const listed = [
    ...shape.values('const'),
    ...shape.values('enum').flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : [])),
  ].filter((value) => value !== null);
  const agrees =
    (only('object') && has(['properties', 'required', 'additionalProperties', 'patternProperties'])) ||
    (only('array') && has(['items', 'prefixItems'])) ||
    (listed.length > 0 && listed.every((value) => isOfType(value, types)));
  return agrees ? types : undefined;
}

function isOfType(value: unknown, types: Set<string>): boolean {
  if (typeof value === 'number') {
    return types.has('number') || (types.has('integer') && Number.isInteger(value));
  }
  if (Array.isArray(value)) return types.has('array');
  return types.has(typeof value);
}

function contains(all: Set<string> | undefined, part: Set<string> | undefined, text: boolean): boolean {
  if (all === undefined) return true;
  // With several types listed, a string does not cover the others.
  if (text && all.has('string') && (part === undefined || part.size < 2)) return true;
  if (part === undefined) return false;
  return [...part].every((type) => all.has(type) || (type === 'integer' && all.has('number')));
}

function shareNothing(before: Set<string> | undefined, after: Set<string> | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  const numeric = (types: Set<string>) => types.has('number') || types.has('integer');
  return ![...before].some((type) => after.has(type)) && !(numeric(before) && numeric(after));
}

/** Compares whether null is allowed, if both sides state it. */
export const nullable: KeywordRule = ({ base, head, say, walk }) => {
  // In 3.1 a schema without types, values or alternatives allows null implicitly.
  const silent = (shape: Shape, version: string) =>
    version === '3.1' &&
    !shape.nullable &&
    shape.types === undefined &&
    !shape.conjunction.leaves.some(listsValues) &&
    alternativesOf(shape).length === 0;
  if (silent(base, walk.base.document.version) || silent(head, walk.head.document.version)) return undefined;
  if (base.nullable !== head.nullable) {
    say(head.nullable ? 'nullable.set' : 'nullable.unset', base.nullable, head.nullable);
  }
  return undefined;
};

/** Format → formats that include all its values. */
const WIDER_FORMATS: Record<string, string[]> = {
  int8: ['int16', 'int32', 'int64', 'float', 'double'],
  int16: ['int32', 'int64', 'float', 'double'],
  int32: ['int64', 'float', 'double'],
  int64: ['float', 'double'],
  float: ['double'],
  email: ['idn-email'],
  hostname: ['idn-hostname'],
  uri: ['uri-reference', 'iri', 'iri-reference'],
  iri: ['iri-reference'],
  'uri-reference': ['iri-reference'],
};

/** Compares the formats. */
export const format: KeywordRule = ({ base, head, say, walk }) => {
  const before = formatOf(base, isUpgrade(walk));
  const after = formatOf(head, isUpgrade(walk));
  if (before === after) return undefined;
  let rule = 'format.changed';
  if (before === undefined) rule = 'format.set';
  else if (after === undefined) rule = 'format.unset';
  else if (WIDER_FORMATS[before]?.includes(after)) rule = 'format.widened';
  else if (WIDER_FORMATS[after]?.includes(before)) rule = 'format.narrowed';
  say(rule, before, after);
  return undefined;
};

/** Whether the versions differ: 3.0 has the format `byte`, 3.1 an encoding instead. */
export const isUpgrade = ({ base, head }: Walk): boolean => base.document.version !== head.document.version;

function formatOf(shape: Shape, upgrade: boolean): string | undefined {
  const value = shape.value('format');
  return value === undefined || (upgrade && value === 'byte') ? undefined : textOf(value);
}
