/** The specs of openapi/ as data: the source of all routes, scopes and validators. */
import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, load } from 'js-yaml';
import { CSV_TYPE, JSON_TYPE } from '../http/accept.ts';
import type { ProblemCode } from '../problem/problem.ts';
import { requestRules } from './rules.ts';

export type Schema = Record<string, unknown>;

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
  /** Of a path parameter: the problem `code` for a value that is no id. */
  'x-not-found'?: ProblemCode;
}

export interface Operation {
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As in the spec: `/v1/orders/{order_id}`. */
  path: string;
  scope: string;
  /** A scope that it needs besides. */
  besides: string | undefined;
  parameters: Parameter[];
  /** Whether its contract has 406: an answer without a body suits every `Accept`. */
  refusesAccept: boolean;
  /** Media types of its answer, the preferred one first. */
  mediaTypes: readonly string[];
  /** `undefined` when the operation reads no body. */
  body: { mediaType: string; schema: Schema; maxBytes: number } | undefined;
}

/** The deprecation of a version. */
export interface Lifecycle {
  /** RFC 3339, as `sunset_at`. */
  deprecated_at: string;
  sunset_at: string;
  /** Name of the version that replaces it, such as `v2`. */
  successor: string;
}

export interface Spec {
  /** `v1` */
  name: string;
  /** `undefined` for a version that is not deprecated. */
  lifecycle: Lifecycle | undefined;
  /** As published. */
  document: Record<string, unknown>;
  /** With the server's rules of requests; `operations` come from it. */
  requests: Record<string, unknown>;
  operations: Operation[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/**
 * Operations that send orders to a URL of the caller: who may not read orders may not do that
 * either. Not in the specs, because that of version 1 never changes.
 */
const SENDS_ORDERS: ReadonlySet<string> = new Set([
  'createWebhookEndpoint',
  'updateWebhookEndpoint',
  'redeliverWebhook',
  'createWebhookReplay',
]);

interface OperationObject {
  operationId: string;
  'x-scope': string;
  parameters?: unknown[];
  requestBody?: { 'x-max-bytes': number; content: Record<string, { schema: Schema }> };
  responses: Record<string, { 'x-csv'?: string }>;
}

const specs = new Map<string, Spec>();

/**
 * The spec of a version, read from disk once.
 *
 * @param name file name without `.yaml`, and first segment of the paths: `v1`
 */
export function loadSpec(name: string): Spec {
  let spec = specs.get(name);
  if (spec === undefined) specs.set(name, (spec = readSpec(name)));
  return spec;
}

function readSpec(name: string): Spec {
  const text = readFileSync(new URL(`../../openapi/${name}.yaml`, import.meta.url), 'utf8');
  const document = load(text, { schema: CORE_SCHEMA }) as Spec['document'] & {
    info: { 'x-lifecycle'?: Lifecycle };
    paths: Record<string, Record<string, unknown>>;
  };
  const requests = requestRules(document);
  const operations = Object.entries(requests.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method): Operation => {
      const operation = item[method] as OperationObject;
      const content = Object.entries(operation.requestBody?.content ?? {})[0];
      return {
        id: operation.operationId,
        method,
        path,
        scope: operation['x-scope'],
        besides: SENDS_ORDERS.has(operation.operationId) ? 'orders:read' : undefined,
        parameters: (operation.parameters ?? []).map(
          (parameter) => resolve(requests, parameter) as Parameter,
        ),
        refusesAccept: '406' in operation.responses,
        mediaTypes: mediaTypesOf(operation),
        body: content && {
          mediaType: content[0],
          schema: content[1].schema,
          maxBytes: operation.requestBody!['x-max-bytes'],
        },
      };
    }),
  );
  return { name, lifecycle: document.info['x-lifecycle'], document, requests, operations };
}

/**
 * JSON first, also where only problems have a body. `x-csv` on a response declares CSV: a second
 * media type would give every generated client a union.
 */
const mediaTypesOf = ({ responses }: OperationObject): string[] => [
  JSON_TYPE,
  ...(responses['200']?.['x-csv'] === undefined ? [] : [CSV_TYPE]),
];

/** Follows a local `$ref`, such as `#/components/parameters/Limit`. */
function resolve(document: unknown, node: unknown): unknown {
  const ref = (node as { $ref?: string }).$ref;
  if (ref === undefined) return node;
  return ref
    .slice(2)
    .split('/')
    .reduce((at, name) => (at as Record<string, unknown>)[name], document);
}
