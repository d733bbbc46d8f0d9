import { expect, test } from '@jest/globals';
import { OPERATION_RULES } from '../../openapi/diff/operations/verdicts.ts';
import { type Fragment, changes, contract, json, textsOf } from './contracts.ts';
import {
  OPERATION_ROWS,
  OK,
  text,
  query,
  answer,
  header,
  content,
  body,
  asked,
  schemes,
  BASIC,
  webhook,
} from './operation-rows.ts';

type Sums = Record<string, string[]>;

/** A contract whose one operation needs a scope, which is a part of some sums. */
const scoped = (scope: string, sums: Sums): string =>
  contract(
    { security: [{ login: [] }], 'x-scope': scope },
    schemes({ type: 'http', scheme: 'bearer', 'x-scopes': sums }),
  );

test.each<[how: string, base: [string, Sums], head: [string, Sums], expected: string[]]>([
  ['a part of the former scope', ['all', {}], ['part', { all: ['part'] }], ['security.widened compatible']],
  ['a part of another sum', ['all', {}], ['part', { other: ['part'] }], ['security.narrowed review']],
  ['the sum alone', ['part', { all: ['part'] }], ['all', { all: ['part'] }], ['security.narrowed review']],
  [
    'the same, which is no longer part of a sum',
    ['part', { all: ['part'] }],
    ['part', { all: [] }],
    ['security.narrowed review'],
  ],
  ['the same, in a second sum', ['part', {}], ['part', { all: ['part'] }], ['security.widened compatible']],
  ['the same', ['part', { all: ['part'] }], ['part', { all: ['part', 'more'] }], []],
])('an operation that needs %s', (_how, base, head, expected) => {
  expect(textsOf(changes(scoped(...base), scoped(...head)))).toEqual(expected);
});

const spec = (operation: Fragment | null): string =>
  operation === null ? contract({}, { paths: {} }) : contract(operation);

test.each(OPERATION_ROWS)('%s', (rule, base, head) => {
  const findings = changes(spec(base), spec(head));
  const found = findings.find((finding) => finding.rule === rule);
  const verdict = OPERATION_RULES.get(rule)?.verdict ?? found?.verdict;
  expect(textsOf(findings)).toContain(`${rule} ${verdict}`);
  if (verdict !== 'breaking') {
    expect(findings.filter((finding) => finding.verdict === 'breaking')).toEqual([]);
  }
});

test.each<[string, Fragment, Fragment]>([
  ['webhook.added', {}, webhook({})],
  ['webhook.removed', webhook({}), {}],
  ['request-body.became-required', webhook(body()), webhook(body({ required: true }))],
  [
    'response.property.removed-optional',
    webhook({ requestBody: json({ properties: { a: {} } }) }),
    webhook({ requestBody: json({}) }),
  ],
  [
    'response.enum.value-added',
    webhook({ requestBody: json({ enum: [1] }) }),
    webhook({ requestBody: json({ enum: [1, 2] }) }),
  ],
  [
    'security.scheme-changed',
    { ...schemes(BASIC), ...asked() },
    { ...schemes({ ...BASIC, scheme: 'bearer' }), ...asked() },
  ],
])('%s', (rule, base, head) => {
  const findings = changes(contract({}, base, '3.1.0'), contract({}, head, '3.1.0'));
  expect(findings.map((finding) => finding.rule)).toContain(rule);
});

test('every rule of operations has a row', () => {
  const tested = new Set([
    ...OPERATION_ROWS.map(([rule]) => rule),
    'webhook.added',
    'webhook.removed',
    'security.scheme-changed',
  ]);
  expect([...OPERATION_RULES.keys()].filter((rule) => !tested.has(rule))).toEqual([]);
});

test('a callback is compared in both directions', () => {
  const callback = (schema: Fragment): Fragment => ({
    callbacks: {
      done: { '{$request.body#/url}': { post: { requestBody: json(schema), responses: { 200: OK } } } },
    },
  });
  const [finding] = changes(contract(callback({ enum: ['a'] })), contract(callback({ enum: ['a', 'b'] })));
  expect(finding).toMatchObject({
    rule: 'response.enum.value-added',
    verdict: 'breaking',
    place: 'POST /things > callback done POST {$request.body#/url} > request body > application/json',
  });
});

test('nothing breaks while the operation is a draft', () => {
  const draft = { 'x-stability-level': 'draft' };
  const findings = changes(contract({ ...draft, ...query() }), contract(draft));
  expect(textsOf(findings)).toEqual(['parameter.removed compatible']);
});

test.each<[string, Fragment, Fragment]>([
  [
    'POST /things > request body > application/json > lines[].sku',
    body(
      json({ type: 'object', properties: { lines: { type: 'array', items: { properties: { sku: {} } } } } }),
    ),
    body(json({ type: 'object', properties: { lines: { type: 'array', items: { properties: {} } } } })),
  ],
  ['POST /things > query parameter q', query({ required: false }), query({ required: true })],
  ['POST /things > response 201 > header X-Total', header({ required: true }), header({})],
  [
    'POST /things > response 201 > text/html',
    answer(content('text/csv', 'text/html')),
    answer(content('text/csv')),
  ],
])('is reported at %s', (place, base, head) => {
  expect(changes(spec(base), spec(head)).map((finding) => finding.place)).toEqual([place]);
});

test.each<[string, Fragment, Fragment]>([
  ['a path parameter of another name', { '/things/{id}': 'id' }, { '/things/{thing_id}': 'thing_id' }],
  [
    'two paths that differ in the names of their parameters only',
    { '/things/{id}': 'id', '/things/{name}': 'name' },
    { '/things/{name}': 'name', '/things/{id}': 'id' },
  ],
])('%s is no change', (_name, base, head) => {
  const paths = (named: Fragment): string =>
    contract(
      {},
      {
        paths: Object.fromEntries(
          Object.entries(named).map(([path, name]) => [
            path,
            {
              parameters: [{ name, in: 'path', required: true, ...text }],
              get: { responses: { 200: OK } },
            },
          ]),
        ),
      },
    );
  expect(changes(paths(base), paths(head))).toEqual([]);
});

test('parameters of the path item are those of its operations', () => {
  const own = contract({}, { paths: { '/things': { get: { ...query(), responses: { 200: OK } } } } });
  const shared = contract({}, { paths: { '/things': { ...query(), get: { responses: { 200: OK } } } } });
  const both = contract(
    {},
    { paths: { '/things': { ...query(), get: { ...query({ required: true }), responses: { 200: OK } } } } },
  );
  expect(changes(own, shared)).toEqual([]);
  expect(textsOf(changes(shared, both))).toEqual(['parameter.became-required breaking']);
});

test('parts behind references are compared', () => {
  const named = (more: Fragment): string =>
    contract(
      {
        parameters: [{ $ref: '#/components/parameters/Q' }],
        responses: { 201: { $ref: '#/components/responses/Made' } },
      },
      {
        components: {
          parameters: { Q: { name: 'q', in: 'query', ...more } },
          responses: { Made: { ...OK, headers: { 'X-Total': { $ref: '#/components/headers/Total' } } } },
          headers: { Total: more },
        },
      },
    );
  expect(
    textsOf(changes(named({ schema: { enum: ['a', 'b'] } }), named({ schema: { enum: ['b', 'c'] } }))),
  ).toEqual([
    'request.enum.value-removed breaking',
    'response.enum.value-added breaking',
    'request.enum.value-added compatible',
    'response.enum.value-removed compatible',
  ]);
});

test('the methods of OpenAPI 3.2 are compared', () => {
  const paths = (more: Fragment): string =>
    JSON.stringify({
      openapi: '3.2.0',
      paths: {
        '/things': {
          query: { ...more, responses: {} },
          additionalOperations: { COPY: { ...more, responses: {} } },
        },
      },
    });
  expect(changes(paths(query()), paths({})).map(({ place }) => place)).toEqual([
    'COPY /things > query parameter q',
    'QUERY /things > query parameter q',
  ]);
});
