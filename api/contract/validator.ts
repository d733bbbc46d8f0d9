/**
 * The contract on the hot path: one validator an operation, compiled from the spec at start.
 *
 * express-openapi-validator judges the same requests in tests and development (judge.ts); it would cost too much of each request
 * here (measured: docs/performance.md). test/contract/verdicts.test.ts holds the two to the same verdicts.
 */
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Context } from 'koa';
import { parseIdempotencyKey } from '../../domain/idempotency-key.ts';
import { isDecodable } from '../http/percent.ts';
import { parameterName } from '../problem/parameter-name.ts';
import { pointerStep } from '../problem/pointer.ts';
import { MOST_ERRORS, Problem, type ProblemError } from '../problem/problem.ts';
import { FORMATS } from './formats.ts';
import { isInteger, isIntegerText } from './integer.ts';
import { isShort } from './short.ts';
import type { Operation, Parameter, Spec } from './spec.ts';
import { type Place, inWords, telling } from './words.ts';

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
  params: paramsOf(ctx),
  query: { ...ctx.query },
  headers: ctx.headers,
  body: (ctx.request as { body?: unknown }).body,
});

/** Those of a path that cannot be decoded name nothing. */
function paramsOf(ctx: Context): Record<string, string> {
  const params = ctx['params'] as Record<string, string>;
  if (isDecodable(ctx.path)) return { ...params };
  return Object.fromEntries(Object.keys(params).map((name) => [name, '']));
}

/** @throws {Problem} 400, 404, 422 or 428 when the request does not fit the contract */
export type ValidateInput = (input: RawInput) => Input;

export interface OperationValidator {
  validate: ValidateInput;
  /** The body alone. Throws {@link Problem} 422, with every fault of a short body, or with the first. */
  checkBody: (body: unknown, isThorough?: boolean) => void;
}

/** @param operations those that are wanted, where not all of the spec are: each takes its time */
export function compileValidators(spec: Spec, operations = spec.operations): Map<string, OperationValidator> {
  const compilers = {
    // The first fault ends it: of four megabytes of `{"orders":[{},{},…` every fault would fill the heap.
    forBodies: compilerOf(spec, {}),
    forFaults: compilerOf(spec, { allErrors: true }),
    // With the schema of each fault: it says what a number can be. Texts are few and short here.
    parameters: compiledOnce(compilerOf(spec, { allErrors: true, useDefaults: true, verbose: true })),
  };
  return new Map(operations.map((operation) => [operation.id, compile(spec, operation, compilers)]));
}

function compilerOf(spec: Spec, options: Options): Ajv {
  const ajv = new Ajv({ strict: false, validateSchema: false, ...options });
  addFormats.default(ajv, { mode: 'fast' }); // as in express-openapi-validator
  for (const [name, format] of Object.entries(FORMATS)) ajv.addFormat(name, format);
  ajv.addFormat('int64', true);
  ajv.addSchema(spec.document, spec.name);
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
  const of = (place: Parameter['in']) => operation.parameters.filter((parameter) => parameter.in === place);
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
  const queryPlace: Parameters = { place: 'query', names: query.map(({ name }) => name) };
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
    if (!checkQuery(query)) throw invalidParameters(checkQuery.errors, queryPlace);
    const known: Record<string, unknown> = {};
    for (const [name, lower] of headerNames) if (headers[lower] !== undefined) known[name] = headers[lower];
    readIntegers(known, headerIntegers);
    if (!checkHeader(known)) throw invalidHeaders(checkHeader.errors);
    requireBody(body);
    return { params, query, headers: known, body };
  };
  return { validate, checkBody: requireBody };
}

/** Parameters arrive as text; one that spells an integer becomes one. */
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

/** `#/components/…` is meant from the root of the spec, wherever the schema is compiled. */
function rebase<T>(spec: Spec, node: T): T {
  return JSON.parse(JSON.stringify(node), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#') ? `${spec.name}${value}` : value,
  ) as T;
}

/** An id that cannot be one names nothing: that is 404, not a lesson in syntax. */
function notFound(parameters: Parameter[], { errors }: ValidateFunction): Problem {
  const wrong = parameters.find(({ name }) => errors?.some((error) => error.instancePath === `/${name}`));
  if (wrong === undefined) return new Problem('route_not_found', 'There is nothing at this path.');
  const code = wrong['x-not-found'] ?? 'route_not_found';
  return new Problem(code, `There is no such ${wrong.name.replace(/_id$/, '').replaceAll('_', ' ')}.`);
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
  return invalidParameters(errors, { place: 'header', names: [] });
}

const invalidIdempotencyKey = () =>
  new Problem(
    'idempotency_key_invalid',
    'An Idempotency-Key is 1 to 255 ASCII characters without spaces, quoted or bare. Send one such field.',
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

interface Parameters {
  place: Place;
  /** All that the call takes at this place. */
  names: readonly string[];
}

function invalidParameters(errors: ErrorObject[] | null | undefined, { place, names }: Parameters): Problem {
  const list = telling(errors ?? []).map((error) => {
    const unknown = error.params['additionalProperty'] as string | undefined;
    const missing = error.params['missingProperty'] as string | undefined;
    const parameter = (unknown ?? missing ?? error.instancePath.slice(1)).slice(0, 100);
    if (unknown === undefined) return { parameter, detail: inWords(error, place, error.data) };
    const takes = names.length === 0 ? 'it takes none' : `it takes ${names.join(', ')}`;
    return { parameter, detail: `is not a parameter of this call; ${takes}` };
  });
  const details = new Map(list.toReversed().map(({ parameter, detail }) => [parameter, detail]));
  const wrong = [...new Set(list.map(({ parameter }) => parameter))];
  const kind = place === 'header' ? 'header ' : '';
  return new Problem('invalid_parameter', `Not valid: ${kind}${wrong.map(parameterName).join(', ')}.`, {
    errors: wrong.map((parameter) => ({ parameter, detail: details.get(parameter)! })),
  });
}

function invalidBody(errors: ErrorObject[] | null | undefined): Problem {
  const list = telling(errors ?? [])
    .slice(0, MOST_ERRORS)
    .map((error): ProblemError => {
      const unknown = error.params['additionalProperty'] as string | undefined;
      const missing = error.params['missingProperty'] as string | undefined;
      const member = unknown ?? missing;
      const holder = shortened(error.instancePath);
      const pointer = member === undefined ? holder : holder + pointerStep(member);
      return { pointer, detail: inWords(error, 'body') };
    });
  return new Problem('invalid_body', 'The body does not fit the schema of this call.', { errors: list });
}

/** An answer is not to repeat a name of 200 KB. */
const shortened = (pointer: string): string =>
  pointer.length <= 100
    ? pointer
    : pointer
        .split('/')
        .map((step) => step.slice(0, 100))
        .join('/');
