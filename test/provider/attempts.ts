/** The good requests that an operation is tried with. */
import fc from 'fast-check';
import type { Operation, Parameter, Schema } from './contract.ts';
import type { Answer, Request } from './exchange.ts';
import { goodValues } from './good-values.ts';
import { fitsText } from './schema.ts';
import { type Told, exampleOf } from './story.ts';

export interface Attempt {
  /** What is tried, for a person. */
  what: string;
  request: Request;
  /** Whether it is to be about an order of its own, which it may change. */
  isWrite?: boolean;
  /** What the contract lets such a request be answered with. */
  allowed: (status: number) => boolean;
}

/** A server that has nothing to tell for so long is not worth the wait. */
const LONGEST_WAIT = 1;

const notRefusedUnread = (status: number) => status < 500 && status !== 400 && status !== 415;
/** One of these statuses and no other. */
export const only =
  (...statuses: number[]) =>
  (status: number) =>
    statuses.includes(status);

/** Good requests: the example, and others made from the schemas. */
export function goodAttempts(
  operation: Operation,
  told: Told,
  { seed, runs }: { seed: number; runs: number },
): Attempt[] {
  const made = fc.sample(goodRequests(operation, told), { seed, numRuns: runs });
  const isWrite = operation.body !== undefined;
  return [
    {
      what: 'the example',
      request: exampleOf(operation, told),
      isWrite,
      allowed: only(200, 201, 202, 204, 207),
    },
    ...made.map((request, n) => ({
      what: `good request ${n}`,
      request,
      isWrite,
      allowed: notRefusedUnread,
    })),
    ...inventions(operation, told, seed),
    ...unknownIds(operation, told, seed),
  ];
}

/** What is to be taken from an answer, and is invented instead: the server may well refuse it, but must not stumble. */
function inventions(operation: Operation, told: Told, seed: number): Attempt[] {
  const base = exampleOf(operation, told);
  return operation.parameters
    .filter(({ schema, 'x-from-answer': source }) => source !== undefined && schema.type === 'string')
    .map(({ name, in: place, schema }) => {
      const part = place === 'query' ? 'query' : 'headers';
      const [value] = fc.sample(fieldTexts(schema), { seed, numRuns: 1 });
      return {
        what: `an invented ${name}`,
        request: { ...base, [part]: { ...base[part], [name]: value } },
        allowed: (status: number) => status < 500,
      };
    });
}

/** The page after this one, when an answer says that there is one. */
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

function goodRequests(operation: Operation, told: Told): fc.Arbitrary<Request> {
  const { parameters, body } = operation;
  const some = (place: Parameter['in']) => {
    const here = parameters.filter((parameter) => parameter.in === place && !isUntold(parameter, told));
    const values = Object.fromEntries(here.map((parameter) => [parameter.name, goodTexts(parameter, told)]));
    const required = here.filter((parameter) => parameter.required).map(({ name }) => name);
    return fc.record(values, { requiredKeys: required, noNullPrototype: true });
  };
  const bodies = body ? fc.oneof(goodValues(body.schema), nearExample(body)) : fc.constant(undefined);
  return fc.tuple(some('query'), some('header'), bodies).map(([query, headers, value]) => ({
    path: told,
    query: withoutRivals(operation, query),
    headers: { ...headers, ...(body && { 'Content-Type': body.mediaType }) },
    body: body && JSON.stringify(value),
  }));
}

/** The example with one member made anew: such a request has more of a chance to be granted. */
function nearExample({ schema, example }: NonNullable<Operation['body']>): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...Object.keys(schema.properties ?? {})), goodValues(schema, true))
    .map(([name, value]) => Object.assign({}, example, { [name]: (value as Record<string, unknown>)[name] }));
}

function goodTexts(
  { name, in: place, schema, 'x-from-answer': source }: Parameter,
  told: Told,
): fc.Arbitrary<string> {
  if (source) return fc.constant(told[source]!);
  const bounded = name === 'wait' ? { ...schema, maximum: LONGEST_WAIT } : schema;
  return place === 'header' ? fieldTexts(bounded) : parameterTexts(bounded);
}

const parameterTexts = (schema: Schema) =>
  goodValues(schema)
    .map(String)
    .filter((text) => fitsText(schema, text));

/** What HTTP itself does not carry in a field is no matter of the contract. */
const fieldTexts = (schema: Schema) =>
  parameterTexts(schema).filter((text) => /^[!-~](?:[ -~]*[!-~])?$/.test(text) && text.length < 1100);

const isUntold = ({ 'x-from-answer': source }: Parameter, told: Told) =>
  source !== undefined && told[source] === undefined;

function withoutRivals({ parameters }: Operation, query: Record<string, string>): Record<string, string> {
  const rivals = parameters.filter(({ 'x-not-with': rival }) => rival !== undefined && rival in query);
  return Object.fromEntries(
    Object.entries(query).filter(([name]) => !rivals.some((parameter) => parameter.name === name)),
  );
}

/** Ids of the right form that nothing has. */
function unknownIds(operation: Operation, told: Told, seed: number): Attempt[] {
  return operation.parameters
    .filter((parameter) => parameter.in === 'path')
    .map(({ name, schema }) => {
      // Names like "constructor" come up so often that an order may have one.
      const long = goodValues(schema).filter((id) => String(id).length > 8 && !(String(id) in {}));
      const [id] = fc.sample(long, { seed, numRuns: 1 });
      const { path, ...rest } = exampleOf(operation, told);
      return {
        what: `unknown ${name}`,
        request: { ...rest, path: { ...path, [name]: String(id) } },
        allowed: only(404),
      };
    });
}
