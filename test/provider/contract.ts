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
  'x-extensible-enum'?: unknown[];
  /** A set of values that the contract does not list. */
  'x-value-set'?: string;
  /** Members that the server checks item by item. */
  'x-refused-in-item'?: string[];
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
  /** The parameter excludes these, or these values: `order=desc`. */
  'x-not-with'?: string | string[];
  /** The parameter needs this one. */
  'x-only-with'?: string;
}

/** The response of an operation with one status. */
export interface Promised {
  /** A list if the problem document holds the value that applies. */
  'x-retry': string | string[];
  headers?: Record<string, { required?: boolean; schema: Schema }>;
  content?: Record<string, { schema: Schema }>;
  /** The same as CSV, for a client that prefers `text/csv`. */
  'x-csv'?: string;
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

interface Document {
  info: { 'x-lifecycle'?: { successor?: string } };
  paths: Record<string, Record<string, OperationObject>>;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** @param name file name in `openapi/`, without `.yaml` */
export async function readContract(name: string): Promise<Contract> {
  const text = await readFile(new URL(`../../openapi/${name}.yaml`, import.meta.url), 'utf8');
  const document: unknown = parse(text);
  const { paths } = dereference(document, ofRequests) as Document;
  const isNewest = (document as Document).info['x-lifecycle']?.successor === undefined;
  const { paths: answered } = dereference(document, (schema) => ofAnswers(schema, isNewest)) as Document;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method): Operation => {
      const { operationId, parameters = [], requestBody } = item[method]!;
      const [mediaType, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
      return {
        id: operationId,
        method: method.toUpperCase(),
        path,
        parameters,
        body: mediaType && media ? { mediaType, ...media, maxBytes: requestBody!['x-max-bytes'] } : undefined,
        answers: answered[path]![method]!.responses,
      };
    }),
  );
  return { name, operations };
}

/** A wrong member of an item is refused in its own item of the answer. */
function ofRequests(schema: Schema): Schema {
  const names = schema['x-refused-in-item'] ?? [];
  const own = Object.fromEntries(names.map((name) => [name, { type: 'object' }]));
  return names.length === 0 ? schema : { ...schema, properties: { ...schema.properties, ...own } };
}

/**
 * Clients must expect more; this server must send what its contract describes, and no more. A
 * version with a successor does not list the problem codes that came after it.
 */
function ofAnswers(schema: Schema, isNewest: boolean): Schema {
  const { 'x-extensible-enum': known, properties, additionalProperties, nullable, oneOf } = schema;
  if (known !== undefined && isNewest) return { ...schema, enum: known };
  if (properties && additionalProperties === undefined) return { ...schema, additionalProperties: false };
  // `oneOf` of one schema would exclude null.
  if (nullable && oneOf) return { anyOf: [...oneOf, { type: 'object', nullable: true, enum: [null] }] };
  return schema;
}

/**
 * Replaces each local `$ref` by its target, and changes each object; several references share one
 * object.
 */
function dereference(document: unknown, change: (schema: Schema) => Schema): unknown {
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
    return change(Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)])));
  };
  return walk(document);
}
