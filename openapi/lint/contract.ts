/** A contract as the rules read it: operations, responses and schemas, each with its pointer. */

/** A JSON pointer as a list of keys. */
export type Pointer = readonly string[];

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
  discriminator?: { mapping?: Record<string, string> };
  /** Whether later releases may add alternatives. */
  'x-extensible-one-of'?: boolean;
}

export interface MediaType {
  schema?: Schema;
  example?: unknown;
  examples?: unknown;
}

export interface Response {
  /** A list if the problem document holds the value that applies. */
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
  /** Combined scopes, each with its parts. */
  'x-scopes'?: Record<string, string[]>;
}

export interface Contract {
  info?: { version?: string };
  /** By kind, such as `schemas`. */
  components?: { securitySchemes?: Record<string, SecurityScheme> } & Record<string, object>;
  paths?: Record<string, Record<string, Operation>>;
}

/** A part of the contract with its pointer. */
export interface At<T> {
  node: T;
  at: Pointer;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** Follows a local `$ref`. A broken one, which the engine reports, becomes an empty node. */
export function resolve<T>(contract: Contract, node: T, at: Pointer): At<T> {
  const ref = (node as { $ref?: unknown } | undefined)?.$ref;
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return { node, at };
  const pointer = ref
    .slice(2)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const target = pointer.reduce<unknown>(
    (node, key) => (node as Record<string, unknown> | undefined)?.[key],
    contract,
  );
  return resolve(contract, (target ?? {}) as T, pointer);
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

/** The media types of the request body, if there is one. */
export const bodyOf = ({ node, at }: OperationAt): ReturnType<typeof contentOf> =>
  node.requestBody ? contentOf({ node: node.requestBody, at: [...at, 'requestBody'] }) : [];

/** A schema and all schemas in it, each once; a `$ref` is followed to its target. */
export function schemasIn(
  contract: Contract,
  root: Schema | undefined,
  from: Pointer,
  seen = new Set<Schema>(),
): At<Schema>[] {
  const { node, at } = resolve(contract, root, from);
  if (node === undefined || seen.has(node)) return [];
  seen.add(node);
  const { properties = {}, items, additionalProperties: rest } = node;
  const inner: [Schema, Pointer][] = [
    ...Object.entries(properties).map(([name, schema]): [Schema, Pointer] => [schema, ['properties', name]]),
    ...(items ? [[items, ['items']] as [Schema, Pointer]] : []),
    ...(typeof rest === 'object' ? [[rest, ['additionalProperties']] as [Schema, Pointer]] : []),
    ...(['anyOf', 'oneOf', 'allOf'] as const).flatMap((word) =>
      (node[word] ?? []).map((schema, n): [Schema, Pointer] => [schema, [word, String(n)]]),
    ),
  ];
  return [
    { node, at },
    ...inner.flatMap(([schema, pointer]) => schemasIn(contract, schema, [...at, ...pointer], seen)),
  ];
}

/** All schemas of requests: parameters and bodies. */
export function requestSchemas(contract: Contract): At<Schema>[] {
  const seen = new Set<Schema>();
  return operationsOf(contract).flatMap((operation) =>
    [...operation.parameters, ...bodyOf(operation)].flatMap(({ node, at }) =>
      schemasIn(contract, node?.schema, [...at, 'schema'], seen),
    ),
  );
}

/** All schemas of responses. */
export function responseSchemas(contract: Contract): At<Schema>[] {
  const seen = new Set<Schema>();
  return operationsOf(contract).flatMap(({ responses }) =>
    responses.flatMap((response) =>
      contentOf(response).flatMap(({ node, at }) =>
        schemasIn(contract, node.schema, [...at, 'schema'], seen),
      ),
    ),
  );
}
