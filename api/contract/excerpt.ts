/**
 * The part of a spec that judges one request, or one answer: what need not be read of it costs
 * time.
 */
import type { Operation, Spec } from './spec.ts';

type Components = Record<string, Record<string, unknown>>;
type Document = Record<string, unknown> & {
  paths: Record<string, Record<string, object>>;
  components: Components;
};

const REF = /^#\/components\/(\w+)\/(.+)$/;

/** A document of its own, with the request of one operation. */
export function requestExcerpt(spec: Spec, { path, method }: Operation): object {
  const operation = (spec.document as Document).paths[path]![method]!;
  return excerpt(spec, {
    path,
    method,
    operation: { ...operation, responses: { 200: { description: '' } } },
  });
}

/** Where an answer is judged, whatever its operation is. */
export const ANSWER = { method: 'GET', url: '/answer' };

/** A document of its own, with one answer, to {@link ANSWER}. */
export function answerExcerpt(spec: Spec, status: number, content: unknown): object {
  const operation = { responses: { [status]: { description: '', content } } };
  return excerpt(spec, { path: ANSWER.url, method: 'get', operation });
}

function excerpt(
  { document }: Spec,
  { path, method, operation }: { path: string; method: string; operation: object },
): object {
  const { components, ...rest } = document as Document;
  // Schemes are named without a reference to them.
  const kept: Components = { securitySchemes: components['securitySchemes'] ?? {} };
  keepReferred(operation, components, kept);
  return structuredClone({ ...rest, paths: { [path]: { [method]: operation } }, components: kept });
}

/**
 * Any text that spells a reference counts as one: the mapping of a discriminator has them without
 * `$ref`.
 */
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
