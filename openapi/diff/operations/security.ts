/** Compares the credentials that an operation requires. */
import { type Comparing, type Location, note } from './comparing.ts';
import { type Document, type Node, follow, isNode, nodeAt, textOf } from '../documents/document.ts';
import { canonical } from '../keywords/values.ts';

/** Credentials that suffice together: each scheme, by its identity, with its scopes. */
type Alternative = Map<string, { name: string; scopes: string[] }>;

/** Compares the security of an operation, or else of the whole contract. */
export function compareSecurity(comparing: Comparing, was: Node, is: Node, operation: Location): void {
  const location = [...operation, 'security'];
  const before = alternativesOf(comparing.base.document, was);
  const after = alternativesOf(comparing.head.document, is);
  const texts = { base: before.map(textOfAlternative), head: after.map(textOfAlternative) };
  const hasSameNames = canonical(texts.base) === canonical(texts.head);
  const refused = before.some((one) => !after.some((other) => suffices(one, other)));
  const granted = after.some((one) => !before.some((other) => suffices(one, other)));
  if (refused && hasSameNames) note(comparing, 'security.scheme-changed', location, texts);
  else if (refused) note(comparing, 'security.narrowed', location, texts);
  else if (granted) note(comparing, 'security.widened', location, texts);
}

const textOfAlternative = (alternative: Alternative): string =>
  [...alternative.values()]
    .map(({ name, scopes }) => `${name}(${scopes.join(', ')})`)
    .sort()
    .join(' and ');

/** Whether the held credentials include the required ones. */
function suffices(held: Alternative, required: Alternative): boolean {
  return [...required].every(([scheme, { scopes }]) => {
    const own = held.get(scheme);
    return own !== undefined && scopes.every((scope) => own.scopes.includes(scope));
  });
}

function alternativesOf(document: Document, operation: Node): Alternative[] {
  const schemes = nodeAt(nodeAt(document.root, 'components'), 'securitySchemes');
  const security = operation.security ?? document.root.security;
  const list = Array.isArray(security) && security.length > 0 ? security.filter(isNode) : [{}];
  return list.flatMap((requirement) =>
    sufficientScopes(document, requirement, operation['x-scope']).map(
      (own) =>
        new Map(
          Object.entries(requirement).map(([name, scopes]) => [
            identity(name, follow(document, schemes[name])),
            { name, scopes: [...(Array.isArray(scopes) ? scopes.map(textOf) : []), ...own].sort() },
          ]),
        ),
    ),
  );
}

/**
 * The lists of scopes that suffice for `x-scope`, the scope of the operation: that scope, or a
 * combined scope of `x-scopes` (of the scheme) that includes it.
 */
function sufficientScopes(document: Document, requirement: Node, scope: unknown): string[][] {
  if (typeof scope !== 'string') return [[]];
  const schemes = nodeAt(nodeAt(document.root, 'components'), 'securitySchemes');
  const combined = Object.keys(requirement)
    .flatMap((name) => Object.entries(nodeAt(follow(document, schemes[name]), 'x-scopes')))
    .filter(([, parts]) => Array.isArray(parts) && parts.includes(scope))
    .map(([name]) => name);
  return [...new Set([scope, ...combined])].map((one) => [one]);
}

/** The properties of a scheme that matter to a client; its name only if it has no description. */
function identity(name: string, scheme: Node): string {
  if (Object.keys(scheme).length === 0) return name;
  const flows = Object.keys(nodeAt(scheme, 'flows')).sort();
  return canonical([scheme.type, scheme.in, scheme.name, scheme.scheme, scheme.openIdConnectUrl, flows]);
}
