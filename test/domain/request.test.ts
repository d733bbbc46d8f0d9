import { describe, expect, test } from '@jest/globals';
import { parseIdempotencyKey } from '../../api/commands/idempotency-key.ts';
import { COMMAND_SCHEMAS, type CommandType } from '../../domain/order/commands.ts';
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

/** The fingerprint of a body in canonical form. */
const printOf = (type: CommandType, data: unknown): string =>
  fingerprint({
    type,
    order_id: type === 'PlaceOrder' ? null : `ord_${'0'.repeat(32)}`,
    data: COMMAND_SCHEMAS[type].parse(data),
  } as OrderRequest).toString('hex');

const plain = {
  customer_id: 'cus_1',
  currency: 'EUR',
  lines: [
    { sku: 'A', name: 'a', quantity: 2, unit_price: 0 },
    { sku: 'B', name: 'b', quantity: 1, unit_price: 250 },
  ],
  shipping_address: { name: 'Ada', line1: '3 Harbour Row', city: 'Galway', country: 'IE' },
  metadata: { channel: 'web' },
};
const [first, second] = plain.lines;

describe('the fingerprint', () => {
  /** Digests of the first release. */
  test.each<[CommandType, unknown, string]>([
    ['PlaceOrder', plain, '6a50ecb7066e04e812585a2b5974cbc7ce2ae9f28371090e192bce76e64fb6a6'],
    [
      'UpdateOrder',
      { shipping_address: { city: 'Cork', line2: null }, metadata: { gift: null } },
      '4f8b8d96ce4af8c311dc33a62b3a84ae5548219b3743d8ca841248e3d9cf907c',
    ],
    [
      'RecordPayment',
      { amount: 1_000, method: 'card', reference: null },
      'e8ecbb356e71d044d5413021da8d9a128cadcf67cd0aca0c3263830afb193600',
    ],
    [
      'ShipItems',
      { lines: [{ line_id: 'line_1', quantity: 2 }], carrier: 'Kelp Post', tracking_number: null },
      '549ccb71f4b7b211d696690109bbaf09ef1274d20a2e07ced5acbe145f4975d9',
    ],
    [
      'ReturnItems',
      { lines: [{ line_id: 'line_1', quantity: 1 }], reason: 'too salty' },
      'ddac0bf2b580c40063887f9f8c6b5ebe0bab4e92c773e6f3ded27dabd8bb3581',
    ],
    [
      'RecordRefund',
      { amount: 400, reason: null, reference: 're_1' },
      '28c1b49e44b6c5843d73eb8b23c66c2a5243a1ddcf5bafe34e4a5e059cd2f1c5',
    ],
    ['CancelOrder', { reason: 'no' }, 'c3b79889a74f785d0e71f3e8c948815cb8f9cf87784fc6c3881826fd17594a58'],
    ['CompleteOrder', { note: null }, '7462d91172fa2e8582d9ca637efe57b22c7bfb18f058fb69ba86bad605372560'],
  ])('of %s is that of the first release', (type, data, digest) => {
    expect(printOf(type, data)).toBe(digest);
  });

  const ordinary = { discount: 0, tax: 0, taxes: [], ships: true, metadata: {} };
  test.each<[string, object, object?]>([
    ['charges: []', { charges: [] }],
    ['discounts: []', { discounts: [] }],
    ['taxes: []', { taxes: [] }],
    ['tags: []', { tags: [] }],
    ['rounding: 0', { rounding: 0 }],
    ['prices_include_tax: false', { prices_include_tax: false }],
    ['payment_terms: prepaid', { payment_terms: 'prepaid' }],
    ['stated: {}', { stated: {} }],
    ['customer_id: null', { customer_id: null }, { customer_id: undefined }],
    ['each default of a line', { lines: [{ ...first, ...ordinary }, second] }],
    [
      'sku: null',
      { lines: [{ ...first, sku: null }, second] },
      { lines: [{ ...first, sku: undefined }, second] },
    ],
    [
      'each default of a charge',
      { charges: [{ kind: 'tip', price: 5, discount: 0, tax: 0 }] },
      { charges: [{ kind: 'tip', price: 5 }] },
    ],
  ])('of an order with %s is that of an order without', (_name, stated, absent = {}) => {
    expect(printOf('PlaceOrder', { ...plain, ...stated })).toBe(
      printOf('PlaceOrder', { ...plain, ...absent }),
    );
  });

  test('of other commands does not count a stated default either', () => {
    expect(printOf('RecordPayment', { amount: 5, accept_excess: false })).toBe(
      printOf('RecordPayment', { amount: 5 }),
    );
    expect(printOf('RecordPayment', { amount: 5, accept_excess: true })).not.toBe(
      printOf('RecordPayment', { amount: 5 }),
    );
    expect(printOf('EditOrder', { add: [{ ...first, ...ordinary }] })).toBe(
      printOf('EditOrder', { add: [first], reason: null }),
    );
  });

  test('distinguishes each value that is not the default', () => {
    const prints = [
      {},
      { charges: [{ kind: 'tip', price: 5 }] },
      { discounts: [{ name: 'a', amount: 0 }] },
      { rounding: 1 },
      { prices_include_tax: true },
      { payment_terms: 'open' },
      { customer_id: 'cus_2' },
      { lines: [{ ...first, ships: false }, second] },
      { lines: [{ ...first, discount: 1 }, second] },
    ].map((change) => printOf('PlaceOrder', { ...plain, ...change }));
    expect(new Set(prints).size).toBe(prints.length);
  });

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

test.each([
  ['VoidAuthorization', 'authorization_id', 'authorization'],
  ['ReversePayment', 'payment_id', 'payment'],
  ['ReleaseHold', 'hold_id', 'hold'],
] as const)('%s: another %s, which the path names, has no pointer into the body', (type, member, noun) => {
  const about = (id: string, reason: string) =>
    ({ type, order_id: 'ord_1', data: { [member]: id, reason } }) as unknown as OrderRequest;
  expect(differences(about('1', 'x'), about('2', 'y'))).toEqual([
    { pointer: '', detail: `the key belongs to a command on another ${noun}` },
  ]);
  expect(differences(about('1', 'x'), about('1', 'y')).map(({ pointer }) => pointer)).toEqual(['/reason']);
});
