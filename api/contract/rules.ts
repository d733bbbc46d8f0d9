/**
 * The rules that the server applies to a contract, beyond its published text: requests are checked
 * item by item and for lone surrogates; answers are open for clients, but the judge closes them.
 */
import { MULTILINE_TEXT, TEXT } from '../../domain/text.ts';

type Node = { [key: string]: unknown };

/**
 * The server's pattern by the published one. `\p{Cs}`, which excludes lone surrogates, needs a
 * flag that OpenAPI 3.0 does not have.
 */
export const SERVER_PATTERNS: Readonly<Record<string, string>> = {
  '^[^\\x00-\\x1f\\x7f-\\x9f]*$': TEXT.source,
  '^(?:[^\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]|\\r\\n)*$': MULTILINE_TEXT.source,
};

/** The document with the rules of requests. */
export const requestRules = <T>(document: T): T => changed(document, (node) => withOwnItems(withText(node)));

/**
 * The document with the rules of answers. The newest version lists each value that the server
 * sends; an older one lacks the problem codes that came after it.
 */
export function answerRules<T>(document: T): T {
  const { info } = document as { info?: { 'x-lifecycle'?: { successor?: string } } };
  const isNewest = info?.['x-lifecycle']?.successor === undefined;
  return changed(document, (node) => withNull(isNewest ? withKnownValues(closed(node)) : closed(node)));
}

/**
 * The node with each object changed, from the inside out. What does not change is not copied: a
 * whole spec took a twentieth of a start.
 */
function changed<T>(node: T, change: (node: Node) => Node): T {
  if (Array.isArray(node)) {
    const items = node.map((item: unknown) => changed(item, change));
    return items.every((item, index) => item === node[index]) ? node : (items as T);
  }
  if (typeof node !== 'object' || node === null) return node;
  const members = Object.entries(node).map(
    ([name, value]) => [name, changed<unknown>(value, change)] as const,
  );
  const isSame = members.every(([name, member]) => member === (node as Node)[name]);
  return change(isSame ? (node as Node) : Object.fromEntries(members)) as T;
}

function withText(node: Node): Node {
  const pattern = SERVER_PATTERNS[String(node['pattern'])];
  return pattern === undefined ? node : { ...node, pattern };
}

/** Leaves the members of `x-refused-in-item` to the handler, which refuses each in its own item. */
function withOwnItems(node: Node): Node {
  const names = node['x-refused-in-item'] as string[] | undefined;
  if (names === undefined) return node;
  const properties = node['properties'] as Node;
  const own = Object.fromEntries(names.map((name) => [name, { type: 'object' }]));
  return { ...node, properties: { ...properties, ...own } };
}

function closed(node: Node): Node {
  const isOpen = node['type'] === 'object' && 'properties' in node && !('additionalProperties' in node);
  return isOpen ? { ...node, additionalProperties: false } : node;
}

function withKnownValues(node: Node): Node {
  const known = node['x-extensible-enum'];
  return known === undefined ? node : { ...node, enum: known };
}

/** Null as an alternative: without it, `oneOf` of one schema excludes the null of `nullable`. */
function withNull(node: Node): Node {
  const { nullable, oneOf, type: _type, ...rest } = node;
  if (nullable !== true || !Array.isArray(oneOf)) return node;
  return { ...rest, anyOf: [...(oneOf as unknown[]), { type: 'object', nullable: true, enum: [null] }] };
}
