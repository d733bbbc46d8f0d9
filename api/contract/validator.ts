/**
 * The contract on the hot path: one validator an operation, compiled from the spec at start.
 *
 * express-openapi-validator judges the same requests in tests and development (judge.ts); it would cost too much of each request
 * here (measured: docs/performance.md). test/contract/verdicts.test.ts holds the two to the same verdicts.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Context } from 'koa';
import { parseIdempotencyKey } from '../../domain/idempotency-key.ts';
import { Problem, type ProblemError } from '../problem.ts';
import type { Operation, Parameter, Spec } from './spec.ts';

/** What a request brings, as its handler gets it: checked, with numbers as numbers and defaults filled in. */
export interface Input {
  params: Record<string, string>;
  query: Record<string, unknown>;
  headers: Record<string, unknown>;
  body: unknown;
}

/** What a request brings, as it stands before it is checked. */
export interface RawInput {
  params: Record<string, string>;
  query: Record<string, string | string[] | undefined>;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

/** The raw input of a request. The validators fill in defaults and change text to numbers, in these copies. */
export const inputOf = (ctx: Context): RawInput => ({
  params: { ...(ctx['params'] as Record<string, string>) },
  query: { ...ctx.query },
  headers: ctx.headers,
  body: (ctx.request as { body?: unknown }).body,
});

/** @throws {Problem} 400, 404, 422 or 428 when the request does not fit the contract */
export type ValidateInput = (input: RawInput) => Input;

export interface OperationValidator {
  validate: ValidateInput;
  /** The body alone. Throws {@link Problem} 422. */
  checkBody: (body: unknown) => void;
}

export function compileValidators(spec: Spec): Map<string, OperationValidator> {
  const options = { strict: false, allErrors: true } as const;
  const forBodies = new Ajv(options);
  // Parameters arrive as text.
  const forParameters = new Ajv({ ...options, coerceTypes: true, useDefaults: true });
  for (const ajv of [forBodies, forParameters]) {
    // As in express-openapi-validator; a time that fits the form and does not exist is found out by instantOf.
    addFormats.default(ajv, { mode: 'fast' });
    ajv.addFormat('int64', true);
    ajv.addSchema(spec.document, spec.name);
  }
  return new Map(
    spec.operations.map((operation) => [operation.id, compile(spec, operation, forParameters, forBodies)]),
  );
}

function compile(spec: Spec, operation: Operation, forParameters: Ajv, forBodies: Ajv): OperationValidator {
  const of = (place: Parameter['in']) => operation.parameters.filter((parameter) => parameter.in === place);
  const [path, query, header] = [of('path'), of('query'), of('header')];
  const checkPath = forParameters.compile(objectOf(spec, path, {}));
  const checkQuery = forParameters.compile(objectOf(spec, query, { additionalProperties: false }));
  const checkHeader = forParameters.compile(objectOf(spec, header, {}));
  const checkBody = operation.body && forBodies.compile(rebase(spec, operation.body.schema));
  const headerNames = header.map(({ name }) => [name, name.toLowerCase()] as const);

  const requireBody = (body: unknown) => {
    if (checkBody && !checkBody(body)) throw invalidBody(checkBody);
  };
  const validate: ValidateInput = ({ params, query, headers, body }) => {
    if (path.length > 0 && !checkPath(params)) throw notFound(path, checkPath);
    if (!checkQuery(query)) throw invalidParameters(checkQuery.errors, '');
    const known: Record<string, unknown> = {};
    for (const [name, lower] of headerNames) if (headers[lower] !== undefined) known[name] = headers[lower];
    if (!checkHeader(known)) throw invalidHeaders(checkHeader.errors);
    requireBody(body);
    return { params, query, headers: known, body };
  };
  return { validate, checkBody: requireBody };
}

function objectOf(spec: Spec, parameters: Parameter[], more: object): object {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, rebase(spec, schema)])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    ...more,
  };
}

/** `#/components/…` is meant from the root of the spec, wherever the schema is compiled. */
function rebase<T>(spec: Spec, node: T): T {
  return JSON.parse(JSON.stringify(node), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#') ? `${spec.name}${value}` : value,
  ) as T;
}

/** An id that cannot be one names nothing: that is 404, not a lesson in syntax. */
function notFound(parameters: Parameter[], { errors }: ValidateFunction): Problem {
  const wrong = parameters.find(({ name }) => errors?.some((error) => error.instancePath === `/${name}`));
  const code = wrong?.['x-not-found'] ?? 'route_not_found';
  return new Problem(code, `There is no such ${wrong?.name.replace(/_id$/, '').replaceAll('_', ' ')}.`);
}

function invalidHeaders(errors: ErrorObject[] | null | undefined): Problem {
  const ofKey = errors?.find(
    (e) => e.instancePath === '/Idempotency-Key' || e.params['missingProperty'] === 'Idempotency-Key',
  );
  if (ofKey?.keyword === 'required') {
    return new Problem(
      'idempotency_key_missing',
      'Send an Idempotency-Key field with every write, such as Idempotency-Key: "8e03978e-40d5-43dd-bc93-6894a57f9324".',
    );
  }
  if (ofKey) throw invalidIdempotencyKey();
  if (errors?.some((e) => e.params['missingProperty'] === 'If-Match')) {
    return new Problem(
      'precondition_required',
      'Send If-Match with the ETag of the resource as you have read it, so that no change of somebody else is lost.',
    );
  }
  return invalidParameters(errors, 'header ');
}

const invalidIdempotencyKey = () =>
  new Problem(
    'idempotency_key_invalid',
    'An Idempotency-Key is 1 to 255 visible ASCII characters, quoted or bare, and there is one.',
  );

/**
 * The key that a request was given.
 *
 * @throws {Problem} 400 `idempotency_key_invalid`
 */
export function idempotencyKeyOf(input: Input): string {
  const key = parseIdempotencyKey(String(input.headers['Idempotency-Key']));
  if (key === undefined) throw invalidIdempotencyKey();
  return key;
}

function invalidParameters(errors: ErrorObject[] | null | undefined, kind: string): Problem {
  const list = (errors ?? []).map((error): ProblemError => {
    const unknown = error.params['additionalProperty'] as string | undefined;
    const parameter =
      unknown ?? (error.params['missingProperty'] as string | undefined) ?? error.instancePath.slice(1);
    return {
      parameter: parameter.slice(0, 100),
      detail: unknown === undefined ? detailOf(error) : 'is not a parameter of this call',
    };
  });
  const names = [...new Set(list.map((error) => ('parameter' in error ? error.parameter : '')))].join(', ');
  return new Problem('invalid_parameter', `Not valid: ${kind}${names}.`, { errors: list });
}

function invalidBody({ errors }: ValidateFunction): Problem {
  const list = (errors ?? []).map((error): ProblemError => {
    const unknown = error.params['additionalProperty'] as string | undefined;
    const missing = error.params['missingProperty'] as string | undefined;
    const member = unknown ?? missing;
    const pointer = member === undefined ? error.instancePath : `${error.instancePath}/${escape(member)}`;
    if (unknown !== undefined) return { pointer, detail: 'is not a member of this schema' };
    if (missing !== undefined) return { pointer, detail: 'is required' };
    return { pointer, detail: detailOf(error) };
  });
  return new Problem('invalid_body', 'The body does not fit the schema of this call.', { errors: list });
}

const escape = (member: string) => member.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');

/** Says what would be right. ajv's message never holds the value. */
function detailOf({ keyword, message = 'is not valid', params }: ErrorObject): string {
  if (keyword === 'enum') return `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`;
  if (keyword === 'pattern' && String(params['pattern']).includes('\\p{Cc}'))
    return 'must not hold control characters or lone surrogates';
  return message;
}
