/** Compares the media types of a body and their schemas. */
import { type Comparing, type Location, compareSchemas, note } from './comparing.ts';
import { onlyAnnotates } from '../keywords/conjunction.ts';
import { type Node, isNode, nodeAt } from '../documents/document.ts';
import type { Direction } from '../finding.ts';

/**
 * Compares two `content` maps.
 *
 * @param direction of the body
 */
export function compareContent(
  comparing: Comparing,
  base: Node,
  head: Node,
  body: Location,
  direction: Direction,
): void {
  const before = mediaTypesOf(base);
  const after = mediaTypesOf(head);
  const taken = new Set<string>();
  for (const [name, was] of before) {
    const location = [...body, was.written];
    const is = after.get(name) ?? related(after, before, taken, name);
    if (is === undefined) {
      note(comparing, `${direction}-media-type.removed`, location);
      continue;
    }
    taken.add(is.name);
    if (is.name !== name) {
      const rule = covers(is.name, name) ? 'generalised' : 'specialised';
      note(comparing, `${direction}-media-type.${rule}`, location, { base: was.written, head: is.written });
    }
    compareMediaType(comparing, was, is, location, direction);
  }
  for (const [name, is] of after) {
    if (!before.has(name) && !taken.has(name)) {
      note(comparing, `${direction}-media-type.added`, [...body, is.written]);
    }
  }
}

interface MediaType {
  name: string;
  written: string;
  node: Node;
}

/** Media types by normalised name: type, subtype and parameters, without weight and charset. */
function mediaTypesOf(content: Node): Map<string, MediaType> {
  return new Map(
    Object.entries(content).map(([written, node]) => {
      const [type = '', ...parameters] = written
        .toLowerCase()
        .split(';')
        .map((part) => part.trim());
      const kept = parameters.filter((parameter) => !/^(?:q|charset)=/.test(parameter)).sort();
      const name = [type, ...kept].join(';');
      return [name, { name, written, node: isNode(node) ? node : {} }];
    }),
  );
}

/** The new media type that replaces a removed one: it includes that type or is included in it. */
function related(
  after: Map<string, MediaType>,
  before: Map<string, MediaType>,
  taken: Set<string>,
  name: string,
): MediaType | undefined {
  const candidates = [...after.values()].filter((each) => !before.has(each.name) && !taken.has(each.name));
  return (
    candidates.find((each) => covers(each.name, name)) ?? candidates.find((each) => covers(name, each.name))
  );
}

/**
 * Whether a name includes another: `application/*` > `application/json` >
 * `application/problem+json`.
 */
function covers(wide: string, narrow: string): boolean {
  const [wideType = '', ...wideParameters] = wide.split(';');
  const [narrowType = '', ...narrowParameters] = narrow.split(';');
  if (!wideParameters.every((parameter) => narrowParameters.includes(parameter))) return false;
  if (wideType === narrowType || wideType === '*/*') return true;
  const [wideMain, wideSub = ''] = wideType.split('/');
  const [narrowMain, narrowSub = ''] = narrowType.split('/');
  return wideMain === narrowMain && (wideSub === '*' || narrowSub.endsWith(`+${wideSub}`));
}

/** JSON and YAML have types; any other body travels as text. */
const isTyped = (name: string): boolean => /(?:json|yaml)(?:;|$)|^(?:\*|application)\/\*/.test(name);

function compareMediaType(
  comparing: Comparing,
  was: MediaType,
  is: MediaType,
  location: Location,
  direction: Direction,
): void {
  if (was.node.schema === undefined && is.node.schema === undefined) return;
  if (was.node.schema === undefined) {
    if (!isEmpty(is.node.schema)) note(comparing, `${direction}-media-type.schema-added`, location);
  } else if (is.node.schema === undefined) {
    if (!isEmpty(was.node.schema)) note(comparing, `${direction}-media-type.schema-removed`, location);
  } else {
    compareSchemas(comparing, location, was.node.schema, is.node.schema, {
      direction,
      text: !isTyped(is.name),
    });
  }
  const encodings = [nodeAt(was.node, 'encoding'), nodeAt(is.node, 'encoding')] as const;
  for (const name of Object.keys(encodings[0])) {
    const [before, after] = encodings.map((encoding) => wireForm(nodeAt(encoding, name)));
    if (before !== after && name in encodings[1]) {
      note(comparing, `${direction}-media-type.encoding-changed`, [...location, name], {
        base: before,
        head: after,
      });
    }
  }
}

const isEmpty = (schema: unknown): boolean => schema === true || (isNode(schema) && onlyAnnotates(schema));

const wireForm = (encoding: Node): string =>
  JSON.stringify([encoding.contentType, encoding.style, encoding.explode]);
