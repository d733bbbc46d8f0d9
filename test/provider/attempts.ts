/** The valid requests for an operation. */
import fc from 'fast-check';
import type { Operation, Parameter, Schema } from './contract.ts';
import type { Answer, Request } from './exchange.ts';
import { goodValues } from './good-values.ts';
import { fitsText } from './schema.ts';
import { allowedTogether } from './rivals.ts';
import { type KnownValues, exampleOf } from './story.ts';

export interface Attempt {
  /** Name of the attempt, for the report. */
  what: string;
  request: Request;
  /** Whether it needs its own order, which it may change. */
  isWrite?: boolean;
  /** The statuses that the contract allows. */
  allowed: (status: number) => boolean;
}

/** Limit of long polls, so that they do not slow the verification. */
const WAIT_SECONDS_MAX = 1;

const notRefusedUnread = (status: number) => status < 500 && status !== 400 && status !== 415;
/** One of these statuses and no other. */
export const only =
  (...statuses: number[]) =>
  (status: number) =>
    statuses.includes(status);

/** Valid requests: the example, and others generated from the schemas. */
export function goodAttempts(
  operation: Operation,
  known: KnownValues,
  { seed, runs }: { seed: number; runs: number },
): Attempt[] {
  const made = fc.sample(goodRequests(operation, known), { seed, numRuns: runs });
  const isWrite = operation.body !== undefined;
  return [
    {
      what: 'the example',
      request: exampleOf(operation, known),
      isWrite,
      allowed: only(200, 201, 202, 204, 207),
    },
    ...made.map((request, n) => ({
      what: `good request ${n}`,
      request,
      isWrite,
      allowed: notRefusedUnread,
    })),
    ...asCsv(operation, known),
    ...inventions(operation, known, seed),
    ...unknownIds(operation, known, seed),
  ];
}

/** The example for a client that prefers CSV, where the contract has it. */
function asCsv(operation: Operation, known: KnownValues): Attempt[] {
  if (operation.answers['200']?.['x-csv'] === undefined) return [];
  const base = exampleOf(operation, known);
  const headers = { ...base.headers, Accept: 'text/csv' };
  return [{ what: 'the example as CSV', request: { ...base, headers }, allowed: only(200) }];
}

/**
 * Invented values where the contract requires those of a response: any status below 500 is right.
 */
function inventions(operation: Operation, known: KnownValues, seed: number): Attempt[] {
  const base = exampleOf(operation, known);
  return operation.parameters
    .filter(({ schema, 'x-from-answer': source }) => source !== undefined && schema.type === 'string')
    .map(({ name, in: location, schema }) => {
      const part = location === 'query' ? 'query' : 'headers';
      const [value] = fc.sample(fieldTexts(schema), { seed, numRuns: 1 });
      return {
        what: `an invented ${name}`,
        request: { ...base, [part]: { ...base[part], [name]: value } },
        allowed: (status: number) => status < 500,
      };
    });
}

/** The next page, if a response has a cursor. */
export function nextPage(
  { parameters }: Operation,
  { what, request }: Attempt,
  { json }: Answer,
): Attempt | undefined {
  const parameter = parameters.find(({ 'x-from-answer': source }) => source === 'next_cursor');
  const cursor = (json as { next_cursor?: unknown } | undefined)?.next_cursor;
  if (parameter === undefined || typeof cursor !== 'string') return undefined;
  return {
    what: `the page after ${what}`,
    request: { ...request, query: { ...request.query, [parameter.name]: cursor } },
    allowed: only(200),
  };
}

function goodRequests(operation: Operation, known: KnownValues): fc.Arbitrary<Request> {
  const { parameters, body } = operation;
  const some = (location: Parameter['in']) => {
    const here = parameters.filter((parameter) => parameter.in === location && !isUnknown(parameter, known));
    const values = Object.fromEntries(here.map((parameter) => [parameter.name, goodTexts(parameter, known)]));
    const required = here.filter((parameter) => parameter.required).map(({ name }) => name);
    return fc.record(values, { requiredKeys: required, noNullPrototype: true });
  };
  const bodies = body ? fc.oneof(goodValues(body.schema), nearExample(body)) : fc.constant(undefined);
  return fc.tuple(some('query'), some('header'), bodies).map(([query, headers, value]) => ({
    path: known,
    query: withoutRivals(operation, query),
    headers: { ...headers, ...(body && { 'Content-Type': body.mediaType }) },
    body: body && JSON.stringify(value),
  }));
}

/** The example with one generated member: the server probably accepts it. */
function nearExample({ schema, example }: NonNullable<Operation['body']>): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...Object.keys(schema.properties ?? {})), goodValues(schema, true))
    .map(([name, value]) => Object.assign({}, example, { [name]: (value as Record<string, unknown>)[name] }));
}

function goodTexts(
  { name, in: location, schema, 'x-from-answer': source }: Parameter,
  known: KnownValues,
): fc.Arbitrary<string> {
  if (source) return fc.constant(known[source]!);
  const bounded = name === 'wait' ? { ...schema, maximum: WAIT_SECONDS_MAX } : schema;
  return location === 'header' ? fieldTexts(bounded) : parameterTexts(bounded);
}

const parameterTexts = (schema: Schema) =>
  goodValues(schema)
    .map(String)
    .filter((text) => fitsText(schema, text));

/** Values that an HTTP field can carry. */
const fieldTexts = (schema: Schema) =>
  parameterTexts(schema).filter((text) => /^[!-~](?:[ -~]*[!-~])?$/.test(text) && text.length < 1100);

const isUnknown = ({ 'x-from-answer': source }: Parameter, known: KnownValues) =>
  source !== undefined && known[source] === undefined;

const withoutRivals = ({ parameters }: Operation, query: Record<string, string>): Record<string, string> =>
  Object.fromEntries(allowedTogether(parameters, Object.entries(query)));

/** Well-formed ids without a resource. */
function unknownIds(operation: Operation, known: KnownValues, seed: number): Attempt[] {
  return operation.parameters
    .filter((parameter) => parameter.in === 'path')
    .map(({ name, schema }) => {
      // fast-check often generates "constructor" and the like, which another order may have.
      const long = goodValues(schema).filter((id) => String(id).length > 8 && !(String(id) in {}));
      const [id] = fc.sample(long, { seed, numRuns: 1 });
      const { path, ...rest } = exampleOf(operation, known);
      return {
        what: `unknown ${name}`,
        request: { ...rest, path: { ...path, [name]: String(id) } },
        // One who was never here may come by an import, so his erasure counts too.
        allowed: only(operation.id === 'erasePersonalData' ? 200 : 404),
      };
    });
}
