/** The contract judge rejects each answer that violates the contract. */
import { expect, test } from '@jest/globals';
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
