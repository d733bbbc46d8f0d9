/**
 * A conjunction: schemas that must hold together, with an identity.
 *
 * It gathers `$ref`, `allOf` and alternatives without a choice into leaves, objects of plain
 * keywords. Equal leaves give the same conjunction, so that the walk can detect recursion.
 */
import { type Document, type Node, isNode, listAt, target } from '../documents/document.ts';

export interface Conjunction {
  id: number;
  leaves: Node[];
}

/** An internal keyword of a leaf: null is one of the alternatives. */
export const NULL_ALTERNATIVE = 'null-alternative';

/** The schemas of a document during a comparison. */
export interface Schemas {
  document: Document;
  conjoin: (...schemas: unknown[]) => Conjunction;
  /** The conjunction without some keywords. */
  without: (conjunction: Conjunction, keywords: string[]) => Conjunction;
  ofType: (type: string) => Conjunction;
  /** The conjunction of several conjunctions. */
  together: (...conjunctions: Conjunction[]) => Conjunction;
}

const NEVER: Node = { never: true };
/** Keywords that annotate a schema without limiting it. */
const ANNOTATIONS = new Set(
  (
    'title description example examples externalDocs $comment xml deprecated default nullable ' +
    '$id $schema $anchor $defs definitions discriminator readOnly writeOnly'
  ).split(' '),
);

/** Whether a schema only annotates. */
export function onlyAnnotates(leaf: Node, besides: string[] = []): boolean {
  return Object.keys(leaf).every(
    (key) => ANNOTATIONS.has(key) || key.startsWith('x-') || besides.includes(key),
  );
}

/** Whether a conjunction allows every value. */
export const allowsAll = ({ leaves }: Conjunction): boolean => leaves.every((leaf) => onlyAnnotates(leaf));

/** Prepares the schemas of a document for a comparison. */
export function schemasOf(document: Document): Schemas {
  const ids = new WeakMap<Node, number>();
  const known = new Map<string, Conjunction>();
  const stripped = new Map<string, Node>();
  const typeLeaves = new Map<string, Node>();
  const nullTaken = new WeakMap<Node, Node>();
  let next = 0;

  const idOf = (leaf: Node): number => {
    const id = ids.get(leaf) ?? next++;
    ids.set(leaf, id);
    return id;
  };
  const intern = (leaves: Node[]): Conjunction => {
    const unique = [...new Set(leaves)].filter((leaf) => Object.keys(leaf).length > 0);
    const key = unique
      .map(idOf)
      .sort((a, b) => a - b)
      .join();
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = { id: next++, leaves: unique };
    known.set(key, made);
    return made;
  };
  const strip = (leaf: Node, keywords: string[]): Node => {
    if (!keywords.some((keyword) => keyword in leaf)) return leaf;
    const key = `${idOf(leaf)} ${keywords.join()}`;
    const found =
      stripped.get(key) ??
      Object.fromEntries(Object.entries(leaf).filter(([name]) => !keywords.includes(name)));
    stripped.set(key, found);
    return found;
  };
  /** A leaf of types alone; the same object for the same types. */
  const typeLeaf = (types: string[], withNull: boolean): Node => {
    const key = `${types.toSorted().join()} ${withNull}`;
    const found = typeLeaves.get(key) ?? {
      ...(types.length > 0 && { type: types }),
      ...(withNull && { [NULL_ALTERNATIVE]: true }),
    };
    typeLeaves.set(key, found);
    return found;
  };

  const gather = (schema: unknown, into: Node[], seen: Set<Node>): void => {
    if (schema === false) into.push(NEVER);
    if (!isNode(schema) || seen.has(schema)) return;
    seen.add(schema);
    if (typeof schema.$ref === 'string') {
      // OpenAPI 3.0 ignores the keywords beside $ref; 3.1 applies them.
      if (document.version === '3.1') gather(strip(schema, ['$ref']), into, seen);
      gather(target(document, schema.$ref), into, seen);
      return;
    }
    if (Array.isArray(schema.allOf)) {
      gather(strip(schema, ['allOf']), into, seen);
      for (const member of schema.allOf) gather(member, into, seen);
      return;
    }
    for (const keyword of ['oneOf', 'anyOf'] as const) {
      const members = listAt(schema, keyword);
      if (members.length === 0) continue;
      const others = members.filter((member) => !isNull(member));
      const withNull = others.length > 0 && others.length < members.length;
      const types = others.map(plainTypes);
      if (others.length === 1) {
        gather(strip(schema, [keyword]), into, seen);
        gather(others[0], into, seen);
        if (withNull) into.push(typeLeaf([], true));
        return;
      }
      if (types.every((type) => type !== undefined)) {
        gather(strip(schema, [keyword]), into, seen);
        const all = [...new Set(types.flat())];
        into.push(
          typeLeaf(
            all.filter((type) => type !== 'null'),
            withNull || all.includes('null'),
          ),
        );
        return;
      }
      if (withNull) {
        const found = nullTaken.get(schema) ?? { ...schema, [keyword]: others };
        nullTaken.set(schema, found);
        gather(found, into, seen);
        into.push(typeLeaf([], true));
        return;
      }
    }
    into.push(schema);
  };

  const resolved = (schema: unknown): Node | undefined => {
    let at = schema;
    for (let hops = 0; isNode(at) && typeof at.$ref === 'string' && hops < 50; hops += 1) {
      if (document.version === '3.1' && !onlyAnnotates(at, ['$ref'])) return undefined;
      at = target(document, at.$ref);
    }
    return isNode(at) ? at : undefined;
  };
  const isNull = (schema: unknown): boolean => {
    const node = resolved(schema);
    if (node === undefined || !onlyAnnotates(node, ['type', 'enum', 'const'])) return false;
    return (
      node.type === 'null' ||
      ('const' in node && node.const === null) ||
      (Array.isArray(node.enum) && node.enum.length > 0 && node.enum.every((value) => value === null))
    );
  };
  /** The types of a schema that has no other keyword. */
  const plainTypes = (schema: unknown): string[] | undefined => {
    const node = resolved(schema);
    if (node === undefined || node.type === undefined || !onlyAnnotates(node, ['type'])) return undefined;
    const types = [node.type].flat().filter((type) => typeof type === 'string');
    return node.nullable === true ? [...types, 'null'] : types;
  };

  const conjoin = (...schemas: unknown[]): Conjunction => {
    const leaves: Node[] = [];
    const seen = new Set<Node>();
    for (const schema of schemas) gather(schema, leaves, seen);
    return intern(leaves);
  };
  return {
    document,
    conjoin,
    ofType: (type) => intern([typeLeaf([type], false)]),
    without: (conjunction, keywords) => intern(conjunction.leaves.map((leaf) => strip(leaf, keywords))),
    together: (...conjunctions) => intern(conjunctions.flatMap(({ leaves }) => leaves)),
  };
}
