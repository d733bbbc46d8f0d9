/** Parameters of an operation, its own and those of its path item. */
import { type Comparing, type Place, compareSchemas, note } from './comparing.ts';
import { type Document, type Node, follow, isNode, textOf } from '../documents/document.ts';
import { canonical } from '../keywords/values.ts';
import { promises, removal, saysOf } from './lifecycle.ts';
import { compareContent } from './media-types.ts';
import type { Operation } from './operation.ts';

/** Headers that OpenAPI describes elsewhere. */
const DESCRIBED_ELSEWHERE = new Set(['accept', 'content-type', 'authorization']);

interface Parameter {
  name: string;
  where: string;
  node: Node;
}

/** Compares the parameters of an operation. */
export function compareParameters(comparing: Comparing, was: Operation, is: Operation, place: Place): void {
  const before = parametersOf(comparing.base.document, was);
  const after = parametersOf(comparing.head.document, is);
  for (const [key, parameter] of before) {
    const at = [...place, `${parameter.where} parameter ${parameter.name}`];
    const other = after.get(key);
    if (other === undefined) {
      note(comparing, `parameter.${removal(saysOf(parameter.node), comparing.today)}`, at);
    } else compareParameter(comparing, parameter.node, other.node, at);
  }
  for (const [key, parameter] of after) {
    if (before.has(key)) continue;
    note(comparing, parameter.node.required === true ? 'parameter.added-required' : 'parameter.added', [
      ...place,
      `${parameter.where} parameter ${parameter.name}`,
    ]);
  }
}

/** By place and name; those of the path by their position in it, so that a new name is the same parameter. */
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

function compareParameter(comparing: Comparing, was: Node, is: Node, place: Place): void {
  const required = [was, is].map((node) => node.required === true || node.in === 'path');
  if (required[0] !== required[1]) {
    note(comparing, required[1] ? 'parameter.became-required' : 'parameter.became-optional', place);
  }
  compareDefault(comparing, was, is, place, required[0] === true && required[1] === true);
  const styles = [was, is].map(styleOf);
  if (styles[0] !== styles[1]) {
    note(comparing, 'parameter.style-changed', place, { base: styles[0], head: styles[1] });
  }
  if (was.allowEmptyValue === true && is.allowEmptyValue !== true) {
    note(comparing, 'parameter.allow-empty-unset', place);
  }
  if (was.allowReserved === true && is.allowReserved !== true) {
    note(comparing, 'parameter.allow-reserved-unset', place);
  }
  for (const news of promises(saysOf(was), saysOf(is), comparing.today)) {
    note(comparing, `parameter.${news}`, place);
  }
  if (isNode(was.content) && isNode(is.content)) {
    compareContent(comparing, was.content, is.content, place, 'request');
    return;
  }
  compareSchemas(comparing, place, was.schema, is.schema, {
    direction: 'request',
    text: true,
    except: ['default.added', 'default.changed', 'default.removed'],
  });
}

function compareDefault(comparing: Comparing, was: Node, is: Node, place: Place, idle: boolean): void {
  const [base, head] = [[comparing.base, was] as const, [comparing.head, is] as const].map(
    ([schemas, node]) =>
      schemas.conjoin(node.schema).leaves.find((leaf) => leaf.default !== undefined)?.default,
  );
  if (canonical(base) === canonical(head)) return;
  let rule = 'changed';
  if (idle) rule = 'idle';
  else if (base === undefined) rule = 'added';
  else if (head === undefined) rule = 'removed';
  note(comparing, `parameter.default-${rule}`, place, { base, head });
}

const DEFAULT_STYLE: Record<string, string> = {
  query: 'form',
  cookie: 'form',
  path: 'simple',
  header: 'simple',
};

/** How a value is written, with the defaults filled in; `content` is written as its media type says. */
function styleOf(node: Node): string {
  if (isNode(node.content)) return 'content';
  const style = textOf(node.style ?? DEFAULT_STYLE[textOf(node.in)]);
  const explode = typeof node.explode === 'boolean' ? node.explode : style === 'form';
  return `${style}${explode ? ', explode' : ''}`;
}
