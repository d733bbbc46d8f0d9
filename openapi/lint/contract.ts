/** A contract as the rules see it: its operations, responses and request schemas, each with the place where it is written. */

/** Keys from the root of the document. */
export type Place = readonly string[];

export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  pattern?: string;
  enum?: unknown[];
  maxLength?: number;
  maxItems?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

export interface MediaType {
  schema?: Schema;
  example?: unknown;
  examples?: unknown;
}

export interface Response {
  /** A list where each problem says which. */
  'x-retry'?: string | string[];
  headers?: Record<string, unknown>;
  content?: Record<string, MediaType>;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
}

export interface Operation {
  operationId?: string;
  'x-scope'?: string;
  'x-idempotency'?: string;
  parameters?: (Parameter & { $ref?: string })[];
  requestBody?: { content?: Record<string, MediaType> };
  responses?: Record<string, Response & { $ref?: string }>;
}

interface SecurityScheme {
  /** Sums of scopes, each with its parts. */
  'x-scopes'?: Record<string, string[]>;
}

export interface Contract {
  components?: { securitySchemes?: Record<string, SecurityScheme> };
  paths?: Record<string, Record<string, Operation>>;
}

/** Something of the contract, and where it is written. */
export interface At<T> {
  node: T;
  at: Place;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** Follows a local `$ref`, if that is what the node is. One that leads nowhere, which the engine reports, is an empty node here. */
export function resolve<T>(contract: Contract, node: T, at: Place): At<T> {
  const ref = (node as { $ref?: unknown } | undefined)?.$ref;
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return { node, at };
  const place = ref
    .slice(2)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const target = place.reduce<unknown>(
    (node, key) => (node as Record<string, unknown> | undefined)?.[key],
    contract,
  );
  return resolve(contract, (target ?? {}) as T, place);
}

export interface OperationAt extends At<Operation> {
  path: string;
  method: string;
  parameters: At<Parameter>[];
  responses: (At<Response> & { status: number })[];
}

export function operationsOf(contract: Contract): OperationAt[] {
  return Object.entries(contract.paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const node = item[method]!;
      const at = ['paths', path, method];
      return {
        path,
        method,
        node,
        at,
        parameters: (node.parameters ?? []).map((parameter, n) =>
          resolve<Parameter>(contract, parameter, [...at, 'parameters', String(n)]),
        ),
        responses: Object.entries(node.responses ?? {}).map(([status, response]) =>
          Object.assign(resolve<Response>(contract, response, [...at, 'responses', status]), {
            status: Number(status),
          }),
        ),
      };
    }),
  );
}

/** Each media type of some content. */
export const contentOf = ({
  node,
  at,
}: At<{ content?: Record<string, MediaType> }>): (At<MediaType> & { type: string })[] =>
  Object.entries(node.content ?? {}).map(([type, media]) => ({
    type,
    node: media,
    at: [...at, 'content', type],
  }));

/** The body of an operation, if it takes one. */
export const bodyOf = ({ node, at }: OperationAt): ReturnType<typeof contentOf> =>
  node.requestBody ? contentOf({ node: node.requestBody, at: [...at, 'requestBody'] }) : [];

/** A schema and all schemas in it, each once; those behind a `$ref` where they are written. */
export function schemasIn(
  contract: Contract,
  root: Schema | undefined,
  from: Place,
  seen = new Set<Schema>(),
): At<Schema>[] {
  const { node, at } = resolve(contract, root, from);
  if (node === undefined || seen.has(node)) return [];
  seen.add(node);
  const { properties = {}, items, additionalProperties: rest } = node;
  const inner: [Schema, Place][] = [
    ...Object.entries(properties).map(([name, schema]): [Schema, Place] => [schema, ['properties', name]]),
    ...(items ? [[items, ['items']] as [Schema, Place]] : []),
    ...(typeof rest === 'object' ? [[rest, ['additionalProperties']] as [Schema, Place]] : []),
    ...(['anyOf', 'oneOf', 'allOf'] as const).flatMap((word) =>
      (node[word] ?? []).map((schema, n): [Schema, Place] => [schema, [word, String(n)]]),
    ),
  ];
  return [
    { node, at },
    ...inner.flatMap(([schema, place]) => schemasIn(contract, schema, [...at, ...place], seen)),
  ];
}

/** Every schema of every request: parameters and bodies. */
export function requestSchemas(contract: Contract): At<Schema>[] {
  const seen = new Set<Schema>();
  return operationsOf(contract).flatMap((operation) =>
    [...operation.parameters, ...bodyOf(operation)].flatMap(({ node, at }) =>
      schemasIn(contract, node?.schema, [...at, 'schema'], seen),
    ),
  );
}

/** Every schema of every answer. */
export function answerSchemas(contract: Contract): At<Schema>[] {
  const seen = new Set<Schema>();
  return operationsOf(contract).flatMap(({ responses }) =>
    responses.flatMap((response) =>
      contentOf(response).flatMap(({ node, at }) =>
        schemasIn(contract, node.schema, [...at, 'schema'], seen),
      ),
    ),
  );
}
