import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findChanges } from '../../openapi/diff/operations/find-changes.ts';
import { parseContract } from '../../openapi/diff/documents/load.ts';
import { Unusable } from '../../openapi/diff/documents/unusable.ts';
import { type Fragment, TODAY, changes, contract, json } from './contracts.ts';

const text = { type: 'string' };
/** A contract with one of each part that the comparison reads. */
const RICH = JSON.parse(
  contract(
    {
      operationId: 'make',
      tags: ['a'],
      deprecated: true,
      'x-sunset': '2027-01-01',
      'x-stability-level': 'beta',
      security: [{ login: ['read'] }],
      parameters: [
        { name: 'q', in: 'query', schema: { type: 'array', items: text, default: [] }, style: 'form' },
        { name: 'X-Q', in: 'header', content: { 'application/json': { schema: text } } },
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              oneOf: [{ $ref: '#/components/schemas/Thing' }, { type: 'object', required: ['b'] }],
              discriminator: { propertyName: 'kind', mapping: { thing: '#/components/schemas/Thing' } },
            },
          },
          'multipart/form-data': { schema: text, encoding: { file: { contentType: 'image/png' } } },
        },
      },
      responses: {
        201: {
          description: 'Made',
          headers: { 'X-Total': { required: true, schema: { type: 'integer' } } },
          ...json({ type: ['object', 'null'], properties: { a: { $ref: '#/components/schemas/Thing' } } }),
        },
      },
      callbacks: { done: { '{$url}': { post: { requestBody: json(text), responses: {} } } } },
    },
    {
      components: {
        securitySchemes: { login: { type: 'http', scheme: 'basic' } },
        schemas: {
          Thing: {
            allOf: [{ type: 'object', required: ['a'] }, { nullable: true }],
            properties: { a: { enum: ['x'], pattern: '^x' }, b: { const: 1, minimum: 1, multipleOf: 1 } },
            patternProperties: { '^x': text },
            propertyNames: text,
            additionalProperties: text,
            dependentRequired: { a: ['b'] },
            dependentSchemas: { a: text },
            if: text,
            else: text,
            not: { prefixItems: [text], contains: text, minContains: 2, uniqueItems: true },
            anyOf: [text, { type: 'null' }],
            contentSchema: text,
            'x-extensible-enum': ['a'],
          },
        },
      },
      webhooks: { shipped: { post: { requestBody: json(text), responses: {} } } },
    },
    '3.1.0',
  ),
) as unknown;

/** All paths of a document that have a value. */
function placesOf(node: unknown, place: string[] = []): string[][] {
  if (typeof node !== 'object' || node === null) return [place];
  return [place, ...Object.entries(node).flatMap(([key, value]) => placesOf(value, [...place, key]))];
}

function replaced(node: unknown, [key, ...rest]: string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy = (Array.isArray(node) ? [...node] : { ...(node as Fragment) }) as Fragment;
  copy[key] = replaced(copy[key], rest, value);
  return copy;
}

/** Values that break code which treats each object as a plain one. */
const NASTY: fc.JsonValue[] = [
  { toString: false },
  { toString: false, valueOf: false },
  [{ toString: false }],
  { name: { toString: false } },
  { toJSON: 1 },
  { hasOwnProperty: 1 },
  { length: -1 },
];

test('a contract with any value anywhere is compared or refused, never a crash', () => {
  const places = placesOf(RICH);
  fc.assert(
    fc.property(
      fc.constantFrom(...places),
      fc.oneof(fc.constantFrom(...NASTY), fc.jsonValue({ maxDepth: 2 })),
      fc.boolean(),
      (place, value, forth) => {
        const text = JSON.stringify(replaced(RICH, place, value)) ?? 'null';
        try {
          const base = parseContract('base', JSON.stringify(RICH));
          const head = parseContract('head', text);
          if (forth) findChanges(base, head, TODAY);
          else findChanges(head, base, TODAY);
        } catch (error) {
          expect(error).toBeInstanceOf(Unusable);
        }
      },
    ),
    { numRuns: 400 },
  );
});

/** Many components, each of which contains every other. */
function entangled(count: number, last: Fragment, alternatives: boolean): string {
  const ref = (index: number): Fragment => ({ $ref: `#/components/schemas/S${index % count}` });
  const numbers = Array.from({ length: count }, (_, index) => index);
  const schemas = numbers.map((index) => [
    `S${index}`,
    {
      type: 'object',
      properties: {
        value: { type: 'string', ...(index === count - 1 && last) },
        ...Object.fromEntries(
          numbers.map((other) => [
            `p${other}`,
            alternatives ? { oneOf: [ref(other), ref(other + 1)] } : ref(other),
          ]),
        ),
      },
    },
  ]);
  return contract({ requestBody: json(ref(0)) }, { components: { schemas: Object.fromEntries(schemas) } });
}

test.each([true, false])(
  'schemas that all contain each other are compared in time (alternatives: %s)',
  (alternatives) => {
    const started = performance.now();
    const findings = changes(entangled(30, {}, alternatives), entangled(30, { maxLength: 3 }, alternatives));
    expect(findings.map(({ rule }) => rule)).toContain('request.maxLength.set');
    expect(performance.now() - started).toBeLessThan(20_000);
  },
);

test('a schema that only contains itself is compared', () => {
  const chain = (more: Fragment): string =>
    contract(
      { requestBody: json({ $ref: '#/components/schemas/Link' }) },
      {
        components: {
          schemas: {
            Link: {
              allOf: [
                { type: 'object', properties: { next: { $ref: '#/components/schemas/Link' } } },
                { type: 'object', properties: { next: { $ref: '#/components/schemas/Link' }, value: more } },
              ],
            },
          },
        },
      },
    );
  expect(changes(chain({ type: 'string' }), chain({ type: 'integer' }))).toMatchObject([
    { rule: 'request.type.changed', place: 'POST /things > request body > application/json > value' },
  ]);
});

test('a circular reference is refused', () => {
  const circle = contract(
    { requestBody: { $ref: '#/components/requestBodies/A' } },
    { components: { requestBodies: { A: { $ref: '#/components/requestBodies/A' } } } },
  );
  expect(() => changes(circle, circle)).toThrow('is circular');
});

test('the same contract in OpenAPI 3.0 and 3.1 has no changes', () => {
  const fields = (properties: Fragment): Fragment => ({
    requestBody: json({ type: 'object', properties }),
    responses: { 201: { description: 'Made', ...json({ type: 'object', properties }) } },
  });
  const before = fields({
    name: { type: 'string', nullable: true },
    size: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 9 },
    data: { type: 'string', format: 'byte' },
    state: { type: 'string', enum: ['a', null], nullable: true },
    thing: { allOf: [{ $ref: '#/components/schemas/Thing' }], nullable: true },
  });
  const after = fields({
    name: { type: ['string', 'null'] },
    size: { type: 'number', exclusiveMinimum: 0, maximum: 9 },
    data: { type: 'string', contentEncoding: 'base64' },
    state: { type: ['null', 'string'], enum: ['a', null] },
    thing: { oneOf: [{ $ref: '#/components/schemas/Thing' }, { type: 'null' }] },
  });
  const parts = {
    components: { schemas: { Thing: { type: 'object', properties: { a: { type: 'string' } } } } },
  };
  expect(changes(contract(before, parts), contract(after, parts, '3.1.0'))).toEqual([]);
  expect(changes(contract(after, parts, '3.1.0'), contract(before, parts))).toEqual([]);
});
