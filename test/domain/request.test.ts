import { describe, expect, test } from '@jest/globals';
import { parseIdempotencyKey } from '../../api/commands/idempotency-key.ts';
import { type OrderRequest, differences, fingerprint } from '../../domain/order/request.ts';

const request: OrderRequest = {
  type: 'PlaceOrder',
  order_id: null,
  data: {
    customer_id: 'cus_1',
    currency: 'EUR',
    lines: [{ sku: 'A', name: 'Ä', quantity: 1, unit_price: 5 }],
    shipping_address: null,
    metadata: {},
  },
};

describe('the fingerprint', () => {
  test('is the same in each release, so that an old key still matches its request', () => {
    expect(fingerprint(request).toString('hex')).toBe(
      '4e2e414a772b3ad5c5fc78d6920a41f812c8f687c466192993eedbd175b4ed02',
    );
    expect(
      fingerprint({
        type: 'CancelOrder',
        order_id: `ord_${'0'.repeat(32)}`,
        data: { reason: 'no' },
      }).toString('hex'),
    ).toBe('c3b79889a74f785d0e71f3e8c948815cb8f9cf87784fc6c3881826fd17594a58');
  });

  test('ignores members that are absent, null or empty, and the sequence of members', () => {
    const { customer_id, currency, lines } = request.data as Extract<
      OrderRequest,
      { type: 'PlaceOrder' }
    >['data'];
    const other = {
      type: 'PlaceOrder',
      order_id: null,
      data: { metadata: {}, lines, currency, customer_id },
    } as unknown as OrderRequest;
    expect(fingerprint(other)).toEqual(fingerprint(request));
  });

  test.each<[string, OrderRequest, string[]]>([
    ['a member', { ...request, data: { ...request.data, currency: 'USD' } } as OrderRequest, ['/currency']],
    [
      'an added member',
      { ...request, data: { ...request.data, metadata: { 'a/b~c': 'x' } } } as OrderRequest,
      ['/metadata/a~1b~0c'],
    ],
    [
      'a line more',
      {
        ...request,
        data: {
          ...request.data,
          lines: [
            ...('lines' in request.data ? request.data.lines : []),
            { sku: 'B', name: 'b', quantity: 1, unit_price: 1 },
          ],
        },
      } as OrderRequest,
      ['/lines/1'],
    ],
    ['the operation', { type: 'CancelOrder', order_id: 'ord_1', data: { reason: null } }, ['']],
  ])('distinguishes requests that differ in %s, with the pointer', (_name, other, pointers) => {
    expect(fingerprint(other)).not.toEqual(fingerprint(request));
    expect(differences(request, other).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  test('distinguishes 1 from "1", and the ends of lists', () => {
    const withLines = (lines: unknown) =>
      fingerprint({ ...request, data: { ...request.data, lines } } as OrderRequest);
    const prints = [[['a', 'b']], [['a'], ['b']], [['a,b']], [['a', 'b'], []], [1], ['1']].map((lines) =>
      withLines(lines).toString('hex'),
    );
    expect(new Set(prints).size).toBe(prints.length);
  });
});

describe('an Idempotency-Key', () => {
  test.each([
    ['8e03978e', '8e03978e'],
    ['"8e03978e"', '8e03978e'],
    [String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['a"b', 'a"b'],
    ['a;b=1', 'a;b=1'],
    ['x'.repeat(255), 'x'.repeat(255)],
    [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
    ['x'.repeat(256), undefined],
    [`"${'x'.repeat(256)}"`, undefined],
    ['', undefined],
    ['""', undefined],
    ['"open', undefined],
    ['"a" ', undefined],
    ['"a";p=1', undefined],
    ['"a\\b"', undefined],
    ['two, fields', undefined],
    ['with space', undefined],
    ['"with space"', undefined],
    ['é', undefined],
    ['"é"', undefined],
  ])('%j is the key %j', (field, key) => {
    expect(parseIdempotencyKey(field)).toBe(key);
  });
});
