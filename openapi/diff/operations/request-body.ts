/** Compares request bodies. */
import { type Comparing, type Location, note } from './comparing.ts';
import { follow, nodeAt } from '../documents/document.ts';
import type { Direction } from '../finding.ts';
import { compareContent } from './media-types.ts';

/** Compares request bodies, either of which may be absent. */
export function compareRequestBody(
  comparing: Comparing,
  base: unknown,
  head: unknown,
  operation: Location,
  direction: Direction = 'request',
): void {
  const location = [...operation, 'request body'];
  const was = follow(comparing.base.document, base);
  const is = follow(comparing.head.document, head);
  if (direction === 'request') {
    if (base === undefined && head !== undefined) {
      note(comparing, is.required === true ? 'request-body.added-required' : 'request-body.added', location);
    } else if (base !== undefined && head === undefined) {
      note(comparing, 'request-body.removed', location);
    } else if ((was.required === true) !== (is.required === true)) {
      note(
        comparing,
        is.required === true ? 'request-body.became-required' : 'request-body.became-optional',
        location,
      );
    }
  }
  if (base === undefined || head === undefined) return;
  compareContent(comparing, nodeAt(was, 'content'), nodeAt(is, 'content'), location, direction);
}
