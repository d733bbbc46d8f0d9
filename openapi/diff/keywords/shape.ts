/** The shape of a conjunction: its keywords, as a rule reads them. */
import { type Conjunction, NULL_ALTERNATIVE, type Schemas } from './conjunction.ts';
import { type Node, isNode, listAt, nodeAt } from '../documents/document.ts';

export interface Bound {
  value: number;
  exclusive: boolean;
}

export interface Shape {
  conjunction: Conjunction;
  never: boolean;
  /** Without `null`; `undefined` means every type. */
  types: Set<string> | undefined;
  nullable: boolean;
  /** The value of a keyword in the first leaf that has it; outer schemas come first. */
  value: (keyword: string) => unknown;
  /** The distinct values of a keyword in all leaves. */
  values: (keyword: string) => unknown[];
  /** The tightest lower or upper bound. */
  bound: (keyword: string, side: 'lower' | 'upper') => Bound | undefined;
  required: Set<string>;
  properties: Map<string, Conjunction>;
  /** The conjunction of the schemas of a keyword. */
  schema: (keyword: string) => Conjunction | undefined;
  /** The schemas of a keyword that maps names to schemas, by name. */
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

/**
 * In 3.0 `nullable` of any leaf; in 3.1 `null` in all lists of types, or else in all lists of
 * values.
 */
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

/** Whether a leaf limits its values to a list. */
export const listsValues = (leaf: Node): boolean => Array.isArray(leaf.enum) || leaf.const !== undefined;

function boundOf(leaves: Node[], keyword: string, side: 'lower' | 'upper'): Bound | undefined {
  const exclusiveKeyword = { minimum: 'exclusiveMinimum', maximum: 'exclusiveMaximum' }[keyword];
  const found: Bound[] = [];
  for (const leaf of leaves) {
    const inclusive = leaf[keyword];
    const exclusive = exclusiveKeyword === undefined ? undefined : leaf[exclusiveKeyword];
    // In 3.0 `exclusiveMinimum` is a flag of the bound, in 3.1 a bound itself.
    if (typeof inclusive === 'number') found.push({ value: inclusive, exclusive: exclusive === true });
    if (typeof exclusive === 'number') found.push({ value: exclusive, exclusive: true });
  }
  const sign = side === 'lower' ? 1 : -1;
  return found.sort((a, b) => sign * (b.value - a.value) || Number(b.exclusive) - Number(a.exclusive))[0];
}
