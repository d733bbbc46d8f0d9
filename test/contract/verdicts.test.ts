/** The compiled validators and express-openapi-validator accept the same requests. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeOf } from '../../api/contract/judge.ts';
import { loadSpec } from '../../api/contract/spec.ts';
import { type RawInput, compileValidators } from '../../api/contract/validator.ts';
import { parseBody } from '../../api/commands/parse-body.ts';
import { Problem } from '../../api/problem/problem.ts';
import { COMMAND_SCHEMAS, type CommandType } from '../../domain/order/commands.ts';
import { anOrder } from '../setup/shop.ts';

const spec = loadSpec('v1');
const judge = judgeOf(spec);
const validators = compileValidators(spec);

/** `valid`, or the locations that the compiled validator reports. */
function compiled(id: string, input: RawInput): string {
  try {
    validators.get(id)?.validate(structuredClone(input));
    return 'valid';
  } catch (error) {
    if (error instanceof Problem) return `invalid: ${error.code}`;
    throw error;
  }
}

async function verdicts(id: string, input: Partial<RawInput> & { path?: string }): Promise<[string, string]> {
  const operation = spec.operations.find((o) => o.id === id)!;
  const { params = {}, query = {}, headers = {}, body } = input;
  const all = { ...(operation.body && { 'content-type': operation.body.mediaType }), ...headers };
  const url = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const verdict = await judge.request(operation, {
    method: operation.method.toUpperCase(),
    url,
    headers: all,
    query,
    body,
  });
  return [verdict === undefined ? 'valid' : 'invalid', compiled(id, { params, query, headers: all, body })];
}

const key = { 'idempotency-key': 'k' };
const line = { sku: 'A', name: 'a', quantity: 1, unit_price: 1 };
const lines = (change: object) => anOrder({ lines: [{ ...line, ...change }] });
const address = { name: 'a', line1: 'b', city: 'c', country: 'IE' };
const id = `ord_${'0'.repeat(32)}`;

describe('the judge and the compiled validator agree on', () => {
  test.each<[string, unknown, boolean]>([
    ['a good order', anOrder(), true],
    [
      'every member',
      anOrder({
        shipping_address: { ...address, line2: 'x', region: 'y', postal_code: 'z' },
        metadata: { a: 'b' },
      }),
      true,
    ],
    ['100 lines', anOrder({ lines: Array.from({ length: 100 }, () => line) }), true],
    ['101 lines', anOrder({ lines: Array.from({ length: 101 }, () => line) }), false],
    ['no lines', anOrder({ lines: [] }), false],
    ['lines that are no list', anOrder({ lines: line }), false],
    ['no body', undefined, false],
    ['null', null, false],
    ['a list', [], false],
    ['nothing in it', {}, false],
    ['an unknown member', anOrder({ total: 5 }), false],
    ['an unknown member of a line', lines({ total: 5 }), false],
    ['a quantity of 0', lines({ quantity: 0 }), false],
    ['a quantity of a million', lines({ quantity: 1_000_000 }), true],
    ['a quantity of a million and one', lines({ quantity: 1_000_001 }), false],
    ['half a piece', lines({ quantity: 0.5 }), false],
    ['a quantity in text', lines({ quantity: '1' }), false],
    ['a price of nothing', lines({ unit_price: 0 }), true],
    ['a price below nothing', lines({ unit_price: -1 }), false],
    ['the highest price', lines({ unit_price: 999_999_999_999 }), true],
    ['a higher price', lines({ unit_price: 1_000_000_000_000 }), false],
    ['a price beyond all bounds', lines({ unit_price: 1e300 }), false],
    ['a price that is null', lines({ unit_price: null }), false],
    ['an empty sku', lines({ sku: '' }), false],
    ['64 characters of sku', lines({ sku: 'x'.repeat(64) }), true],
    ['65 characters of sku', lines({ sku: 'x'.repeat(65) }), false],
    ['other scripts', lines({ name: 'Καλημέρα 🐙 שלום' }), true],
    ['a line break in a name', lines({ name: 'a\nb' }), false],
    ['a NUL in a name', lines({ name: 'a\u0000b' }), false],
    ['half a surrogate pair', lines({ name: 'a\ud800b' }), false],
    ['a currency in small letters', anOrder({ currency: 'eur' }), false],
    ['an empty customer', anOrder({ customer_id: '' }), false],
    ['a customer with a space', anOrder({ customer_id: 'a b' }), false],
    ['a customer of 64 characters', anOrder({ customer_id: 'c'.repeat(64) }), true],
    ['a customer of 65 characters', anOrder({ customer_id: 'c'.repeat(65) }), false],
    ['an address without a city', anOrder({ shipping_address: { ...address, city: undefined } }), false],
    ['an address that is null', anOrder({ shipping_address: null }), true],
    ['a country of three letters', anOrder({ shipping_address: { ...address, country: 'IRL' } }), false],
    ['an unknown member of the address', anOrder({ shipping_address: { ...address, planet: 'x' } }), false],
    [
      '20 entries of metadata',
      anOrder({ metadata: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, 'v'])) }),
      true,
    ],
    [
      '21 entries of metadata',
      anOrder({ metadata: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, 'v'])) }),
      false,
    ],
    ['a number in metadata', anOrder({ metadata: { a: 1 } }), false],
    ['500 characters of metadata', anOrder({ metadata: { a: 'x'.repeat(500) } }), true],
    ['501 characters of metadata', anOrder({ metadata: { a: 'x'.repeat(501) } }), false],
  ])('an order with %s', async (_name, body, good) => {
    const json = body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as unknown);
    const [judged, ours] = await verdicts('placeOrder', { headers: key, body: json });
    expect([judged, ours.split(':')[0]]).toEqual(good ? ['valid', 'valid'] : ['invalid', 'invalid']);
    // The contract and the domain's schema accept the same bodies.
    expect(takenByDomain(json)).toBe(good);
  });

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
    ['half a limit', 'listOrders', { query: { limit: '1.5' } }, 'invalid: invalid_parameter'],
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
    ['what is no id', 'getOrder', { params: { order_id: 'ord_1' } }, 'invalid: order_not_found'],
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
    ['an order as it was', 'getOrder', { params: { order_id: id }, query: { version: '3' } }, 'valid'],
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
    ['too much patience', 'listEvents', { query: { wait: '31' } }, 'invalid: invalid_parameter'],
    ['a key', 'getReceipt', { params: { idempotency_key: '8e03978e' } }, 'valid'],
    ['a key of slashes', 'getReceipt', { params: { idempotency_key: 'a/b?c#d%' } }, 'valid'],
    [
      'what is no key',
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
    ['a batch of nothing', 'placeOrders', { body: { orders: [] } }, 'invalid: invalid_body'],
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

  const full = { line_id: 'line_1', quantity: 1 };
  const bodies: [string, CommandType, [body: unknown, good: boolean][]][] = [
    [
      'recordPayment',
      'RecordPayment',
      [
        [{ amount: 1 }, true],
        [{ amount: 999_999_999_999, method: 'card', reference: 'ch_1' }, true],
        [{ amount: 1, method: null, reference: null }, true],
        [{}, false],
        [{ amount: 0 }, false],
        [{ amount: 1.5 }, false],
        [{ amount: '1' }, false],
        [{ amount: 1_000_000_000_000 }, false],
        [{ amount: 1, method: '' }, false],
        [{ amount: 1, method: 'x'.repeat(41) }, false],
        [{ amount: 1, currency: 'EUR' }, false],
      ],
    ],
    [
      'recordShipment',
      'ShipItems',
      [
        [{ lines: [full] }, true],
        [{ lines: [full], carrier: null, tracking_number: 'x' }, true],
        [{ lines: [] }, false],
        [{}, false],
        [{ lines: [{ line_id: 'line_0', quantity: 1 }] }, false],
        [{ lines: [{ line_id: 'line_1', quantity: 0 }] }, false],
        [{ lines: [{ line_id: 'line_1' }] }, false],
        [{ lines: Array.from({ length: 101 }, () => full) }, false],
        [{ lines: [full], carrier: 'a\nb' }, false],
      ],
    ],
    [
      'recordReturn',
      'ReturnItems',
      [
        [{ lines: [full], reason: 'x'.repeat(500) }, true],
        [{ lines: [full], reason: 'x'.repeat(501) }, false],
        [{ reason: 'x' }, false],
      ],
    ],
    [
      'recordRefund',
      'RecordRefund',
      [
        [{ amount: 5, reason: 'x', reference: null }, true],
        [{ amount: -5 }, false],
        [{ amount: 5, reason: 5 }, false],
      ],
    ],
    [
      'cancelOrder',
      'CancelOrder',
      [
        [{}, true],
        [{ reason: null }, true],
        [{ reason: '' }, false],
        [{ why: 'x' }, false],
      ],
    ],
    [
      'completeOrder',
      'CompleteOrder',
      [
        [{}, true],
        [{ note: 'x' }, true],
        [{ note: [] }, false],
      ],
    ],
    [
      'updateOrder',
      'UpdateOrder',
      [
        [{ metadata: { a: 'b', c: null } }, true],
        [{ metadata: null }, true],
        [{ metadata: {} }, true],
        [{ shipping_address: null }, true],
        [{ shipping_address: { city: 'Cork', line2: null } }, true],
        [{ shipping_address: {}, metadata: { a: 'x'.repeat(500) } }, true],
        [{}, false],
        [{ metadata: { a: 5 } }, false],
        [{ metadata: { a: 'x'.repeat(501) } }, false],
        [{ metadata: Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`k${n}`, null])) }, false],
        [{ shipping_address: { city: null } }, false],
        [{ shipping_address: { city: '' } }, false],
        [{ shipping_address: { planet: 'x' } }, false],
        [{ shipping_address: 'x' }, false],
        [{ status: 'paid' }, false],
        [{ total: 0 }, false],
        [[], false],
      ],
    ],
  ];
  test.each(
    bodies.flatMap(([operation, type, list]) =>
      list.map(([body, good]) => [operation, JSON.stringify(body).slice(0, 80), type, body, good] as const),
    ),
  )('%s %s', async (operation, _text, type, body, good) => {
    const headers = { ...key, 'if-match': '"1"' };
    const [judged, ours] = await verdicts(operation, { params: { order_id: id }, headers, body });
    expect([judged, ours]).toEqual(good ? ['valid', 'valid'] : ['invalid', 'invalid: invalid_body']);
    expect(takenByDomain(body, type)).toBe(good);
  });

  test('random changes of a valid order', async () => {
    const junk = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double(),
      fc.string({ maxLength: 70 }),
      fc.constant([]),
      fc.constant({}),
    );
    const places = [
      'customer_id',
      'currency',
      'lines',
      'shipping_address',
      'metadata',
      'surprise',
      'lines.0.sku',
      'lines.0.quantity',
      'lines.0.unit_price',
      'lines.0',
      'metadata.k',
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), junk, async (place, value) => {
        const body = structuredClone(anOrder({ metadata: { k: 'v' }, shipping_address: address })) as Record<
          string,
          unknown
        >;
        const path = place.split('.');
        const last = path.pop() ?? '';
        const holder = path.reduce((at, name) => at[name] as Record<string, unknown>, body);
        holder[last] = value;
        const json = JSON.parse(JSON.stringify(body)) as unknown;
        const [judged, ours] = await verdicts('placeOrder', { headers: key, body: json });
        expect(ours.split(':')[0]).toBe(judged);
        expect(takenByDomain(json)).toBe(judged === 'valid');
      }),
      { numRuns: 500 },
    );
  });
});

/** Whether the schema of the command accepts a body. */
function takenByDomain(body: unknown, type: CommandType = 'PlaceOrder'): boolean {
  try {
    parseBody(COMMAND_SCHEMAS[type], body);
    return true;
  } catch {
    return false;
  }
}
