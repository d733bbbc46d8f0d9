/** A fault of a nullable member has one detail, and the detail of a name says the rule. */
import { expect, test } from '@jest/globals';
import { parseBody } from '../../api/commands/parse-body.ts';
import { COMMAND_SCHEMAS, type CommandType } from '../../domain/order/commands.ts';
import { asked, detailsOf, problemOf } from './asked.ts';

const line = { sku: 'A', name: 'a', quantity: 1, unit_price: { amount: 1, currency: 'EUR' } };
const order = { customer_id: 'a', lines: [line] };
const headers = { 'idempotency-key': 'k' };

const v1 = {
  customer_id: 'a',
  currency: 'EUR',
  lines: [{ sku: 'A', name: 'a', quantity: 1, unit_price: 1 }],
};

test.each<[version: string, body: object]>([
  ['v1', v1],
  ['v2', order],
])('of an address in %s', (version, body) => {
  const details = (shipping_address: unknown) =>
    detailsOf(asked('placeOrder', { headers, body: { ...body, shipping_address } }, version));
  const good = { name: 'a', line1: 'b', city: 'c', country: 'IE' };
  const at = (member: string) => `/shipping_address${member}`;
  expect(details(5)).toEqual([[at(''), 'must be an object']]);
  expect(details({ ...good, city: undefined })).toEqual([[at('/city'), 'is required']]);
  expect(details({ ...good, country: 'ie' })).toEqual([
    [at('/country'), 'must be two capital letters of ISO 3166, such as IE'],
  ]);
  expect(details({ ...good, planet: 'x' })).toEqual([[at('/planet'), 'unknown field']]);
  expect(details({ ...good, line1: null })).toEqual([[at('/line1'), 'must be a string']]);
});

test.each<[CommandType, object]>([
  ['PlaceOrder', { ...v1, metadata: { 'a b': 'x' } }],
  ['UpdateOrder', { metadata: { 'a b': null } }],
])('of a name in the metadata of %s', (type, body) => {
  const problem = problemOf(() => parseBody(COMMAND_SCHEMAS[type], body))!;
  expect(detailsOf(problem)).toEqual([
    ['/metadata/a b', 'invalid name: it must be 1 to 40 ASCII letters, digits, dots, hyphens or underscores'],
  ]);
});

test.each<[what: string, change: object, pointer: string, detail: string]>([
  [
    'null in an enum',
    { charges: [{ kind: null, price: { amount: 1, currency: 'EUR' } }] },
    '/charges/0/kind',
    'must be one of shipping, handling, fee, tip, gift_wrap',
  ],
  ['an empty text in a pattern', { email: '' }, '/email', 'must not be empty'],
  ['an empty customer id', { customer_id: '' }, '/customer_id', 'must not be empty'],
])('of %s', (_what, change, pointer, detail) => {
  const body = { ...order, ...change };
  expect(detailsOf(asked('placeOrder', { headers, body }, 'v2'))).toEqual([[pointer, detail]]);
});

test('of an empty text over gRPC, which only the domain judges', () => {
  const problem = problemOf(() =>
    parseBody(COMMAND_SCHEMAS['PlaceOrder'], { ...v1, email: '', customer_id: '' }),
  )!;
  expect(detailsOf(problem)).toEqual([
    ['/customer_id', 'must not be empty'],
    ['/email', 'must not be empty'],
  ]);
});
