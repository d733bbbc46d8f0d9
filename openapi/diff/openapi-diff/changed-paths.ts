/** Which paths of a contract differ at all, by themselves or through what they refer to. */
import { isDeepStrictEqual } from 'node:util';
import { type Document, type Node, nodeAt, target } from '../documents/document.ts';

const REF = /"\$ref":"(#[^"]+)"/g;

/** The document with those paths only that are not the same, all through, in the other one. */
export function withChangedPaths(document: Document, other: Document): Node {
  const same = sameContent(document, other);
  const left = Object.entries(nodeAt(document.root, 'paths')).filter(
    ([path, item]) => !same(item, nodeAt(other.root, 'paths')[path]),
  );
  return { ...document.root, paths: Object.fromEntries(left) };
}

/** Tells whether two parts are the same, and all that they refer to is too; a reference is looked into once. */
function sameContent(one: Document, two: Document): (a: unknown, b: unknown) => boolean {
  const known = new Map<string, boolean>();
  const same = (a: unknown, b: unknown): boolean => {
    if (!isDeepStrictEqual(a, b)) return false;
    for (const [, ref = ''] of JSON.stringify(a).matchAll(REF)) {
      if (!known.has(ref)) {
        known.set(ref, true); // while it is looked into, so that a circle ends
        known.set(ref, same(target(one, ref), target(two, ref)));
      }
      if (!known.get(ref)) return false;
    }
    return true;
  };
  return same;
}
