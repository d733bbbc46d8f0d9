import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { type Fragment, changes, contract, json, withField } from './contracts.ts';

type Schema = Fragment;

const NAMES = ['a', 'b', 'c'];

/** Schemas of every kind, some of which name components. */
const { schema: anySchema } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record(
      { type: fc.constant('string'), maxLength: fc.nat(9), pattern: fc.constantFrom('^a', '.*') },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      { type: fc.constantFrom('integer', 'number'), minimum: fc.nat(9), default: fc.nat(3) },
      { requiredKeys: ['type'] },
    ),
    fc.record({ enum: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { minLength: 1 }) }),
    fc.record({ $ref: fc.constantFrom(...NAMES.map((name) => `#/components/schemas/${name}`)) }),
    fc.record({ type: fc.constant('array'), items: tie('schema'), uniqueItems: fc.boolean() }),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom(...NAMES), tie('schema'), { maxKeys: 3 }),
        required: fc.uniqueArray(fc.constantFrom(...NAMES)),
        additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({ oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ not: tie('schema') }),
  ),
}));

const anyContract = fc
  .record({ request: anySchema, response: anySchema, components: fc.tuple(anySchema, anySchema, anySchema) })
  .map(
    ({ request, response, components }) =>
      JSON.parse(
        contract(
          {
            tags: ['one', 'two'],
            description: 'Makes a thing',
            requestBody: json(request),
            responses: { 201: { description: 'Made', ...json(response) } },
          },
          {
            components: {
              schemas: Object.fromEntries(NAMES.map((name, index) => [name, components[index]])),
            },
          },
          '3.1.0',
        ),
      ) as Fragment,
  )
  .filter((document) => !endsInItself(document));

/** A component that only references itself has no meaning. */
function endsInItself(document: Fragment): boolean {
  const { schemas } = document.components as { schemas: Record<string, Schema> };
  return NAMES.some((name) => {
    const seen = new Set<unknown>();
    let at: Schema | undefined = schemas[name];
    while (typeof at?.$ref === 'string') {
      if (seen.has(at)) return true;
      seen.add(at);
      at = schemas[at.$ref.split('/').at(-1)!];
    }
    return false;
  });
}

function rewrite(node: unknown, act: (object: Fragment) => Fragment): unknown {
  if (Array.isArray(node)) return node.map((each) => rewrite(each, act));
  if (typeof node !== 'object' || node === null) return node;
  return act(Object.fromEntries(Object.entries(node).map(([key, value]) => [key, rewrite(value, act)])));
}

const isSchema = (node: Fragment): boolean =>
  ['type', 'enum', '$ref', 'oneOf', 'anyOf', 'allOf', 'not'].some((key) => key in node) &&
  !('openapi' in node);

/** Changes of the text without an effect for a client. */
const REWRITES: Record<string, (document: Fragment) => unknown> = {
  'the same contract': (document) => document,
  'keys in another order': (document) =>
    rewrite(document, (node) => Object.fromEntries(Object.entries(node).toReversed())),
  'another sequence of unordered lists': (document) =>
    rewrite(document, (node) =>
      Object.fromEntries(
        Object.entries(node).map(([key, value]) => [
          key,
          Array.isArray(value) && ['required', 'enum', 'tags'].includes(key) ? value.toReversed() : value,
        ]),
      ),
    ),
  'descriptions, titles and examples': (document) =>
    rewrite(document, (node) =>
      isSchema(node) ? { ...node, title: 'Other', description: 'Other', examples: ['other'] } : node,
    ),
  'components of other names': (document) =>
    JSON.parse(
      JSON.stringify(document)
        .replaceAll(/#\/components\/schemas\/(\w)/g, '#/components/schemas/New$1')
        .replace(/"components":.*/s, (text) => {
          const renamed = JSON.parse(`{${text}`) as { components: { schemas: Fragment } };
          const schemas = Object.fromEntries(
            Object.entries(renamed.components.schemas).map(([name, schema]) => [`New${name}`, schema]),
          );
          return JSON.stringify({ ...renamed, components: { schemas } }).slice(1);
        }),
    ),
  'parts put into components': (document) =>
    JSON.parse(
      JSON.stringify({
        ...document,
        components: {
          ...(document.components as Fragment),
          requestBodies: { Made: operationOf(document).requestBody },
        },
        paths: {
          '/things': {
            post: { ...operationOf(document), requestBody: { $ref: '#/components/requestBodies/Made' } },
          },
        },
      }),
    ),
};

const operationOf = (document: Fragment): Fragment =>
  (document.paths as Record<string, Record<string, Fragment>>)['/things']!.post!;

describe('nothing changes for a client by', () => {
  test.each(Object.entries(REWRITES))('%s', (_name, act) => {
    fc.assert(
      fc.property(anyContract, (document) => {
        expect(changes(JSON.stringify(document), JSON.stringify(act(document)))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

/** Closed schemas whose values a validator can decide. */
const { schema: plainSchema } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 2 },
    fc.record(
      {
        type: fc.constant('string'),
        minLength: fc.nat(2),
        maxLength: fc.nat(3),
        enum: fc.constant(['', 'x', 'xy']),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        type: fc.constantFrom('integer', 'number', ['integer', 'null']),
        minimum: fc.nat(2),
        exclusiveMaximum: fc.nat(3),
        multipleOf: fc.constantFrom(1, 2),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({ const: fc.constantFrom(1, 'x') }),
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('schema'),
        maxItems: fc.nat(2),
        contains: tie('schema'),
        minContains: fc.nat(2),
      },
      { requiredKeys: ['type'] },
    ),
    fc.constantFrom<string[]>(['a'], ['a', 'b']).chain((names) =>
      fc.record(
        {
          type: fc.constant('object'),
          additionalProperties: fc.constant(false),
          properties: fc.record(Object.fromEntries(names.map((name) => [name, tie('schema')]))),
          required: fc.subarray(names),
        },
        { requiredKeys: ['type', 'additionalProperties', 'properties'] },
      ),
    ),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ not: tie('schema') }),
  ),
}));

/** A schema, and a small change of it or an unrelated one. */
const twoSchemas = fc.oneof(
  fc.tuple(plainSchema, plainSchema),
  plainSchema.chain((schema) =>
    fc.tuple(
      fc.constant(schema),
      fc.nat(20).map((step) => {
        const text = JSON.stringify(schema);
        const numbers = [...text.matchAll(/:(\d)/g)];
        const hit = numbers[step % Math.max(1, numbers.length)];
        if (hit === undefined) return schema;
        const value = Number(hit[1]) + (step % 2 === 0 ? 1 : -1);
        return JSON.parse(
          `${text.slice(0, hit.index)}:${Math.max(0, value)}${text.slice(hit.index + 2)}`.replace(
            '"multipleOf":0',
            '"multipleOf":1',
          ),
        ) as Schema;
      }),
    ),
  ),
);

const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom('', 'x', 'xy', 'abc', null, true),
    fc.integer({ min: -1, max: 5 }),
    fc.constant(1.5),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b'), tie('value')),
  ),
}));

test('a request that the base accepts is accepted by the head unless something breaks', () => {
  const ajv = new Ajv2020({ strict: false });
  fc.assert(
    fc.property(twoSchemas, fc.array(anyValue, { minLength: 10, maxLength: 40 }), ([base, head], values) => {
      const findings = changes(withField('request', base, '3.1.0'), withField('request', head, '3.1.0'));
      if (findings.some(({ verdict }) => verdict === 'breaking')) return;
      const [before, after] = [ajv.compile(base), ajv.compile(head)];
      for (const value of values) {
        if (before(value)) expect({ value, accepted: after(value) }).toEqual({ value, accepted: true });
      }
    }),
    { numRuns: 1000 },
  );
});

test('each answer of the head is allowed by the base unless something breaks', () => {
  const ajv = new Ajv2020({ strict: false });
  fc.assert(
    fc.property(twoSchemas, fc.array(anyValue, { minLength: 10, maxLength: 40 }), ([base, head], values) => {
      const findings = changes(withField('response', base, '3.1.0'), withField('response', head, '3.1.0'));
      // That clients ignore new properties is only a convention.
      const news = new Set(['response.property.added', 'response.property.added-required']);
      if (findings.some(({ verdict, rule }) => verdict === 'breaking' || news.has(rule))) return;
      const [before, after] = [ajv.compile(base), ajv.compile(head)];
      for (const value of values) {
        if (after(value)) expect({ value, expected: before(value) }).toEqual({ value, expected: true });
      }
    }),
    { numRuns: 1000 },
  );
});

test.each(['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'])(
  'a change of %s that breaks requests does not break responses, and its reverse does',
  (keyword) => {
    fc.assert(
      fc.property(fc.option(fc.nat(5)), fc.option(fc.nat(5)), (before, after) => {
        const around = (value: number | null) => (value === null ? {} : { [keyword]: value });
        const breaks = (direction: 'request' | 'response', base: number | null, head: number | null) =>
          changes(
            withField(direction, around(base), '3.1.0'),
            withField(direction, around(head), '3.1.0'),
          ).some(({ verdict }) => verdict === 'breaking');
        expect(breaks('request', before, after)).toBe(breaks('response', after, before));
        expect(breaks('request', before, after) && breaks('response', before, after)).toBe(false);
      }),
    );
  },
);
