/** The contract judge rejects each answer that violates the contract. */
import { describe, expect, test } from '@jest/globals';
import { judgeOf } from '../../api/contract/judge.ts';
import { loadSpec } from '../../api/contract/spec.ts';
import { HANDLERS } from '../../api/operations.ts';
import { anOrder, openShop } from '../setup/shop.ts';

const spec = loadSpec('v1');
const judge = judgeOf(spec);
const getOrder = spec.operations.find(({ id }) => id === 'getOrder')!;
const example = (
  spec.document as {
    paths: Record<
      string,
      { get: { responses: Record<string, { content: Record<string, { example: object }> }> } }
    >;
  }
).paths['/v1/orders/{order_id}']!.get.responses['200']!.content['application/json']!.example;
const headers = {
  'content-type': 'application/json',
  etag: '"1"',
  'holdfast-position': '1',
  'x-request-id': 'x',
  deprecation: '@1',
  sunset: 'x',
  link: 'x',
};

const ADDRESS = { name: 'a', line1: 'b', city: 'c', country: 'IE' };
const EVENT_DATA = { amount: { amount: 1, currency: 'EUR' }, method: null, reference: null };

test('the example of the spec passes', async () => {
  expect(await judge.answer(getOrder, { status: 200, headers, body: example })).toBeUndefined();
});

test.each<[string, Parameters<typeof judge.answer>[1]]>([
  ['a status that is not in the spec', { status: 202, headers, body: example }],
  ['a member missing', { status: 200, headers, body: { ...example, total: undefined } }],
  ['a member too many', { status: 200, headers, body: { ...example, secret: 1 } }],
  ['a wrong type', { status: 200, headers, body: { ...example, total: '3800' } }],
  ['a float for money', { status: 200, headers, body: { ...example, total: 38.5 } }],
  ['an unknown status of the order', { status: 200, headers, body: { ...example, status: 'lost' } }],
  ['a required header missing', { status: 200, headers: { ...headers, etag: undefined }, body: example }],
  ['a body of a status without one', { status: 304, headers, body: example }],
  [
    'a problem without its code',
    {
      status: 404,
      headers: { ...headers, 'content-type': 'application/problem+json' },
      body: { type: '/x', title: 'x', status: 404, detail: 'x', retry: 'never', request_id: 'x' },
    },
  ],
])('an answer with %s fails', async (_name, answer) => {
  const body = JSON.parse(JSON.stringify(answer.body)) as unknown;
  expect(await judge.answer(getOrder, { ...answer, body })).toBeDefined();
});

describe('version 2 is open for clients, and closed for the server', () => {
  const v2 = loadSpec('v2');
  const strict = judgeOf(v2);
  const operation = (id: string) => v2.operations.find((each) => each.id === id)!;
  const exampleOf = (id: string) => {
    const { path, method } = operation(id);
    const { paths } = v2.document as {
      paths: Record<string, Record<string, { responses: Record<string, { content: Json }> }>>;
    };
    return structuredClone(paths[path]![method]!.responses['200']!.content['application/json']!.example);
  };
  type Json = Record<string, { example: Record<string, unknown> }>;
  const ask = (id: string, change: Record<string, unknown>) =>
    strict.answer(operation(id), {
      status: 200,
      headers,
      body: JSON.parse(JSON.stringify({ ...exampleOf(id), ...change })) as unknown,
    });
  const event = exampleOf('getReceipt')['event'] as Record<string, unknown>;

  test.each<[string, string, Record<string, unknown>]>([
    ['the example of an order', 'getOrder', {}],
    ['no address', 'getOrder', { shipping_address: null }],
    ['the example of a receipt', 'getReceipt', {}],
    ['no event', 'getReceipt', { event: null, order_id: null, version: null }],
  ])('%s passes', async (_name, id, change) => {
    expect(await ask(id, change)).toBeUndefined();
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['a member too many', 'getOrder', { secret: 1 }],
    ['a member too many of an address', 'getOrder', { shipping_address: { ...ADDRESS, planet: 1 } }],
    ['a member too many of money', 'getOrder', { total: { amount: 1, currency: 'EUR', tax: 1 } }],
    ['an unknown status', 'getOrder', { payment_status: 'lost' }],
    ['an event of an unknown type', 'getReceipt', { event: { ...event, type: 'OrderLost' } }],
    ['a member too many of an event', 'getReceipt', { event: { ...event, secret: 1 } }],
    [
      'a member too many of its data',
      'getReceipt',
      { event: { ...event, data: { ...EVENT_DATA, secret: 1 } } },
    ],
    ['no event member', 'getReceipt', { event: undefined }],
  ])('%s fails', async (_name, id, change) => {
    expect(await ask(id, change)).toBeDefined();
  });

  test('the published schemas of answers allow more', () => {
    const { schemas } = v2.document['components'] as { schemas: Record<string, { [word: string]: unknown }> };
    expect(schemas['Order']!['additionalProperties']).toBeUndefined();
    expect(schemas['PaymentStatus']!['enum']).toBeUndefined();
    expect(schemas['PlaceOrder']!['additionalProperties']).toBe(false);
  });
});

test('a handler whose answer violates the spec gets 500', async () => {
  const honest = HANDLERS['getOrder']!;
  HANDLERS['getOrder'] = async (call) => {
    await honest(call);
    call.ctx.body = JSON.stringify({ ...(JSON.parse(call.ctx.body as string) as object), total: '9.00' });
  };
  const shop = await openShop();
  const { json } = await shop.ask('/v1/orders', { body: anOrder() });
  const answer = await shop.ask(`/v1/orders/${json.id}`);
  await shop.close();
  HANDLERS['getOrder'] = honest;
  expect(answer.status).toBe(500);
  expect(answer.json.detail).toContain('The answer broke the contract');
  expect(Object.keys(HANDLERS).sort()).toEqual(spec.operations.map(({ id }) => id).sort());
});
