/** Paths and their operations: which are there, and what each of them is compared by. */
import { type Comparing, type Place, note } from './comparing.ts';
import { type Document, type Node, follow, isNode, listAt, nodeAt, textOf } from '../documents/document.ts';
import { isUnstable, promises, removal, saysOf } from './lifecycle.ts';
import type { Operation } from './operation.ts';
import { compareParameters } from './parameters.ts';
import { compareRequestBody } from './request-body.ts';
import { compareResponses } from './responses.ts';
import { compareSecurity } from './security.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

/** Which way the requests of a group of paths travel. */
export interface Travel {
  /** How places name them: `` for paths, `webhook ` for webhooks. */
  prefix: string;
  /** Told in findings: `operation` or `webhook`. */
  kind: 'operation' | 'webhook';
}

/** Compares a map of path items: `paths`, `webhooks` or a callback. */
export function comparePaths(comparing: Comparing, base: Node, head: Node, travel: Travel): void {
  const kept = new Set(Object.keys(base).filter((path) => path in head));
  const before = operationsOf(comparing.base.document, base, kept);
  const after = operationsOf(comparing.head.document, head, kept);
  for (const [key, was] of before) {
    const is = after.get(key);
    const place = [`${travel.prefix}${key.split(' ')[0]} ${was.path}`];
    if (is === undefined) operationRemoved(comparing, was, place, travel);
    else compareOperation(comparing, was, is, place);
  }
  for (const [key, is] of after) {
    if (before.has(key)) continue;
    note(comparing, `${travel.kind}.added`, [`${travel.prefix}${key.split(' ')[0]} ${is.path}`]);
  }
}

/** Operations by method and path; where only one side has a path, the names of its parameters are no part of the key. */
function operationsOf(document: Document, paths: Node, kept: Set<string>): Map<string, Operation> {
  const found = new Map<string, Operation>();
  for (const [path, value] of Object.entries(paths)) {
    if (path.startsWith('x-')) continue;
    const item = follow(document, value);
    // OpenAPI 3.2 has methods of one's own.
    const operations = { ...nodeAt(item, 'additionalOperations'), ...item };
    for (const method of [...METHODS, ...Object.keys(nodeAt(item, 'additionalOperations'))]) {
      if (!isNode(operations[method])) continue;
      const name = kept.has(path) ? path : path.replaceAll(/\{[^}]*\}/g, '{}');
      found.set(`${method.toUpperCase()} ${name}`, {
        path,
        node: operations[method],
        shared: listAt(item, 'parameters'),
      });
    }
  }
  return found;
}

function operationRemoved(comparing: Comparing, was: Operation, place: Place, travel: Travel): void {
  const how = removal(saysOf(was.node), comparing.today);
  note(comparing, how === 'removed' ? `${travel.kind}.removed` : `operation.${how}`, place);
}

function compareOperation(comparing: Comparing, was: Operation, is: Operation, place: Place): void {
  const start = comparing.findings.length;
  if (was.node.operationId !== is.node.operationId) {
    note(comparing, 'operation.id-changed', place, { base: was.node.operationId, head: is.node.operationId });
  }
  const tags = [was, is].map(({ node }) => listAt(node, 'tags').map(textOf).sort());
  if (tags[0]!.join('\n') !== tags[1]!.join('\n')) {
    note(comparing, 'operation.tags-changed', place, { base: tags[0], head: tags[1] });
  }
  compareSecurity(comparing, was.node, is.node, place);
  compareParameters(comparing, was, is, place);
  compareRequestBody(comparing, was.node.requestBody, is.node.requestBody, place);
  compareResponses(comparing, nodeAt(was.node, 'responses'), nodeAt(is.node, 'responses'), place);
  compareCallbacks(comparing, was.node, is.node, place);
  if (isUnstable(saysOf(was.node))) forgive(comparing, start);
  for (const news of promises(saysOf(was.node), saysOf(is.node), comparing.today)) {
    note(comparing, `operation.${news}`, place);
  }
}

/** What was draft or alpha promised nothing, so that no change of it breaks a promise. */
function forgive(comparing: Comparing, start: number): void {
  for (const finding of comparing.findings.slice(start)) {
    if (finding.verdict === 'compatible') continue;
    finding.verdict = 'compatible';
    finding.why += '; but the operation was draft or alpha, which promises nothing';
  }
}

function compareCallbacks(comparing: Comparing, was: Node, is: Node, place: Place): void {
  const before = nodeAt(was, 'callbacks');
  const after = nodeAt(is, 'callbacks');
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    comparePushed(
      comparing,
      follow(comparing.base.document, before[name]),
      follow(comparing.head.document, after[name]),
      `${place.join(' > ')} > callback ${name} `,
    );
  }
}

/**
 * Compares path items that we call: webhooks and callbacks.
 *
 * They are judged both ways. A receiver reads our request as a client reads a response, and we read its answer; and convention judges
 * them as if they were calls to us, since the same words are used for both.
 */
export function comparePushed(comparing: Comparing, base: Node, head: Node, prefix: string): void {
  const travel: Travel = { prefix, kind: 'webhook' };
  comparePaths(comparing, base, head, travel);
  const kept = new Set(Object.keys(base).filter((path) => path in head));
  const before = operationsOf(comparing.base.document, base, kept);
  const after = operationsOf(comparing.head.document, head, kept);
  for (const [key, was] of before) {
    const is = after.get(key);
    if (is === undefined) continue;
    const place = [`${prefix}${key.split(' ')[0]} ${was.path}`];
    compareRequestBody(comparing, was.node.requestBody, is.node.requestBody, place, 'response');
  }
}
