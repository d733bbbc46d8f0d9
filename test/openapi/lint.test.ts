/**
 * The contracts pass each lint rule, and each of our own rules finds its faults.
 */
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { lintContract } from '../../openapi/lint/engine.ts';
import { GENERATOR_RULES } from '../../openapi/lint/generator-rules.ts';
import { RULES } from '../../openapi/lint/rules.ts';

const sourceOf = (name: string) => readFile(new URL(`../../openapi/${name}.yaml`, import.meta.url), 'utf8');

// oxlint-disable-next-line typescript/no-explicit-any -- the document is broken in ways that no
// type foresees
type Document = any;

const without = (from: Record<string, unknown>, member: string) => delete from[member];
const orders = (document: Document) => document.paths['/v2/orders'];
const { schemas, responses } = {
  schemas: (document: Document) => document.components.schemas,
  responses: (document: Document) => document.components.responses,
};

/** For each rule, the ways to break it. */
const BROKEN: [rule: string, how: string, change: (document: Document) => void][] = [
  ['operation-operationId', 'no operationId', (d) => without(orders(d).post, 'operationId')],
  [
    'no-invalid-media-type-examples',
    'a false example',
    (d) => (orders(d).get.responses['200'].content['application/json'].example.has_more = 'yes'),
  ],
  ['no-unresolved-refs', 'a dangling $ref', (d) => without(schemas(d), 'Receipt')],
  ['holdfast/operation-scope', 'no scope', (d) => without(orders(d).get, 'x-scope')],
  ['holdfast/operation-scope', 'an unknown scope', (d) => (orders(d).get['x-scope'] = 'pirates:read')],
  [
    'holdfast/operation-scope',
    'no scopes at all',
    (d) => without(d.components.securitySchemes.apiKey, 'x-scopes'),
  ],
  [
    'holdfast/parameter-encoding',
    'reserved characters as they are',
    (d) => (orders(d).get.parameters[2].allowReserved = true),
  ],
  [
    'holdfast/parameter-encoding',
    'another style',
    (d) => (orders(d).get.parameters[2].style = 'spaceDelimited'),
  ],
  [
    'holdfast/request-example',
    'a body without example',
    (d) => without(orders(d).post.requestBody.content['application/json'], 'example'),
  ],
  [
    'holdfast/answer-example',
    'a response without example',
    (d) => without(orders(d).post.responses['201'].content['application/json'], 'example'),
  ],
  [
    'holdfast/problem-document',
    'a problem as plain JSON',
    (d) =>
      (responses(d).NotFound.content = {
        'application/json': responses(d).NotFound.content['application/problem+json'],
      }),
  ],
  [
    'holdfast/problem-document',
    'a problem of another schema',
    (d) => (responses(d).NotFound.content['application/problem+json'].schema = { type: 'object' }),
  ],
  ['holdfast/problem-document', 'a problem without a body', (d) => without(responses(d).NotFound, 'content')],
  [
    'holdfast/problem-example',
    'a problem without example',
    (d) => without(responses(d).Conflict.content['application/problem+json'], 'example'),
  ],
  [
    'holdfast/problem-example',
    'an example of another status',
    (d) => (responses(d).Conflict.content['application/problem+json'].example.status = 410),
  ],
  [
    'holdfast/problem-example',
    'an example with another retry',
    (d) => (responses(d).Conflict.content['application/problem+json'].example.retry = 'same_key'),
  ],
  ['holdfast/answer-retry', 'no x-retry', (d) => without(orders(d).post.responses['201'], 'x-retry')],
  ['holdfast/answer-retry', 'an unknown x-retry', (d) => (responses(d).NotModified['x-retry'] = 'maybe')],
  ['holdfast/answer-retry', 'an empty list', (d) => (responses(d).Conflict['x-retry'] = [])],
  [
    'holdfast/answer-retry',
    'one of a list is unknown',
    (d) => responses(d).Conflict['x-retry'].push('maybe'),
  ],
  [
    'holdfast/answer-request-id',
    'no X-Request-Id',
    (d) => without(responses(d).NotModified.headers, 'X-Request-Id'),
  ],
  [
    'holdfast/list-envelope',
    'a list without next_cursor',
    (d) => without(schemas(d).OrderList.properties, 'next_cursor'),
  ],
  [
    'holdfast/list-envelope',
    'a list with a further member',
    (d) => (schemas(d).OrderList.properties.count = { type: 'integer' }),
  ],
  [
    'holdfast/list-envelope',
    'a list that may lack has_more',
    (d) => (schemas(d).OrderList.required = ['data']),
  ],
  [
    'holdfast/list-parameters',
    'a list without limit',
    (d) =>
      (orders(d).get.parameters = orders(d).get.parameters.filter(
        ({ $ref }: Document) => !$ref?.endsWith('/Limit'),
      )),
  ],
  [
    'holdfast/list-link',
    'a list without Link',
    (d) => without(orders(d).get.responses['200'].headers, 'Link'),
  ],
  ['holdfast/write-idempotent', 'a write without key', (d) => orders(d).post.parameters.shift()],
  [
    'holdfast/write-idempotent',
    'a write whose key is optional',
    (d) => (d.components.parameters.IdempotencyKeyHeader.required = false),
  ],
  [
    'holdfast/write-idempotent',
    'a batch without a statement about the keys of its items',
    (d) => without(d.paths['/v2/order-batches'].post, 'x-idempotency'),
  ],
  [
    'holdfast/write-idempotent',
    'a batch whose items need no key',
    (d) => (schemas(d).PlaceOrdersItem.required = ['order']),
  ],
  [
    'holdfast/request-bound',
    'a string of any length',
    (d) => without(schemas(d).Reason, 'pattern') && without(schemas(d).Reason, 'maxLength'),
  ],
  ['holdfast/request-bound', 'a list of any length', (d) => without(schemas(d).PiecesInput, 'maxItems')],
  [
    'holdfast/names-in-snake-case',
    'a member in camelCase',
    (d) => (schemas(d).Order.properties.placedAt = { type: 'string' }),
  ],
  [
    'holdfast/names-in-snake-case',
    'a parameter in kebab-case',
    (d) => (orders(d).get.parameters[0].name = 'payment-status'),
  ],
  ...[String.raw`^\p{L}+$`, String.raw`^\u{41}$`, '^(?<name>a)$', '(?<!a)b', '(?i)a'].map(
    (pattern): (typeof BROKEN)[0] => [
      'holdfast/portable-pattern',
      `the pattern ${pattern}`,
      (d) => (schemas(d).LineName.pattern = pattern),
    ],
  ),
  [
    'holdfast/nullable-by-name',
    'null as an alternative',
    (d) =>
      (schemas(d).Receipt.properties.event = {
        anyOf: [{ $ref: '#/components/schemas/Event' }, { type: 'object', nullable: true, enum: [null] }],
      }),
  ],
  [
    'holdfast/object-name',
    'an object within an object',
    (d) => (schemas(d).Order.properties.extent = { type: 'object', properties: { a: { type: 'string' } } }),
  ],
  [
    'holdfast/object-name',
    'a choice within an object',
    (d) => (schemas(d).Order.properties.extent = { oneOf: [{ type: 'string' }, { type: 'integer' }] }),
  ],
  [
    'holdfast/component-name',
    'a parameter with the name of a schema',
    (d) => (d.components.parameters.orderId = { ...d.components.parameters.Limit }),
  ],
  ['holdfast/component-name', 'a reserved word', (d) => (schemas(d).Return = { ...schemas(d).ItemReturn })],
  [
    'holdfast/header-string',
    'an integer in a header',
    (d) => (d.components.parameters.ReadAfter.schema = { type: 'integer' }),
  ],
  [
    'holdfast/closed-request',
    'a request that allows any member',
    (d) => without(schemas(d).MoneyInput, 'additionalProperties'),
  ],
  ['holdfast/open-answer', 'a closed answer', (d) => (schemas(d).Money.additionalProperties = false)],
  [
    'holdfast/discriminated-choice',
    'an open choice without a discriminator',
    (d) => without(schemas(d).Event, 'discriminator'),
  ],
  [
    'holdfast/discriminated-choice',
    'an alternative that is not mapped',
    (d) => without(schemas(d).Event.discriminator.mapping, 'OrderPlaced'),
  ],
];

test.each(['v1', 'v2'])('%s passes each rule', async (name) => {
  expect(await lintContract(await sourceOf(name), `${name}.yaml`)).toEqual([]);
});

// As JSON, so that a change affects only one use of a YAML anchor.
const V2 = JSON.stringify(parse(await sourceOf('v2')));

test.each(BROKEN)('%s finds %s', async (rule, _how, change) => {
  const document = JSON.parse(V2) as Document;
  change(document);
  const faults = await lintContract(JSON.stringify(document), 'broken.json');
  expect(faults.map((fault) => fault.rule)).toContain(rule);
  expect(faults.every(({ line, pointer, message }) => line > 0 && pointer !== '' && message !== '')).toBe(
    true,
  );
});

test('each of our own rules has a row that breaks it', () => {
  const broken = BROKEN.map(([rule]) => rule).filter((rule) => rule.startsWith('holdfast/'));
  expect(new Set(broken)).toEqual(
    new Set(Object.keys({ ...RULES, ...GENERATOR_RULES }).map((name) => `holdfast/${name}`)),
  );
});

test('no line of a paragraph begins like an item of a numbered list', () => {
  const texts: string[] = [];
  JSON.parse(V2, (name, value: unknown) => {
    if (name === 'description' && typeof value === 'string') texts.push(value);
    return value;
  });
  expect(texts.length).toBeGreaterThan(100);
  // Markdown would make it an item.
  expect(texts.flatMap((text) => /(?<=\S\n)\d{2,}[.)] .*/.exec(text) ?? [])).toEqual([]);
});
