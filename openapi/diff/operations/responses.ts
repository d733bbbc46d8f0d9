/** Compares responses: statuses, headers and bodies. */
import { type Comparing, type Location, compareSchemas, note } from './comparing.ts';
import { type Node, follow, isNode, nodeAt } from '../documents/document.ts';
import { readerOf, removalKind } from '../lifecycle.ts';
import { compareContent } from './media-types.ts';

/** Compares the responses of an operation. */
export function compareResponses(comparing: Comparing, base: Node, head: Node, operation: Location): void {
  const before = statusesOf(base);
  const after = statusesOf(head);
  for (const status of before) {
    const location = [...operation, `response ${status}`];
    const other = covering(status, after);
    if (other === undefined) {
      note(comparing, isSuccess(status) ? 'response.success-removed' : 'response.failure-removed', location);
    } else {
      compareResponse(
        comparing,
        follow(comparing.base.document, base[status]),
        follow(comparing.head.document, head[other]),
        location,
      );
    }
  }
  for (const status of after) {
    if (before.includes(status) || covering(status, before) !== undefined) continue;
    note(comparing, isSuccess(status) ? 'response.success-added' : 'response.failure-added', [
      ...operation,
      `response ${status}`,
    ]);
  }
}

const statusesOf = (responses: Node): string[] =>
  Object.keys(responses).filter((status) => !status.startsWith('x-'));

const isSuccess = (status: string): boolean => status.startsWith('2');

/** The same status, or the range that includes it. */
function covering(status: string, among: string[]): string | undefined {
  const range = `${status[0]}XX`;
  return among.find((each) => each === status) ?? among.find((each) => each.toUpperCase() === range);
}

function compareResponse(comparing: Comparing, was: Node, is: Node, location: Location): void {
  compareHeaders(comparing, nodeAt(was, 'headers'), nodeAt(is, 'headers'), location);
  const before = nodeAt(was, 'content');
  const after = nodeAt(is, 'content');
  const had = Object.keys(before).length > 0;
  const has = Object.keys(after).length > 0;
  if (had && !has) note(comparing, 'response.body-removed', location);
  else if (!had && has) note(comparing, 'response.body-added', location);
  else compareContent(comparing, before, after, location, 'response');
}

function compareHeaders(comparing: Comparing, base: Node, head: Node, response: Location): void {
  const before = headersOf(base);
  const after = headersOf(head);
  for (const [key, { name, value }] of before) {
    const location = [...response, `header ${name}`];
    const was = follow(comparing.base.document, value);
    const other = after.get(key);
    if (other === undefined) {
      const announced = removalKind(readerOf(was), comparing.today) === 'removed-as-announced';
      const required = was.required === true ? 'header.removed-required' : 'header.removed-optional';
      note(comparing, announced ? 'header.removed-as-announced' : required, location);
      continue;
    }
    const is = follow(comparing.head.document, other.value);
    if ((was.required === true) !== (is.required === true)) {
      note(comparing, is.required === true ? 'header.became-required' : 'header.became-optional', location);
    }
    if (isNode(was.content) && isNode(is.content)) {
      compareContent(comparing, was.content, is.content, location, 'response');
    } else {
      compareSchemas(comparing, location, was.schema, is.schema, { direction: 'response', text: true });
    }
  }
  for (const [key, { name }] of after) {
    if (!before.has(key)) note(comparing, 'header.added', [...response, `header ${name}`]);
  }
}

/** Headers by lower-case name, without Content-Type, which the media types describe. */
function headersOf(headers: Node): Map<string, { name: string; value: unknown }> {
  return new Map(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), { name, value }] as const)
      .filter(([key]) => key !== 'content-type'),
  );
}
