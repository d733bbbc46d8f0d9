/** Reads a contract from its file alone, without any code of the server. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

export interface Schema {
  type?: string;
  format?: string;
  nullable?: boolean;
  enum?: unknown[];
  pattern?: string;
  example?: unknown;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  items?: Schema;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  /** Whether reserved characters of RFC 3986 may be sent unencoded. */
  allowReserved?: boolean;
  schema: Schema;
  /** The header or member of an earlier response that supplies the value. */
  'x-from-answer'?: string;
  /** The parameter excludes this one. */
  'x-not-with'?: string;
}

/** The response of an operation with one status. */
export interface Promised {
  /** A list if the problem document holds the value that applies. */
  'x-retry': string | string[];
  headers?: Record<string, { required?: boolean; schema: Schema }>;
  content?: Record<string, { schema: Schema }>;
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  parameters: Parameter[];
  body: { mediaType: string; schema: Schema; example: unknown; maxBytes: number } | undefined;
  answers: Record<string, Promised>;
}

export interface Contract {
  name: string;
  operations: Operation[];
}

interface OperationObject {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { 'x-max-bytes': number; content: Record<string, { schema: Schema; example: unknown }> };
  responses: Record<string, Promised>;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** @param name file name in `openapi/`, without `.yaml` */
export async function readContract(name: string): Promise<Contract> {
  const text = await readFile(new URL(`../../openapi/${name}.yaml`, import.meta.url), 'utf8');
  const { paths } = dereference(parse(text)) as { paths: Record<string, Record<string, OperationObject>> };
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method): Operation => {
      const { operationId, parameters = [], requestBody, responses } = item[method]!;
      const [mediaType, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
      return {
        id: operationId,
        method: method.toUpperCase(),
        path,
        parameters,
        body: mediaType && media ? { mediaType, ...media, maxBytes: requestBody!['x-max-bytes'] } : undefined,
        answers: responses,
      };
    }),
  );
  return { name, operations };
}

/** Replaces each local `$ref` by its target; several references share one object. */
function dereference(document: unknown): unknown {
  const done = new Map<string, unknown>();
  const follow = (ref: string): unknown => {
    if (!done.has(ref)) {
      const names = ref.slice(2).split('/');
      done.set(ref, walk(names.reduce((at, name) => (at as Record<string, unknown>)[name], document)));
    }
    return done.get(ref);
  };
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    const { $ref } = node as { $ref?: string };
    if ($ref !== undefined) return follow($ref);
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]));
  };
  return walk(document);
}
