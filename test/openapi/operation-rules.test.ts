import { expect, test } from '@jest/globals';
import { OPERATION_RULES } from '../../openapi/diff/operations/verdicts.ts';
import { type Fragment, changes, contract, json, textsOf } from './contracts.ts';

const OK = { description: 'Fine' };
const text = { schema: { type: 'string' } };
const query = (more: Fragment = {}): Fragment => ({
  parameters: [{ name: 'q', in: 'query', ...text, ...more }],
});
const limit = (schema: Fragment, more: Fragment = {}): Fragment => query({ schema, ...more });
const answer = (more: Fragment): Fragment => ({ responses: { 201: { ...OK, ...more } } });
const header = (more: Fragment): Fragment => answer({ headers: { 'X-Total': { ...text, ...more } } });
const content = (...types: string[]): Fragment => ({
  content: Object.fromEntries(types.map((type) => [type, text])),
});
const body = (more: Fragment = {}): Fragment => ({
  requestBody: { ...content('application/json'), ...more },
});
const asked = (...scopes: string[]): Fragment => ({ security: [{ login: scopes }] });
const schemes = (type: Fragment): Fragment => ({ components: { securitySchemes: { login: type } } });
const BASIC = { type: 'http', scheme: 'basic' };
const deprecated = (sunset?: string): Fragment => ({
  deprecated: true,
  ...(sunset && { 'x-sunset': sunset }),
});
const part = (contentType: string): Fragment => ({
  content: { 'multipart/form-data': { ...text, encoding: { file: { contentType } } } },
});
const webhook = (more: Fragment): Fragment => ({
  webhooks: { shipped: { post: { responses: { 200: OK }, ...more } } },
});

type Row = [rule: string, base: Fragment | null, head: Fragment | null];

/** Parts of the one operation of the contract before and after; `null`: no operation. */
const ROWS: Row[] = [
  ['operation.added', null, {}],
  ['operation.removed', {}, null],
  ['operation.id-changed', { operationId: 'make' }, { operationId: 'makeThing' }],
  ['operation.tags-changed', { tags: ['a'] }, { tags: ['b'] }],
  ['operation.removed-as-announced', deprecated(), null],
  ['operation.removed-as-announced', deprecated('2026-06-01'), null],
  ['operation.removed-before-sunset', deprecated('2026-06-02'), null],
  ['operation.removed-unstable', { 'x-stability-level': 'draft' }, null],
  ['operation.deprecated', {}, deprecated('2027-01-01')],
  ['operation.reactivated', deprecated('2027-01-01'), {}],
  ['operation.sunset-invalid', {}, deprecated('tomorrow')],
  ['operation.sunset-removed', deprecated('2027-01-01'), deprecated()],
  ['operation.sunset-moved', deprecated('2027-01-01'), deprecated('2027-01-02')],
  ['operation.sunset-brought-forward', deprecated('2027-01-02'), deprecated('2027-01-01')],
  ['operation.sunset-passed', {}, deprecated('2026-05-31')],
  ['operation.stability-invalid', {}, { 'x-stability-level': 'solid' }],
  ['operation.stability-decreased', { 'x-stability-level': 'beta' }, { 'x-stability-level': 'alpha' }],
  ['operation.stability-increased', { 'x-stability-level': 'alpha' }, {}],

  ['parameter.added', {}, query()],
  ['parameter.added-required', {}, query({ required: true })],
  ['parameter.removed', query(), {}],
  ['parameter.removed', query(), { parameters: [{ name: 'q', in: 'header', ...text }] }],
  ['parameter.removed-as-announced', query(deprecated()), {}],
  ['parameter.removed-before-sunset', query(deprecated('2026-06-02')), {}],
  ['parameter.removed-unstable', query({ 'x-stability-level': 'alpha' }), {}],
  ['parameter.became-required', query(), query({ required: true })],
  ['parameter.became-optional', query({ required: true }), query()],
  ['parameter.style-changed', query(), query({ style: 'pipeDelimited' })],
  ['parameter.style-changed', query(), query({ explode: false })],
  ['parameter.style-changed', query(), query({ schema: undefined, content: { 'application/json': text } })],
  ['parameter.allow-empty-unset', query({ allowEmptyValue: true }), query()],
  ['parameter.allow-reserved-unset', query({ allowReserved: true }), query()],
  ['parameter.default-added', limit({ type: 'integer' }), limit({ type: 'integer', default: 20 })],
  ['parameter.default-changed', limit({ default: 10 }), limit({ default: 20 })],
  ['parameter.default-removed', limit({ default: 10 }), limit({})],
  ['parameter.default-idle', limit({ default: 10 }, { required: true }), limit({}, { required: true })],
  ['parameter.deprecated', query(), query(deprecated())],
  ['parameter.reactivated', query(deprecated()), query()],
  ['parameter.sunset-invalid', query(), query(deprecated('2026-13-01'))],
  ['parameter.sunset-removed', query(deprecated('2027-01-01')), query(deprecated())],
  ['parameter.sunset-moved', query(deprecated('2027-01-01')), query(deprecated('2028-01-01'))],
  ['parameter.sunset-brought-forward', query(deprecated('2027-01-01')), query(deprecated('2026-07-01'))],
  ['parameter.sunset-passed', query(deprecated('2027-01-01')), query(deprecated('2026-01-01'))],
  ['parameter.stability-invalid', query(), query({ 'x-stability-level': 1 })],
  ['parameter.stability-decreased', query(), query({ 'x-stability-level': 'beta' })],
  [
    'parameter.stability-increased',
    query({ 'x-stability-level': 'beta' }),
    query({ 'x-stability-level': 'stable' }),
  ],
  ['request.type.narrowed', limit({ oneOf: [text.schema, { type: 'boolean' }] }), query()],
  ['request.maxLength.set', query(), limit({ type: 'string', maxLength: 5 })],
  ['request.type.widened', limit({ type: 'integer' }), query()],
  ['request.type.narrowed', query(), limit({ type: 'integer' })],
  ['request.type.widened', query(), limit({ type: 'array', items: { type: 'string' } })],
  [
    'request.type.widened',
    limit({ oneOf: [text.schema, { type: 'boolean' }] }),
    limit({ type: 'array', items: { type: 'string' } }),
  ],
  ['request.minLength.set', query(), limit({ type: 'array', items: { type: 'string', minLength: 2 } })],
  ['request.type.narrowed', query(), limit({ type: 'array', items: { type: 'string' }, minItems: 2 })],

  ['request-body.added', {}, body()],
  ['request-body.added-required', {}, body({ required: true })],
  ['request-body.removed', body(), {}],
  ['request-body.became-required', body(), body({ required: true })],
  ['request-body.became-optional', body({ required: true }), body()],
  ['request-media-type.added', body(), body(content('application/json', 'text/csv'))],
  ['request-media-type.removed', body(content('application/json', 'text/csv')), body()],
  ['request-media-type.generalised', body(content('application/vnd.x+json')), body()],
  ['request-media-type.specialised', body(), body(content('application/vnd.x+json'))],
  ['request-media-type.schema-added', body({ content: { 'text/csv': {} } }), body(content('text/csv'))],
  ['request-media-type.schema-removed', body(content('text/csv')), body({ content: { 'text/csv': {} } })],
  ['request-media-type.encoding-changed', body(part('image/png')), body(part('image/gif'))],

  ['response.success-added', {}, { responses: { 201: OK, 202: OK } }],
  ['response.success-removed', {}, { responses: { 200: OK } }],
  ['response.failure-added', {}, { responses: { 201: OK, 404: OK } }],
  ['response.failure-removed', { responses: { 201: OK, 404: OK } }, {}],
  ['response.body-added', {}, answer(content('text/csv'))],
  ['response.body-removed', answer(content('text/csv')), {}],
  ['response-media-type.added', answer(content('text/csv')), answer(content('text/csv', 'text/html'))],
  ['response-media-type.removed', answer(content('text/csv', 'text/html')), answer(content('text/csv'))],
  ['response-media-type.generalised', answer(content('text/csv')), answer(content('text/*'))],
  ['response-media-type.specialised', answer(content('text/*')), answer(content('text/csv;header=absent'))],
  ['response-media-type.schema-added', answer({ content: { 'text/csv': {} } }), answer(content('text/csv'))],
  [
    'response-media-type.schema-removed',
    answer(content('text/csv')),
    answer({ content: { 'text/csv': {} } }),
  ],
  ['response-media-type.encoding-changed', answer(part('image/png')), answer(part('image/gif'))],
  ['header.added', {}, header({})],
  ['header.removed-required', header({ required: true }), {}],
  ['header.removed-optional', header({}), {}],
  ['header.removed-as-announced', header({ deprecated: true }), {}],
  ['header.became-required', header({}), header({ required: true })],
  ['header.became-optional', header({ required: true }), header({})],
  [
    'response.type.changed',
    header({ schema: { type: 'string', format: 'date' } }),
    header({ schema: { type: 'integer' } }),
  ],

  ['security.narrowed', {}, asked('read')],
  ['security.narrowed', asked('read'), asked('read', 'write')],
  ['security.narrowed', { security: [{ a: [] }, { b: [] }] }, { security: [{ a: [] }] }],
  ['security.narrowed', { ...asked(), 'x-scope': 'read' }, { ...asked(), 'x-scope': 'write' }],
  ['security.widened', asked('read'), {}],
  ['security.widened', asked('read', 'write'), asked('read')],
  ['security.widened', { security: [{ a: [] }] }, { security: [{ b: [] }, { a: [] }] }],
];

type Sums = Record<string, string[]>;

/** A contract whose one operation needs a scope, which is a part of some sums. */
const scoped = (scope: string, sums: Sums): string =>
  contract(
    { security: [{ login: [] }], 'x-scope': scope },
    schemes({ type: 'http', scheme: 'bearer', 'x-scopes': sums }),
  );

test.each<[how: string, base: [string, Sums], head: [string, Sums], expected: string[]]>([
  ['a part of what was needed', ['all', {}], ['part', { all: ['part'] }], ['security.widened compatible']],
  ['a part of another sum', ['all', {}], ['part', { other: ['part'] }], ['security.narrowed review']],
  ['the sum alone', ['part', { all: ['part'] }], ['all', { all: ['part'] }], ['security.narrowed review']],
  [
    'the same, in a sum no more',
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

test.each(ROWS)('%s', (rule, base, head) => {
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
    ...ROWS.map(([rule]) => rule),
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
