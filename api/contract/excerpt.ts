/** Excerpts of a spec for the judge: one request or one answer. The whole spec would cost time. */
import type { Operation } from './spec.ts';

type Components = Record<string, Record<string, unknown>>;
type Document = Record<string, unknown> & {
  paths: Record<string, Record<string, object>>;
  components: Components;
};

const REF = /^#\/components\/(\w+)\/(.+)$/;

/** A whole document with the request of one operation. */
export function requestExcerpt(document: object, { path, method }: Operation): object {
  const operation = (document as Document).paths[path]![method]!;
  return excerpt(document, {
    path,
    method,
    operation: { ...operation, responses: { 200: { description: '' } } },
  });
}

/** The operation of each answer excerpt. */
export const ANSWER = { method: 'GET', url: '/answer' };

/** A whole document with one answer of {@link ANSWER}. */
export function answerExcerpt(document: object, status: number, content: unknown): object {
  const operation = { responses: { [status]: { description: '', content } } };
  return excerpt(document, { path: ANSWER.url, method: 'get', operation });
}

function excerpt(
  document: object,
  { path, method, operation }: { path: string; method: string; operation: object },
): object {
  const { components, ...rest } = document as Document;
  // Operations name security schemes without a reference.
  const kept: Components = { securitySchemes: components['securitySchemes'] ?? {} };
  keepReferred(operation, components, kept);
  return structuredClone({ ...rest, paths: { [path]: { [method]: operation } }, components: kept });
}

/** Any text in the form of a reference counts: a discriminator's mapping has no `$ref`. */
function keepReferred(node: unknown, components: Components, kept: Components): void {
  if (typeof node === 'string') {
    const [, kind = '', name = ''] = REF.exec(node) ?? [];
    const component = components[kind]?.[name];
    if (component === undefined) return;
    const keptOfKind = (kept[kind] ??= {});
    if (name in keptOfKind) return;
    keptOfKind[name] = component;
    keepReferred(component, components, kept);
  } else if (typeof node === 'object' && node !== null) {
    for (const member of Object.values(node)) keepReferred(member, components, kept);
  }
}
