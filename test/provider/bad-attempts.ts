/** The invalid requests for an operation. */
import fc from 'fast-check';
import { type Attempt, only } from './attempts.ts';
import { badTexts, badValues } from './bad-values.ts';
import type { Operation, Parameter } from './contract.ts';
import type { Request } from './exchange.ts';
import { goodValues } from './good-values.ts';
import { type KnownValues, exampleOf } from './story.ts';

/** The example with one fault, for each possible fault. */
export function badAttempts(operation: Operation, known: KnownValues, seed: number): Attempt[] {
  const base = exampleOf(operation, known);
  return [
    ...badFraming(operation, base),
    ...operation.parameters.flatMap((parameter) => badParameter(parameter, base, seed)),
    ...(operation.body ? badBodies(operation.body, base, seed) : []),
  ];
}

function badFraming({ body, answers }: Operation, base: Request): Attempt[] {
  const headers = (change: Record<string, string>) => ({ ...base, headers: { ...base.headers, ...change } });
  const attempts: [string, Request, number[]][] = [
    ['no API key', headers({ Authorization: '' }), [401]],
    ['a wrong API key', headers({ Authorization: 'Bearer hf_live_nobody' }), [401]],
    ['another way to authenticate', headers({ Authorization: 'Basic eDp5' }), [401]],
    ['an unknown parameter', { ...base, query: { surprise: '1' } }, [400]],
  ];
  // An answer without a body suits every Accept.
  if ('406' in answers) attempts.push(['an Accept without JSON', headers({ Accept: 'text/html' }), [406]]);
  if (body) {
    attempts.push(
      ['another media type', headers({ 'Content-Type': 'text/csv' }), [415]],
      ['a form', headers({ 'Content-Type': 'application/x-www-form-urlencoded' }), [415]],
      ['an empty body', { ...base, body: '' }, [400]],
      ['half a body', { ...base, body: base.body!.slice(0, -1) }, [400]],
      ['a body that is not JSON', { ...base, body: '{hello}' }, [400]],
      [
        'a body that is too large',
        { ...base, body: JSON.stringify({ x: 'y'.repeat(body.maxBytes) }) },
        [413],
      ],
    );
  }
  return attempts.map(([what, request, statuses]) => ({ what, request, allowed: only(...statuses) }));
}

function badParameter(parameter: Parameter, base: Request, seed: number): Attempt[] {
  const { name, in: location, required, schema } = parameter;
  const part = location === 'header' ? 'headers' : location;
  const [good] = fc.sample(goodValues(schema, true), { seed, numRuns: 1 });
  const statuses = { path: [404], query: [400], header: [400] }[location];
  const attempts = badTexts(schema, good)
    // An empty segment gives another path. An HTTP field has its own limit and alphabet.
    .filter(({ value }) =>
      location === 'path' ? value !== '' : location === 'query' || /^[ -~]{0,8000}$/.test(value),
    )
    .map(({ what, value }) => ({
      what: `${location} ${name}: ${what}`,
      request: { ...base, [part]: { ...base[part], [name]: value } },
      allowed: only(...statuses),
    }));
  if (location === 'path' || !required) return attempts;
  const { [name]: _gone, ...others } = base[part];
  const missing = { ...base, [part]: others };
  return [...attempts, { what: `${location} ${name} is missing`, request: missing, allowed: only(400, 428) }];
}

function badBodies(
  { schema, example }: NonNullable<Operation['body']>,
  base: Request,
  seed: number,
): Attempt[] {
  const [full] = fc.sample(goodValues(schema, true), { seed, numRuns: 1 });
  return [...badValues(schema, example), ...badValues(schema, full)].map(({ what, value }) => ({
    what: `body: ${what}`,
    request: { ...base, body: JSON.stringify(value) },
    // By the contract, a body that is neither an object nor a list gets 400.
    allowed: typeof value === 'object' && value !== null ? only(422) : only(400),
  }));
}
