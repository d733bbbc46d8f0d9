/** The paths that differ between two contracts, in themselves or in their references. */
import { isDeepStrictEqual } from 'node:util';
import { type Document, type Node, nodeAt, target } from '../documents/document.ts';

const REF = /"\$ref":"(#[^"]+)"/g;

/** The document without the paths that are equal in the other one, references included. */
export function withChangedPaths(document: Document, other: Document): Node {
  const same = sameContent(document, other);
  const changed = Object.entries(nodeAt(document.root, 'paths')).filter(
    ([path, item]) => !same(item, nodeAt(other.root, 'paths')[path]),
  );
  return { ...document.root, paths: Object.fromEntries(changed) };
}

/**
 * A function that compares two parts with all their references; each reference is compared once.
 */
function sameContent(one: Document, two: Document): (a: unknown, b: unknown) => boolean {
  const known = new Map<string, boolean>();
  const same = (a: unknown, b: unknown): boolean => {
    if (!isDeepStrictEqual(a, b)) return false;
    for (const [, ref = ''] of JSON.stringify(a).matchAll(REF)) {
      if (!known.has(ref)) {
        known.set(ref, true); // ends a circular reference
        known.set(ref, same(target(one, ref), target(two, ref)));
      }
      if (!known.get(ref)) return false;
    }
    return true;
  };
  return same;
}
