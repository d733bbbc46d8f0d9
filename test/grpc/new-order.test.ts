/** A command and its message have the same members. */
import { describe, expect, test } from '@jest/globals';
import { NewOrder } from '../../api/grpc/generated/orders.ts';
import { bodyOf, newOrderMessage } from '../../api/grpc/messages/new-order.ts';
import { address } from '../../domain/order/address.ts';
import { COMMAND_SCHEMAS, type Command, placeOrderBody } from '../../domain/order/commands.ts';
import { fingerprint } from '../../domain/order/request.ts';
import { aWholeOrder } from './whole-order.ts';

type PlaceOrder = Command<'PlaceOrder'>['data'];

/** The command that the server reads from the message that a client sends. */
function sent(order: PlaceOrder): PlaceOrder {
  const bytes = NewOrder.encode(newOrderMessage(order)).finish();
  return COMMAND_SCHEMAS.PlaceOrder.parse(bodyOf(NewOrder.decode(bytes)));
}
const withoutUndefined = (order: PlaceOrder): PlaceOrder => JSON.parse(JSON.stringify(order));
const printOf = (data: PlaceOrder) =>
  fingerprint({ type: 'PlaceOrder', order_id: null, data }).toString('hex');

const SERIES = aWholeOrder();
const INCLUSIVE = aWholeOrder({
  series: undefined,
  number: 'W-17',
  prices_include_tax: true,
  stated: undefined,
});

test('the orders of this test have every member that an order can have', () => {
  const names = (objects: object[]) => new Set(objects.flatMap((each) => Object.keys(each)));
  const { lines, charges, discounts, taxes, stated } = placeOrderBody.shape;
  const orders = [withoutUndefined(SERIES), withoutUndefined(INCLUSIVE)];
  expect(names(orders)).toEqual(names([placeOrderBody.shape]));
  expect(names(SERIES.lines)).toEqual(names([lines.element.shape]));
  expect(names(SERIES.charges!)).toEqual(names([charges.unwrap().element.shape]));
  expect(names(SERIES.discounts!)).toEqual(names([discounts.unwrap().element.shape]));
  expect(names(SERIES.taxes!)).toEqual(names([taxes.unwrap().element.shape]));
  expect(names([SERIES.stated!])).toEqual(names([stated.unwrap().shape]));
  expect(names([SERIES.billing_address!])).toEqual(names([address.shape]));
});

const PLAIN: PlaceOrder = {
  customer_id: 'ada',
  currency: 'EUR',
  lines: [{ sku: 'A', name: 'Kelp', quantity: 1, unit_price: 5 }],
  shipping_address: { name: 'Ada', line1: 'Quay 1', city: 'Bergen', country: 'NO' },
  metadata: { channel: 'market' },
};

describe.each<[string, PlaceOrder]>([
  ['the whole order', SERIES],
  ['prices that include the tax, and a number', INCLUSIVE],
  ['a plain order', PLAIN],
  [
    'a guest with a line without SKU',
    COMMAND_SCHEMAS.PlaceOrder.parse({
      currency: 'EUR',
      lines: [{ name: 'Kelp', quantity: 1, unit_price: 0 }],
    }),
  ],
  ['one stated total', { ...PLAIN, stated: { tax_total: 0 } }],
  ['a time before 1970', { ...PLAIN, ordered_at: '1969-12-31T23:59:59.999Z' }],
])('%s', (_name, order) => {
  test('arrives as it was sent', () => {
    expect(withoutUndefined(sent(order))).toEqual(withoutUndefined(order));
  });

  test('has one fingerprint in both edges', () => {
    expect(printOf(sent(order))).toBe(printOf(order));
  });
});

test('a message of the first release has the fingerprint that its order had then', () => {
  expect(printOf(sent(PLAIN))).toBe('b9569752237c6c4c62552fd878b0180160441b494bedbd24fc20f7d93ce4ad3c');
});

test('a message with empty parts equals one without them', () => {
  const message = newOrderMessage(PLAIN);
  const spelled = bodyOf({ ...message, stated: {}, payment_terms: 'PAYMENT_TERMS_PREPAID' });
  expect(printOf(COMMAND_SCHEMAS.PlaceOrder.parse(spelled))).toBe(printOf(PLAIN));
});

test('a plain message becomes a body without absent members', () => {
  const body = bodyOf(newOrderMessage({ ...PLAIN, shipping_address: null })) as { lines: object[] };
  expect(Object.keys(body)).toEqual(['currency', 'lines', 'shipping_address', 'metadata', 'customer_id']);
  expect(Object.keys(body.lines[0]!)).toEqual(['sku', 'name', 'quantity', 'unit_price']);
});
