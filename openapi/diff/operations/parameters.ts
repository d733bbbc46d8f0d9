/** Compares the parameters of an operation, with those of its path item. */
import { type Comparing, type Location, type Operation, compareSchemas, note } from './comparing.ts';
import { type Document, type Node, follow, isNode, textOf } from '../documents/document.ts';
import { canonical } from '../keywords/values.ts';
import { lifecycleChanges, readerOf, removalKind } from '../lifecycle.ts';
import { compareContent } from './media-types.ts';

/** Headers that OpenAPI ignores as parameters. */
const DESCRIBED_ELSEWHERE = new Set(['accept', 'content-type', 'authorization']);

interface Parameter {
  name: string;
  where: string;
  node: Node;
}

/** Compares the parameters of an operation. */
export function compareParameters(
  comparing: Comparing,
  was: Operation,
  is: Operation,
  location: Location,
): void {
  const before = parametersOf(comparing.base.document, was);
  const after = parametersOf(comparing.head.document, is);
  for (const [key, parameter] of before) {
    const at = [...location, `${parameter.where} parameter ${parameter.name}`];
    const other = after.get(key);
    if (other === undefined) {
      note(comparing, `parameter.${removalKind(readerOf(parameter.node), comparing.today)}`, at);
    } else compareParameter(comparing, parameter.node, other.node, at);
  }
  for (const [key, parameter] of after) {
    if (before.has(key)) continue;
    note(comparing, parameter.node.required === true ? 'parameter.added-required' : 'parameter.added', [
      ...location,
      `${parameter.where} parameter ${parameter.name}`,
    ]);
  }
}

/** Parameters by `in` and name; path parameters by position, so that a rename is no change. */
function parametersOf(document: Document, operation: Operation): Map<string, Parameter> {
  const positions = [...operation.path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
  const found = new Map<string, Parameter>();
  for (const value of [...operation.shared, ...listOf(operation.node.parameters)]) {
    const node = follow(document, value);
    const name = textOf(node.name);
    const where = textOf(node.in);
    if (where === 'header' && DESCRIBED_ELSEWHERE.has(name.toLowerCase())) continue;
    let id = name;
    if (where === 'header') id = name.toLowerCase();
    if (where === 'path' && positions.includes(name)) id = String(positions.indexOf(name));
    found.set(`${where} ${id}`, { name, where, node });
  }
  return found;
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function compareParameter(comparing: Comparing, was: Node, is: Node, location: Location): void {
  const required = [was, is].map((node) => node.required === true || node.in === 'path');
  if (required[0] !== required[1]) {
    note(comparing, required[1] ? 'parameter.became-required' : 'parameter.became-optional', location);
  }
  compareDefault(comparing, was, is, location, required[0] === true && required[1] === true);
  const styles = [was, is].map(styleOf);
  if (styles[0] !== styles[1]) {
    note(comparing, 'parameter.style-changed', location, { base: styles[0], head: styles[1] });
  }
  if (was.allowEmptyValue === true && is.allowEmptyValue !== true) {
    note(comparing, 'parameter.allow-empty-unset', location);
  }
  if (was.allowReserved === true && is.allowReserved !== true) {
    note(comparing, 'parameter.allow-reserved-unset', location);
  }
  for (const change of lifecycleChanges(readerOf(was), readerOf(is), comparing.today)) {
    note(comparing, `parameter.${change}`, location);
  }
  if (isNode(was.content) && isNode(is.content)) {
    compareContent(comparing, was.content, is.content, location, 'request');
    return;
  }
  compareSchemas(comparing, location, was.schema, is.schema, {
    direction: 'request',
    text: true,
    except: ['default.added', 'default.changed', 'default.removed'],
  });
}

function compareDefault(comparing: Comparing, was: Node, is: Node, location: Location, idle: boolean): void {
  const [base, head] = [[comparing.base, was] as const, [comparing.head, is] as const].map(
    ([schemas, node]) =>
      schemas.conjoin(node.schema).leaves.find((leaf) => leaf.default !== undefined)?.default,
  );
  if (canonical(base) === canonical(head)) return;
  let rule = 'changed';
  if (idle) rule = 'idle';
  else if (base === undefined) rule = 'added';
  else if (head === undefined) rule = 'removed';
  note(comparing, `parameter.default-${rule}`, location, { base, head });
}

const DEFAULT_STYLE: Record<string, string> = {
  query: 'form',
  cookie: 'form',
  path: 'simple',
  header: 'simple',
};

/** The serialisation of a value, with defaults filled in. */
function styleOf(node: Node): string {
  if (isNode(node.content)) return 'content';
  const style = textOf(node.style ?? DEFAULT_STYLE[textOf(node.in)]);
  const explode = typeof node.explode === 'boolean' ? node.explode : style === 'form';
  return `${style}${explode ? ', explode' : ''}`;
}
