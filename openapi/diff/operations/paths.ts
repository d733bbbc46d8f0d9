/** Compares paths and their operations. */
import { type Comparing, type Location, type Operation, note } from './comparing.ts';
import { type Document, type Node, follow, isNode, listAt, nodeAt, textOf } from '../documents/document.ts';
import { isUnstable, lifecycleChanges, readerOf, removalKind } from '../lifecycle.ts';
import { compareParameters } from './parameters.ts';
import { compareRequestBody } from './request-body.ts';
import { compareResponses } from './responses.ts';
import { compareSecurity } from './security.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

/** The kind of a group of paths. */
interface PathKind {
  /** Prefix in locations: empty for paths, `webhook ` for webhooks. */
  prefix: string;
  /** Prefix of the rule names. */
  kind: 'operation' | 'webhook';
}

/** Compares a map of path items: `paths`, `webhooks` or a callback. */
export function comparePaths(comparing: Comparing, base: Node, head: Node, group: PathKind): void {
  const kept = new Set(Object.keys(base).filter((path) => path in head));
  const before = operationsOf(comparing.base.document, base, kept);
  const after = operationsOf(comparing.head.document, head, kept);
  for (const [key, was] of before) {
    const is = after.get(key);
    const location = [`${group.prefix}${key.split(' ')[0]} ${was.path}`];
    if (is === undefined) operationRemoved(comparing, was, location, group);
    else compareOperation(comparing, was, is, location);
  }
  for (const [key, is] of after) {
    if (before.has(key)) continue;
    note(comparing, `${group.kind}.added`, [`${group.prefix}${key.split(' ')[0]} ${is.path}`]);
  }
}

/** Operations by method and path. If one side lacks the path, its parameter names do not count. */
function operationsOf(document: Document, paths: Node, kept: Set<string>): Map<string, Operation> {
  const found = new Map<string, Operation>();
  for (const [path, value] of Object.entries(paths)) {
    if (path.startsWith('x-')) continue;
    const item = follow(document, value);
    // OpenAPI 3.2 allows custom methods.
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

function operationRemoved(comparing: Comparing, was: Operation, location: Location, group: PathKind): void {
  const how = removalKind(readerOf(was.node), comparing.today);
  note(comparing, how === 'removed' ? `${group.kind}.removed` : `operation.${how}`, location);
}

function compareOperation(comparing: Comparing, was: Operation, is: Operation, location: Location): void {
  const start = comparing.findings.length;
  if (was.node.operationId !== is.node.operationId) {
    note(comparing, 'operation.id-changed', location, {
      base: was.node.operationId,
      head: is.node.operationId,
    });
  }
  const tags = [was, is].map(({ node }) => listAt(node, 'tags').map(textOf).sort());
  if (tags[0]!.join('\n') !== tags[1]!.join('\n')) {
    note(comparing, 'operation.tags-changed', location, { base: tags[0], head: tags[1] });
  }
  compareSecurity(comparing, was.node, is.node, location);
  compareParameters(comparing, was, is, location);
  compareRequestBody(comparing, was.node.requestBody, is.node.requestBody, location);
  compareResponses(comparing, nodeAt(was.node, 'responses'), nodeAt(is.node, 'responses'), location);
  compareCallbacks(comparing, was.node, is.node, location);
  if (isUnstable(readerOf(was.node))) makeCompatible(comparing, start);
  for (const change of lifecycleChanges(readerOf(was.node), readerOf(is.node), comparing.today)) {
    note(comparing, `operation.${change}`, location);
  }
}

/** Makes all findings on a draft or alpha operation compatible. */
function makeCompatible(comparing: Comparing, start: number): void {
  for (const finding of comparing.findings.slice(start)) {
    if (finding.verdict === 'compatible') continue;
    finding.verdict = 'compatible';
    finding.why += '; compatible because the operation was draft or alpha';
  }
}

function compareCallbacks(comparing: Comparing, was: Node, is: Node, location: Location): void {
  const before = nodeAt(was, 'callbacks');
  const after = nodeAt(is, 'callbacks');
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    comparePushed(
      comparing,
      follow(comparing.base.document, before[name]),
      follow(comparing.head.document, after[name]),
      `${location.join(' > ')} > callback ${name} `,
    );
  }
}

/**
 * Compares path items that the server calls: webhooks and callbacks, in both directions.
 *
 * A receiver reads the request as a client reads a response. By convention, the rules for requests
 * to the server apply as well.
 */
export function comparePushed(comparing: Comparing, base: Node, head: Node, prefix: string): void {
  const group: PathKind = { prefix, kind: 'webhook' };
  comparePaths(comparing, base, head, group);
  const kept = new Set(Object.keys(base).filter((path) => path in head));
  const before = operationsOf(comparing.base.document, base, kept);
  const after = operationsOf(comparing.head.document, head, kept);
  for (const [key, was] of before) {
    const is = after.get(key);
    if (is === undefined) continue;
    const location = [`${prefix}${key.split(' ')[0]} ${was.path}`];
    compareRequestBody(comparing, was.node.requestBody, is.node.requestBody, location, 'response');
  }
}
