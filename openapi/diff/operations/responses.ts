/** Responses: statuses, headers and bodies. */
import { type Comparing, type Place, compareSchemas, note } from './comparing.ts';
import { type Node, follow, isNode, nodeAt } from '../documents/document.ts';
import { removal, saysOf } from './lifecycle.ts';
import { compareContent } from './media-types.ts';

/** Compares the responses of an operation. */
export function compareResponses(comparing: Comparing, base: Node, head: Node, operation: Place): void {
  const before = statusesOf(base);
  const after = statusesOf(head);
  for (const status of before) {
    const place = [...operation, `response ${status}`];
    const other = covering(status, after);
    if (other === undefined) {
      note(comparing, isSuccess(status) ? 'response.success-removed' : 'response.failure-removed', place);
    } else {
      compareResponse(
        comparing,
        follow(comparing.base.document, base[status]),
        follow(comparing.head.document, head[other]),
        place,
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

/** The same status, or the range that it lies in. */
function covering(status: string, among: string[]): string | undefined {
  const range = `${status[0]}XX`;
  return among.find((each) => each === status) ?? among.find((each) => each.toUpperCase() === range);
}

function compareResponse(comparing: Comparing, was: Node, is: Node, place: Place): void {
  compareHeaders(comparing, nodeAt(was, 'headers'), nodeAt(is, 'headers'), place);
  const before = nodeAt(was, 'content');
  const after = nodeAt(is, 'content');
  const had = Object.keys(before).length > 0;
  const has = Object.keys(after).length > 0;
  if (had && !has) note(comparing, 'response.body-removed', place);
  else if (!had && has) note(comparing, 'response.body-added', place);
  else compareContent(comparing, before, after, place, 'response');
}

function compareHeaders(comparing: Comparing, base: Node, head: Node, response: Place): void {
  const before = headersOf(base);
  const after = headersOf(head);
  for (const [key, { name, value }] of before) {
    const place = [...response, `header ${name}`];
    const was = follow(comparing.base.document, value);
    const other = after.get(key);
    if (other === undefined) {
      const announced = removal(saysOf(was), comparing.today) === 'removed-as-announced';
      const required = was.required === true ? 'header.removed-required' : 'header.removed-optional';
      note(comparing, announced ? 'header.removed-as-announced' : required, place);
      continue;
    }
    const is = follow(comparing.head.document, other.value);
    if ((was.required === true) !== (is.required === true)) {
      note(comparing, is.required === true ? 'header.became-required' : 'header.became-optional', place);
    }
    if (isNode(was.content) && isNode(is.content)) {
      compareContent(comparing, was.content, is.content, place, 'response');
    } else {
      compareSchemas(comparing, place, was.schema, is.schema, { direction: 'response', text: true });
    }
  }
  for (const [key, { name }] of after) {
    if (!before.has(key)) note(comparing, 'header.added', [...response, `header ${name}`]);
  }
}

/** By name in any case; Content-Type is described by the media types. */
function headersOf(headers: Node): Map<string, { name: string; value: unknown }> {
  return new Map(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), { name, value }] as const)
      .filter(([key]) => key !== 'content-type'),
  );
}
