/** A conjunction of schemas, read keyword by keyword: what a rule looks at. */
import { type Conjunction, NULL_ALTERNATIVE, type Schemas } from './conjunction.ts';
import { type Node, isNode, listAt, nodeAt } from '../documents/document.ts';

export interface Bound {
  value: number;
  exclusive: boolean;
}

export interface Shape {
  conjunction: Conjunction;
  never: boolean;
  /** Without `null`; `undefined` is every type. */
  types: Set<string> | undefined;
  nullable: boolean;
  /** The first value that a leaf gives to a keyword; outer schemas come first. */
  value: (keyword: string) => unknown;
  /** The values that leaves give to a keyword, each once. */
  values: (keyword: string) => unknown[];
  /** The tighter of all lower, or upper, bounds. */
  bound: (keyword: string, side: 'lower' | 'upper') => Bound | undefined;
  required: Set<string>;
  properties: Map<string, Conjunction>;
  /** The schemas of a keyword, together. */
  schema: (keyword: string) => Conjunction | undefined;
  /** The schemas of a keyword that maps names to schemas. */
  schemaMap: (keyword: string) => Map<string, Conjunction>;
  prefixItems: Conjunction[];
  flag: (keyword: string) => boolean;
}

/** Reads a conjunction. */
export function shapeOf(schemas: Schemas, conjunction: Conjunction): Shape {
  const { leaves } = conjunction;
  const values = (keyword: string) => [
    ...new Set(leaves.filter((leaf) => leaf[keyword] !== undefined).map((leaf) => leaf[keyword])),
  ];
  const schemaMap = (keyword: string) => {
    const lists = new Map<string, unknown[]>();
    for (const leaf of leaves) {
      for (const [name, schema] of Object.entries(nodeAt(leaf, keyword))) {
        lists.set(name, [...(lists.get(name) ?? []), schema]);
      }
    }
    return new Map([...lists].map(([name, list]) => [name, schemas.conjoin(...list)]));
  };
  return {
    conjunction,
    never: leaves.some((leaf) => leaf.never === true),
    types: typesOf(leaves),
    nullable: isNullable(leaves, schemas.document.version),
    value: (keyword) => values(keyword)[0],
    values,
    bound: (keyword, side) => boundOf(leaves, keyword, side),
    required: new Set(
      leaves.flatMap((leaf) => listAt(leaf, 'required')).filter((name) => typeof name === 'string'),
    ),
    properties: schemaMap('properties'),
    schema: (keyword) => {
      const found = leaves.filter((leaf) => isNode(leaf[keyword]) || typeof leaf[keyword] === 'boolean');
      return found.length === 0 ? undefined : schemas.conjoin(...found.map((leaf) => leaf[keyword]));
    },
    schemaMap,
    prefixItems: listAt(
      leaves.find((leaf) => Array.isArray(leaf.prefixItems)),
      'prefixItems',
    ).map((item) => schemas.conjoin(item)),
    flag: (keyword) => leaves.some((leaf) => leaf[keyword] === true),
  };
}

function typesOf(leaves: Node[]): Set<string> | undefined {
  let all: Set<string> | undefined;
  for (const leaf of leaves) {
    if (leaf.type === undefined) continue;
    const own = new Set([leaf.type].flat().filter((type) => typeof type === 'string' && type !== 'null'));
    all = all === undefined ? (own as Set<string>) : both(all, own as Set<string>);
  }
  return all;
}

function both(a: Set<string>, b: Set<string>): Set<string> {
  const shared = new Set([...a].filter((type) => b.has(type)));
  // integer is part of number
  if (
    !shared.has('integer') &&
    (a.has('integer') || b.has('integer')) &&
    (a.has('number') || b.has('number'))
  ) {
    shared.add('integer');
  }
  return shared;
}

/** In 3.0 `nullable`, read leniently beside `allOf`; in 3.1 `null` among the types of all leaves that have types, or among the values. */
function isNullable(leaves: Node[], version: '3.0' | '3.1'): boolean {
  if (leaves.some((leaf) => leaf[NULL_ALTERNATIVE] === true || leaf.nullable === true)) return true;
  if (version === '3.0') return false;
  const lists = leaves.filter((leaf) => leaf.type !== undefined).map((leaf) => [leaf.type].flat());
  if (lists.length > 0) return lists.every((types) => types.includes('null'));
  const listed = leaves.filter(listsValues);
  return (
    listed.length > 0 && listed.every((leaf) => leaf.const === null || listAt(leaf, 'enum').includes(null))
  );
}

/** Whether a leaf limits its values to a list, which then says whether null is one of them. */
export const listsValues = (leaf: Node): boolean => Array.isArray(leaf.enum) || leaf.const !== undefined;

function boundOf(leaves: Node[], keyword: string, side: 'lower' | 'upper'): Bound | undefined {
  const exclusiveKeyword = { minimum: 'exclusiveMinimum', maximum: 'exclusiveMaximum' }[keyword];
  const found: Bound[] = [];
  for (const leaf of leaves) {
    const inclusive = leaf[keyword];
    const exclusive = exclusiveKeyword === undefined ? undefined : leaf[exclusiveKeyword];
    // 3.0 marks the bound as exclusive, 3.1 gives a bound of its own.
    if (typeof inclusive === 'number') found.push({ value: inclusive, exclusive: exclusive === true });
    if (typeof exclusive === 'number') found.push({ value: exclusive, exclusive: true });
  }
  const sign = side === 'lower' ? 1 : -1;
  return found.sort((a, b) => sign * (b.value - a.value) || Number(b.exclusive) - Number(a.exclusive))[0];
}
