/** Rules of `properties`, `required` and the other keywords of objects. */
import type { Comparison, KeywordRule } from './comparison.ts';
import { type Conjunction, allowsAll } from './conjunction.ts';
import { isNode, listAt } from '../documents/document.ts';
import { type KeyReader, lifecycleChanges, removalKind } from '../lifecycle.ts';
import { type Shape, shapeOf } from './shape.ts';

/** Compares each property by name: presence, required, visible in this direction. */
export const properties: KeywordRule = (comparison) => {
  const { base, head } = comparison;
  const names = new Set([
    ...base.properties.keys(),
    ...head.properties.keys(),
    ...base.required,
    ...head.required,
  ]);
  for (const name of names) {
    const before = base.properties.get(name);
    const after = head.properties.get(name);
    if (before !== undefined && after !== undefined) kept(comparison, name, before, after);
    else if (before !== undefined) removed(comparison, name, before);
    else if (after !== undefined) added(comparison, name, after);
    else undescribed(comparison, name);
  }
  return undefined;
};

/** Adds a remark on a property below. */
function sayOfProperty({ say }: Comparison, name: string, rule: string): void {
  say(rule, undefined, undefined, `.${name}`);
}

/** Read-only properties are hidden in requests, write-only ones in responses. */
function isHidden({ walk }: Comparison, shape: Shape): boolean {
  return shape.flag(walk.direction === 'request' ? 'readOnly' : 'writeOnly');
}

function removed(comparison: Comparison, name: string, before: Conjunction): void {
  const { walk, base } = comparison;
  const shape = shapeOf(walk.base, before);
  if (isHidden(comparison, shape)) return;
  const how = removalKind(readerOf(shape), walk.today);
  if (how === 'removed-as-announced' || how === 'removed-unstable') {
    sayOfProperty(comparison, name, `property.${how}`);
  } else if (walk.direction === 'request') {
    sayOfProperty(comparison, name, 'property.removed');
  } else {
    sayOfProperty(comparison, name, `property.removed-${base.required.has(name) ? 'required' : 'optional'}`);
  }
}

function added(comparison: Comparison, name: string, after: Conjunction): void {
  const { walk, base, head } = comparison;
  if (isHidden(comparison, shapeOf(walk.head, after))) return;
  const required = head.required.has(name) && !base.required.has(name);
  sayOfProperty(comparison, name, required ? 'property.added-required' : 'property.added');
}

function kept(comparison: Comparison, name: string, before: Conjunction, after: Conjunction): void {
  const { walk, base, head, into } = comparison;
  const was = shapeOf(walk.base, before);
  const is = shapeOf(walk.head, after);
  const wasHidden = isHidden(comparison, was);
  const isNowHidden = isHidden(comparison, is);
  const required = head.required.has(name);
  for (const change of lifecycleChanges(readerOf(was), readerOf(is), walk.today)) {
    sayOfProperty(comparison, name, `property.${change}`);
  }
  if (walk.direction === 'request') {
    if (wasHidden !== isNowHidden) {
      if (isNowHidden) sayOfProperty(comparison, name, 'property.became-read-only');
      else
        sayOfProperty(
          comparison,
          name,
          required ? 'property.added-required' : 'property.became-not-read-only',
        );
      return;
    }
    // A client that reads and writes back sends read-only properties too: compare their values.
  } else if (wasHidden || isNowHidden) {
    if (!wasHidden) sayOfProperty(comparison, name, 'property.became-write-only');
    else if (!isNowHidden) {
      sayOfProperty(comparison, name, `property.${required ? 'required-' : ''}became-not-write-only`);
    }
    return;
  }
  if (base.required.has(name) !== required && !isNowHidden) {
    sayOfProperty(comparison, name, required ? 'property.became-required' : 'property.became-optional');
  }
  into(`.${name}`, before, after);
}

function undescribed(comparison: Comparison, name: string): void {
  const { base, head } = comparison;
  if (base.required.has(name) === head.required.has(name)) return;
  sayOfProperty(
    comparison,
    name,
    head.required.has(name) ? 'required.undescribed-added' : 'required.undescribed-removed',
  );
}

const readerOf =
  (shape: Shape): KeyReader =>
  (key) =>
    shape.value(key);

/**
 * Compares `additionalProperties` and `unevaluatedProperties`: rules for undescribed properties.
 */
export const additionalProperties: KeywordRule = ({ base, head, say, into }) => {
  for (const keyword of ['additionalProperties', 'unevaluatedProperties']) {
    const before = opennessOf(base, keyword);
    const after = opennessOf(head, keyword);
    const schemas = [before, after].filter((each) => typeof each === 'object');
    if (before === after) continue;
    if (keyword === 'unevaluatedProperties' && schemas.length === 1 && ![before, after].includes('closed')) {
      say(`${keyword}.${typeof after === 'object' ? 'added' : 'removed'}`);
    } else if (typeof before === 'object' && typeof after === 'object') into('.*', before, after);
    else if (after === 'closed') say('additionalProperties.closed', keyword);
    else if (before === 'closed') say('additionalProperties.opened', keyword);
    else say(`additionalProperties.${after === 'open' ? 'unconstrained' : 'constrained'}`, keyword);
  }
  return undefined;
};

function opennessOf(shape: Shape, keyword: string): 'open' | 'closed' | Conjunction {
  if (shape.values(keyword).includes(false)) return 'closed';
  const schema = shape.schema(keyword);
  return schema === undefined || allowsAll(schema) ? 'open' : schema;
}

/** Compares `patternProperties` and `dependentSchemas`, which map names to schemas. */
export const namedSchemas: KeywordRule = ({ base, head, say, into }) => {
  for (const keyword of ['patternProperties', 'dependentSchemas']) {
    const before = base.schemaMap(keyword);
    const after = head.schemaMap(keyword);
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const was = before.get(name);
      const is = after.get(name);
      if (was !== undefined && is !== undefined) into(`(${keyword} ${name})`, was, is);
      else say(`${keyword}.${was === undefined ? 'added' : 'removed'}`, name);
    }
  }
  return undefined;
};

/** Compares `dependentRequired`: properties that another property requires. */
export const dependentRequired: KeywordRule = ({ base, head, say }) => {
  const listsOf = (shape: Shape) =>
    new Map(
      shape
        .values('dependentRequired')
        .filter(isNode)
        .flatMap((map) => Object.keys(map).map((name) => [name, listAt(map, name)] as const)),
    );
  const before = listsOf(base);
  const after = listsOf(head);
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(name);
    const is = after.get(name);
    if (was === undefined) say('dependentRequired.added', undefined, { [name]: is });
    else if (is === undefined) say('dependentRequired.removed', { [name]: was });
    else {
      const gained = is.some((each) => !was.includes(each));
      const lost = was.some((each) => !is.includes(each));
      if (!gained && !lost) continue;
      let rule = 'changed';
      if (!lost) rule = 'narrowed';
      else if (!gained) rule = 'widened';
      say(`dependentRequired.${rule}`, { [name]: was }, { [name]: is });
    }
  }
  return undefined;
};
