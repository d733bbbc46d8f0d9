/** The part of a spec that one operation needs: what judges one request need not read all of them. */
import type { Operation, Spec } from './spec.ts';

type Components = Record<string, Record<string, unknown>>;
type Document = Record<string, unknown> & {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  components: Components;
};

const REF = /^#\/components\/(\w+)\/(.+)$/;

/**
 * A document of its own, with one operation, and the components that it refers to.
 *
 * @param status of the one response that is kept; all of them when it is left out
 */
export function excerptOf({ document }: Spec, { path, method }: Operation, status?: number): object {
  const { paths, components, ...rest } = document as Document;
  const operation = paths[path]![method]!;
  const item =
    status === undefined ? operation : { ...operation, responses: { [status]: operation.responses[status] } };
  // Schemes are named without a reference to them.
  const kept: Components = { securitySchemes: components['securitySchemes'] ?? {} };
  keepReferred(item, components, kept);
  return structuredClone({ ...rest, paths: { [path]: { [method]: item } }, components: kept });
}

/** Any text that spells a reference counts as one: the mapping of a discriminator has them without `$ref`. */
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
