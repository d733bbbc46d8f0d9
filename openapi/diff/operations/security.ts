/** Which credentials are enough for an operation. */
import { type Comparing, type Place, note } from './comparing.ts';
import { type Document, type Node, follow, isNode, nodeAt, textOf } from '../documents/document.ts';
import { canonical } from '../keywords/values.ts';

/** Credentials that are enough together: each scheme, by what it asks for, with its scopes. */
type Alternative = Map<string, { name: string; scopes: string[] }>;

/** Compares the security of an operation, its own or that of the whole contract. */
export function compareSecurity(comparing: Comparing, was: Node, is: Node, operation: Place): void {
  const place = [...operation, 'security'];
  const before = alternativesOf(comparing.base.document, was);
  const after = alternativesOf(comparing.head.document, is);
  const told = { base: before.map(tell), head: after.map(tell) };
  const sameNames = canonical(told.base) === canonical(told.head);
  const refused = before.some((one) => !after.some((other) => isEnough(one, other)));
  const granted = after.some((one) => !before.some((other) => isEnough(one, other)));
  if (refused && sameNames) note(comparing, 'security.scheme-changed', place, told);
  else if (refused) note(comparing, 'security.narrowed', place, told);
  else if (granted) note(comparing, 'security.widened', place, told);
}

const tell = (alternative: Alternative): string =>
  [...alternative.values()]
    .map(({ name, scopes }) => `${name}(${scopes.join(', ')})`)
    .sort()
    .join(' and ');

/** Whether who holds the one set of credentials meets the other. */
function isEnough(held: Alternative, asked: Alternative): boolean {
  return [...asked].every(([scheme, { scopes }]) => {
    const own = held.get(scheme);
    return own !== undefined && scopes.every((scope) => own.scopes.includes(scope));
  });
}

function alternativesOf(document: Document, operation: Node): Alternative[] {
  const schemes = nodeAt(nodeAt(document.root, 'components'), 'securitySchemes');
  const asked = operation.security ?? document.root.security;
  const list = Array.isArray(asked) && asked.length > 0 ? asked.filter(isNode) : [{}];
  return list.flatMap((requirement) =>
    enoughFor(document, requirement, operation['x-scope']).map(
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
 * `x-scope` names the one scope of an operation whose scheme has no scopes of its own. `x-scopes`
 * of the scheme names sums with their parts: a credential with a sum is enough for what needs a
 * part.
 */
function enoughFor(document: Document, requirement: Node, scope: unknown): string[][] {
  if (typeof scope !== 'string') return [[]];
  const schemes = nodeAt(nodeAt(document.root, 'components'), 'securitySchemes');
  const sums = Object.keys(requirement)
    .flatMap((name) => Object.entries(nodeAt(follow(document, schemes[name]), 'x-scopes')))
    .filter(([, parts]) => Array.isArray(parts) && parts.includes(scope))
    .map(([sum]) => sum);
  return [...new Set([scope, ...sums])].map((one) => [one]);
}

/** What a client has to know of a scheme; its own name is nothing of that unless it is described nowhere. */
function identity(name: string, scheme: Node): string {
  if (Object.keys(scheme).length === 0) return name;
  const flows = Object.keys(nodeAt(scheme, 'flows')).sort();
  return canonical([scheme.type, scheme.in, scheme.name, scheme.scheme, scheme.openIdConnectUrl, flows]);
}
