/** A parsed OpenAPI document and functions that follow its references. */
import { Unusable } from './unusable.ts';

/** An object of the document: a schema, a parameter, a response … */
export type Node = Record<string, unknown>;

export interface Document {
  /** File name, for messages. */
  name: string;
  /** Dialect of the schemas: from 3.1 on, plain JSON Schema. */
  version: '3.0' | '3.1';
  root: Node;
}

/** Whether a value is an object, not a list or a scalar. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at a key, or an empty object if there is none. */
export function nodeAt(node: Node | undefined, key: string): Node {
  const value = node?.[key];
  return isNode(value) ? value : {};
}

/** The list at a key, or an empty list if there is none. */
export function listAt(node: Node | undefined, key: string): unknown[] {
  const value = node?.[key];
  return Array.isArray(value) ? value : [];
}

/** A value as text. `String` would call a `toString` that the document itself defines. */
export function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * Follows `$ref` to an object that is not a reference.
 *
 * @throws Unusable if a reference is broken, leaves the document or is circular
 */
export function follow(document: Document, value: unknown): Node {
  const seen = new Set<string>();
  let at = value;
  while (isNode(at) && typeof at.$ref === 'string') {
    if (seen.has(at.$ref)) {
      throw new Unusable(document.name, `$ref ${at.$ref} is circular`, 'Let it name an object');
    }
    seen.add(at.$ref);
    at = target(document, at.$ref);
  }
  return isNode(at) ? at : {};
}

/** The value that a reference names. */
export function target(document: Document, ref: string): unknown {
  if (!ref.startsWith('#')) {
    throw new Unusable(document.name, `$ref ${ref} leaves the document`, 'Bundle the contract into one file');
  }
  let at: unknown = document.root;
  for (const part of pointerParts(ref)) {
    at = isNode(at) || Array.isArray(at) ? (at as Node)[part] : undefined;
  }
  const found = at ?? anchored(document.root, ref.slice(1));
  if (found === undefined) {
    throw new Unusable(document.name, `$ref ${ref} has no target`, 'Correct the reference or add its target');
  }
  return found;
}

function pointerParts(ref: string): string[] {
  return ref
    .slice(1)
    .split('/')
    .slice(1)
    .map((part) => decoded(part).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray % is part of the name
  }
}

/** The schema with an `$anchor` or `$dynamicAnchor` (OpenAPI 3.1). */
function anchored(node: unknown, anchor: string): unknown {
  if (anchor === '' || anchor.startsWith('/') || typeof node !== 'object' || node === null) return undefined;
  if (isNode(node) && (node.$anchor === anchor || node.$dynamicAnchor === anchor)) return node;
  for (const child of Object.values(node)) {
    const found = anchored(child, anchor);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Keys whose value is plain data, in which `$ref` is not a reference. */
const DATA_KEYS = new Set(['example', 'examples', 'default', 'enum', 'const', 'value']);

/**
 * Follows every reference of the document once, used or not.
 *
 * @throws Unusable if one is broken
 */
export function checkReferences(document: Document): void {
  const seen = new Set<unknown>(); // YAML aliases can be circular
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || seen.has(node)) return;
    seen.add(node);
    if (Array.isArray(node)) node.forEach(walk);
    if (!isNode(node)) return;
    if (typeof node.$ref === 'string') target(document, node.$ref);
    for (const [key, child] of Object.entries(node)) {
      if (!DATA_KEYS.has(key) && !key.startsWith('x-')) walk(child);
    }
  };
  walk(document.root);
}
