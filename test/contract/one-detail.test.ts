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
