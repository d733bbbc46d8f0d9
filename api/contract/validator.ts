/**
 * Validators of requests, one an operation, compiled from the spec when an operation is first used:
 * all of them take a fifth of a start.
 *
 * The judge (judge.ts) is too slow for production: docs/performance.md has the figures.
 * test/contract/verdicts/ compares the verdicts of the two.
 */
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Context } from 'koa';
import { KEY_FIELD, keyInvalid, keyMissing } from '../commands/idempotency-key.ts';
import { isDecodable } from '../http/percent.ts';
import { invalidParameter } from '../problem/invalid-parameter.ts';
import { NAME_LENGTH_MAX, pointerStep } from '../problem/pointer.ts';
import { ERRORS_MAX, Problem, type ProblemError } from '../problem/problem.ts';
import { type Location, errorText, withoutNoise } from './error-text.ts';
import { FORMATS } from './formats.ts';
import { isInteger, isIntegerText } from './integer.ts';
import { isShort } from './short.ts';
import type { Operation, Parameter, Spec } from './spec.ts';

/** A valid request as its handler reads it: integers parsed, defaults set. */
export interface Input {
  params: Record<string, string>;
  query: Record<string, unknown>;
  headers: Record<string, unknown>;
  body: unknown;
}

/** A request before validation. */
export interface RawInput {
  params: Record<string, string>;
  query: Record<string, string | string[] | undefined>;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

/**
 * The raw input of a request. Copies, since validation sets defaults and parses integers in place.
 */
export const inputOf = (ctx: Context): RawInput => ({
  params: paramsOf(ctx),
  query: { ...ctx.query },
  headers: ctx.headers,
  body: (ctx.request as { body?: unknown }).body,
});

/** Empty values for a path that cannot be decoded, so that they match no id. */
function paramsOf(ctx: Context): Record<string, string> {
  const params = ctx['params'] as Record<string, string>;
  if (isDecodable(ctx.path)) return { ...params };
  return Object.fromEntries(Object.keys(params).map((name) => [name, '']));
}

/** @throws {Problem} 400, 404, 422 or 428 when the request does not fit the contract */
export type ValidateInput = (input: RawInput) => Input;

export interface OperationValidator {
  validate: ValidateInput;
  /** Throws {@link Problem} 422, with all faults of a short body, else with the first. */
  checkBody: (body: unknown, isThorough?: boolean) => void;
}

export function compileValidators(spec: Spec): Map<string, OperationValidator> {
  const compilers = {
    // Stops at the first fault: all faults of 4 MB of `{"orders":[{},{},…` would fill the heap.
    forBodies: compilerOf(spec, {}),
    forFaults: compilerOf(spec, { allErrors: true }),
    // Parameters are few and short. `verbose` adds the schema, for the bounds of an integer.
    parameters: compiledOnce(compilerOf(spec, { allErrors: true, useDefaults: true, verbose: true })),
  };
  return new Map(
    spec.operations.map((operation) => [operation.id, whenUsed(() => compile(spec, operation, compilers))]),
  );
}

function whenUsed(compileNow: () => OperationValidator): OperationValidator {
  let compiled: OperationValidator | undefined;
  const validator = () => (compiled ??= compileNow());
  return {
    validate: (input) => validator().validate(input),
    checkBody: (body, isThorough) => validator().checkBody(body, isThorough),
  };
}

function compilerOf(spec: Spec, options: Options): Ajv {
  const ajv = new Ajv({ strict: false, validateSchema: false, ...options });
  addFormats.default(ajv, { mode: 'fast' }); // as in express-openapi-validator
  for (const [name, format] of Object.entries(FORMATS)) ajv.addFormat(name, format);
  ajv.addFormat('int64', true);
  ajv.addSchema(spec.requests, spec.name);
  return ajv;
}

/** Many operations have the same parameters at the same place: half of a start's compiling. */
function compiledOnce(ajv: Ajv): (schema: object) => ValidateFunction {
  const compiled = new Map<string, ValidateFunction>();
  return (schema) => {
    const text = JSON.stringify(schema);
    let validate = compiled.get(text);
    if (validate === undefined) compiled.set(text, (validate = ajv.compile(schema)));
    return validate;
  };
}

/** Compiles when it is first needed: most processes never refuse a body of most operations. */
function compiledLater(compile: () => ValidateFunction): () => ValidateFunction {
  let validate: ValidateFunction | undefined;
  return () => (validate ??= compile());
}

interface Compilers {
  forBodies: Ajv;
  forFaults: Ajv;
  parameters: (schema: object) => ValidateFunction;
}

function compile(spec: Spec, operation: Operation, compilers: Compilers): OperationValidator {
  const of = (location: Parameter['in']) => operation.parameters.filter((each) => each.in === location);
  const [path, query, header] = [of('path'), of('query'), of('header')];
  const compileParameters = (list: Parameter[], more: object) =>
    compilers.parameters(objectOf(spec, list, more));
  const checkPath = compileParameters(path, {});
  const checkQuery = compileParameters(query, { additionalProperties: false });
  const checkHeader = compileParameters(header, {});
  const bodySchema = operation.body && rebase(spec, operation.body.schema);
  const fitsBody = bodySchema && compilers.forBodies.compile(bodySchema);
  const findFaults = compiledLater(() => compilers.forFaults.compile(bodySchema!));
  const headerNames = header.map(({ name }) => [name, name.toLowerCase()] as const);
  const integersOf = (list: Parameter[]) => list.filter(isInteger).map(({ name }) => name);
  const queryNames = query.map(({ name }) => name);
  const [queryIntegers, headerIntegers] = [integersOf(query), integersOf(header)];

  const requireBody = (body: unknown, isThorough = true) => {
    if (fitsBody === undefined || fitsBody(body)) return;
    const { errors } = fitsBody;
    if (!isThorough || !isShort(body)) throw invalidBody(errors);
    const find = findFaults();
    throw invalidBody(find(body) ? errors : find.errors);
  };
  const validate: ValidateInput = ({ params, query, headers, body }) => {
    if (path.length > 0 && !checkPath(params)) throw notFound(path, checkPath);
    readIntegers(query, queryIntegers);
    if (!checkQuery(query)) throw invalidParameters(checkQuery.errors, 'query', queryNames);
    const known: Record<string, unknown> = {};
    for (const [name, lower] of headerNames) if (headers[lower] !== undefined) known[name] = headers[lower];
    readIntegers(known, headerIntegers);
    if (!checkHeader(known)) throw invalidHeaders(checkHeader.errors);
    requireBody(body);
    return { params, query, headers: known, body };
  };
  return { validate, checkBody: requireBody };
}

/** Parses integer parameters in place. */
function readIntegers(values: Record<string, unknown>, names: string[]): void {
  for (const name of names) {
    const text = values[name];
    if (typeof text === 'string' && isIntegerText(text)) values[name] = Number(text);
  }
}

function objectOf(spec: Spec, parameters: Parameter[], more: object): object {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, rebase(spec, schema)])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    ...more,
  };
}

/** Makes references absolute: `#/components/…` becomes `v1#/components/…`. */
function rebase<T>(spec: Spec, node: T): T {
  return JSON.parse(JSON.stringify(node), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#') ? `${spec.name}${value}` : value,
  ) as T;
}

/** A malformed id names nothing: 404, not 400. */
function notFound(parameters: Parameter[], { errors }: ValidateFunction): Problem {
  const wrong = parameters.find(({ name }) => errors?.some((error) => error.instancePath === `/${name}`));
  if (wrong === undefined) return new Problem('route_not_found', 'There is no resource at this path.');
  const code = wrong['x-not-found'] ?? 'route_not_found';
  return new Problem(code, `This ${wrong.name.replace(/_id$/, '').replaceAll('_', ' ')} does not exist.`);
}

function invalidHeaders(errors: ErrorObject[] | null | undefined): Problem {
  const ofKey = errors?.find(
    (e) => e.instancePath === `/${KEY_FIELD}` || e.params['missingProperty'] === KEY_FIELD,
  );
  if (ofKey) return ofKey.keyword === 'required' ? keyMissing() : keyInvalid();
  if (errors?.some((e) => e.params['missingProperty'] === 'If-Match')) {
    return new Problem(
      'precondition_required',
      'Send If-Match with the ETag that you read, so that no concurrent change is lost.',
    );
  }
  return invalidParameters(errors, 'header');
}

/** @param names all parameters of the operation at this location */
function invalidParameters(
  errors: ErrorObject[] | null | undefined,
  location: Location,
  names: readonly string[] = [],
): Problem {
  const details = new Map<string, string>();
  for (const error of withoutNoise(errors ?? [])) {
    const unknown = error.params['additionalProperty'] as string | undefined;
    const missing = error.params['missingProperty'] as string | undefined;
    const parameter = (unknown ?? missing ?? error.instancePath.slice(1)).slice(0, NAME_LENGTH_MAX);
    if (details.has(parameter)) continue;
    const detail =
      unknown === undefined
        ? errorText(error, location, error.data)
        : `unknown parameter; this call accepts ${names.length === 0 ? 'none' : names.join(', ')}`;
    details.set(parameter, detail);
  }
  return invalidParameter(
    Array.from(details, ([parameter, detail]) => ({ parameter, detail })),
    location === 'header' ? 'header' : 'parameter',
  );
}

function invalidBody(errors: ErrorObject[] | null | undefined): Problem {
  const list = withoutNoise(errors ?? [])
    .slice(0, ERRORS_MAX)
    .map((error): ProblemError => {
      const unknown = error.params['additionalProperty'] as string | undefined;
      const missing = error.params['missingProperty'] as string | undefined;
      const member = unknown ?? missing;
      const holder = shortened(error.instancePath);
      const pointer = member === undefined ? holder : holder + pointerStep(member);
      return { pointer, detail: errorText(error, 'body') };
    });
  return new Problem('invalid_body', 'Invalid body, see errors.', { errors: list });
}

/** A pointer with short names: an answer must not repeat a name of 200 KB. */
const shortened = (pointer: string): string =>
  pointer.length <= NAME_LENGTH_MAX
    ? pointer
    : pointer
        .split('/')
        .map((step) => step.slice(0, NAME_LENGTH_MAX))
        .join('/');
