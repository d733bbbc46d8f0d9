/** The compiled validators and express-openapi-validator accept the same requests. */
import { describe, expect, test } from '@jest/globals';
import { type RawInput } from '../../../api/contract/validator.ts';
import { anOrder } from '../../setup/shop.ts';
import { id, key, verdicts } from './verdicts.ts';

describe('the judge and the compiled validator agree on', () => {
  test.each<[string, string, Partial<RawInput>, string]>([
    ['no key', 'placeOrder', { body: anOrder() }, 'invalid: idempotency_key_missing'],
    [
      'an empty key',
      'placeOrder',
      { headers: { 'idempotency-key': '' }, body: anOrder() },
      'invalid: idempotency_key_invalid',
    ],
    [
      'a key with a space',
      'placeOrder',
      { headers: { 'idempotency-key': 'a b' }, body: anOrder() },
      'invalid: idempotency_key_invalid',
    ],
    ['a quoted key', 'placeOrder', { headers: { 'idempotency-key': '"a\\"b"' }, body: anOrder() }, 'valid'],
    [
      'a key of 255',
      'placeOrder',
      { headers: { 'idempotency-key': 'x'.repeat(255) }, body: anOrder() },
      'valid',
    ],
    [
      'a key of 256',
      'placeOrder',
      { headers: { 'idempotency-key': 'x'.repeat(256) }, body: anOrder() },
      'invalid: idempotency_key_invalid',
    ],
    [
      'an unknown parameter',
      'placeOrder',
      { headers: key, query: { dry_run: '1' }, body: anOrder() },
      'invalid: invalid_parameter',
    ],
    ['no parameters', 'listOrders', {}, 'valid'],
    [
      'all parameters',
      'listOrders',
      {
        query: {
          status: 'placed',
          customer_id: 'c',
          placed_after: '2026-01-01T00:00:00Z',
          placed_before: '2027-01-01T00:00:00+02:00',
          order: 'asc',
          limit: '100',
          cursor: 'abc',
        },
      },
      'valid',
    ],
    ['a limit of 0', 'listOrders', { query: { limit: '0' } }, 'invalid: invalid_parameter'],
    ['a limit of 101', 'listOrders', { query: { limit: '101' } }, 'invalid: invalid_parameter'],
    ['a limit in words', 'listOrders', { query: { limit: 'ten' } }, 'invalid: invalid_parameter'],
    ['a fractional limit', 'listOrders', { query: { limit: '1.5' } }, 'invalid: invalid_parameter'],
    ['an unknown status', 'listOrders', { query: { status: 'lost' } }, 'invalid: invalid_parameter'],
    ['an unknown direction', 'listOrders', { query: { order: 'up' } }, 'invalid: invalid_parameter'],
    [
      'a day for a time',
      'listOrders',
      { query: { placed_after: '2026-01-01' } },
      'invalid: invalid_parameter',
    ],
    ['a cursor with a space', 'listOrders', { query: { cursor: 'a b' } }, 'invalid: invalid_parameter'],
    ['a position', 'listOrders', { headers: { 'holdfast-read-after': '7' } }, 'valid'],
    [
      'a negative position',
      'listOrders',
      { headers: { 'holdfast-read-after': '-7' } },
      'invalid: invalid_parameter',
    ],
    [
      'a position in words',
      'listOrders',
      { headers: { 'holdfast-read-after': 'now' } },
      'invalid: invalid_parameter',
    ],
    ['an id', 'getOrder', { params: { order_id: id } }, 'valid'],
    ['a malformed id', 'getOrder', { params: { order_id: 'ord_1' } }, 'invalid: order_not_found'],
    [
      'a patch without If-Match',
      'updateOrder',
      { params: { order_id: id }, headers: key, body: { metadata: {} } },
      'invalid: precondition_required',
    ],
    [
      'a malformed payment id',
      'getPayment',
      { params: { order_id: id, payment_id: 'pay_1' } },
      'invalid: payment_not_found',
    ],
    [
      'a past version of an order',
      'getOrder',
      { params: { order_id: id }, query: { version: '3' } },
      'valid',
    ],
    [
      'an order before its first version',
      'getOrder',
      { params: { order_id: id }, query: { version: '0' } },
      'invalid: invalid_parameter',
    ],
    [
      'a feed of two types',
      'listEvents',
      { query: { types: 'OrderPlaced,ItemsShipped', wait: '30' } },
      'valid',
    ],
    ['a feed of no type', 'listEvents', { query: { types: '' } }, 'invalid: invalid_parameter'],
    [
      'a feed of an unknown type',
      'listEvents',
      { query: { types: 'OrderLost' } },
      'invalid: invalid_parameter',
    ],
    ['a wait beyond the maximum', 'listEvents', { query: { wait: '31' } }, 'invalid: invalid_parameter'],
    ['a key', 'getReceipt', { params: { idempotency_key: '8e03978e' } }, 'valid'],
    ['a key of slashes', 'getReceipt', { params: { idempotency_key: 'a/b?c#d%' } }, 'valid'],
    [
      'a malformed key',
      'getReceipt',
      { params: { idempotency_key: 'a b' } },
      'invalid: idempotency_key_not_found',
    ],
    [
      'a batch of an invalid order',
      'placeOrders',
      { body: { orders: [{ idempotency_key: 'a', order: {} }] } },
      'valid',
    ],
    ['an empty batch', 'placeOrders', { body: { orders: [] } }, 'invalid: invalid_body'],
    [
      'a batch of too many',
      'placeOrders',
      { body: { orders: Array.from({ length: 501 }, () => ({ idempotency_key: 'a', order: {} })) } },
      'invalid: invalid_body',
    ],
    ['a batch without a key', 'placeOrders', { body: { orders: [{ order: {} }] } }, 'invalid: invalid_body'],
    [
      'a cancellation without a body',
      'cancelOrder',
      { params: { order_id: id }, headers: key, body: {} },
      'valid',
    ],
    [
      'a cancellation with a reason',
      'cancelOrder',
      { params: { order_id: id }, headers: key, body: { reason: 'no' } },
      'valid',
    ],
    [
      'a cancellation with an empty reason',
      'cancelOrder',
      { params: { order_id: id }, headers: key, body: { reason: '' } },
      'invalid: invalid_body',
    ],
  ])('%s', async (_name, operation, input, expected) => {
    const [judged, ours] = await verdicts(operation, input);
    expect(ours).toBe(expected);
    expect(judged).toBe(expected.split(':')[0]);
  });
});
