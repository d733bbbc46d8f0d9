/** A parsed OpenAPI document, and how to follow its references. */
import { Unusable } from './unusable.ts';

/** An object of the document: a schema, a parameter, a response … */
export type Node = Record<string, unknown>;

export interface Document {
  /** How messages name it: the file. */
  name: string;
  /** How schemas are to be read: 3.1 and later take JSON Schema as it is. */
  version: '3.0' | '3.1';
  root: Node;
}

/** Whether a value is an object of the document, not a list and not a scalar. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at a key, or an empty one, so that absent parts need no branches. */
export function nodeAt(node: Node | undefined, key: string): Node {
  const value = node?.[key];
  return isNode(value) ? value : {};
}

/** The list at a key, or an empty one. */
export function listAt(node: Node | undefined, key: string): unknown[] {
  const value = node?.[key];
  return Array.isArray(value) ? value : [];
}

/** A value as text, whatever somebody has put there: `String` is tripped by an object with a `toString` of its own. */
export function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * Follows `$ref` until something else stands there.
 *
 * @throws Unusable when a reference leads nowhere, out of the document, or round in a circle
 */
export function follow(document: Document, value: unknown): Node {
  const seen = new Set<string>();
  let at = value;
  while (isNode(at) && typeof at.$ref === 'string') {
    if (seen.has(at.$ref)) {
      throw new Unusable(document.name, `$ref ${at.$ref} leads back to itself`, 'Let it name an object');
    }
    seen.add(at.$ref);
    at = target(document, at.$ref);
  }
  return isNode(at) ? at : {};
}

/** What one reference names. */
export function target(document: Document, ref: string): unknown {
  if (!ref.startsWith('#')) {
    throw new Unusable(
      document.name,
      `$ref ${ref} leads out of the document`,
      'Bundle the contract into one file first',
    );
  }
  let at: unknown = document.root;
  for (const part of pointerParts(ref)) {
    at = isNode(at) || Array.isArray(at) ? (at as Node)[part] : undefined;
  }
  const found = at ?? anchored(document.root, ref.slice(1));
  if (found === undefined) {
    throw new Unusable(
      document.name,
      `$ref ${ref} names nothing`,
      'Correct the reference or add what it names',
    );
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

/** OpenAPI 3.1 also names schemas by `$anchor` and `$dynamicAnchor`. */
function anchored(node: unknown, anchor: string): unknown {
  if (anchor === '' || anchor.startsWith('/') || typeof node !== 'object' || node === null) return undefined;
  if (isNode(node) && (node.$anchor === anchor || node.$dynamicAnchor === anchor)) return node;
  for (const child of Object.values(node)) {
    const found = anchored(child, anchor);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Keys whose value is data of the author's, in which `$ref` is no reference. */
const DATA = new Set(['example', 'examples', 'default', 'enum', 'const', 'value']);

/** Follows every reference of the document once, so that a broken one is told even where no operation uses it. */
export function checkReferences(document: Document): void {
  const seen = new Set<unknown>(); // YAML aliases can close a circle
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || seen.has(node)) return;
    seen.add(node);
    if (Array.isArray(node)) node.forEach(walk);
    if (!isNode(node)) return;
    if (typeof node.$ref === 'string') target(document, node.$ref);
    for (const [key, child] of Object.entries(node)) {
      if (!DATA.has(key) && !key.startsWith('x-')) walk(child);
    }
  };
  walk(document.root);
}
