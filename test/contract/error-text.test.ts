/** Error details are plain sentences: no pattern, and no message of a validator. */
import { describe, expect, test } from '@jest/globals';
import type { Parameter, Schema } from '../../api/contract/spec.ts';
import { patternText } from '../../api/contract/error-text.ts';
import { parseBody } from '../../api/commands/parse-body.ts';
import { V1_SCHEMAS } from '../../api/v1/commands.ts';
import { requireDecodable } from '../../api/http/percent.ts';
import type { Problem } from '../../api/problem/problem.ts';
import { ASCII_EXPECTED } from '../../domain/text.ts';
import { anOrder } from '../setup/shop.ts';
import { asked, detailsOf, problemOf, specs, validators } from './asked.ts';

/** Jargon of validators, which no detail may contain. */
const JARGON =
  /pattern|schema in|\bNOT\b|[<>]=|Invalid (?:input|string|option|key|type)|received|expected|undefined|NaN|Unrecognized|Too |\^|\[A-Z/;

/** Every pattern of a document. */
function patternsOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === 'pattern' && typeof value === 'string' ? [value] : patternsOf(value),
  );
}

test.each([...new Set(specs.flatMap(({ requests }) => patternsOf(requests)))])(
  'the pattern %s has a description',
  (pattern) => {
    expect(patternText(pattern)).toMatch(/^must /);
    expect(patternText(pattern)).not.toMatch(JARGON);
  },
);

describe('a query', () => {
  const TIME = 'must be a time such as 2026-11-25T10:00:00Z; in a URL write + as %2B';
  test.each<[id: string, query: Record<string, string | string[]>, parameter: string, detail: string]>([
    ['listOrders', { limit: 'two' }, 'limit', "must be a whole number, not 'two'"],
    ['listOrders', { limit: '1.5' }, 'limit', "must be a whole number in digits only, not '1.5'"],
    ['listOrders', { limit: '05' }, 'limit', "must be a whole number in digits only, not '05'"],
    ['listOrders', { limit: '0x10' }, 'limit', "must be a whole number in digits only, not '0x10'"],
    ['listOrders', { limit: '' }, 'limit', 'must be a whole number, not empty'],
    ['listOrders', { limit: '0' }, 'limit', 'must be at least 1'],
    ['listOrders', { limit: '1000' }, 'limit', 'must be at most 100'],
    ['listOrders', { limit: '9'.repeat(30) }, 'limit', 'must be at most 100'],
    ['listOrders', { limit: `-${'9'.repeat(30)}` }, 'limit', 'must be at least 1'],
    ['listOrders', { limit: ['1', '2'] }, 'limit', 'must be given once, not 2 times'],
    ['listOrders', { limit: 'a\nb' }, 'limit', "must be a whole number, not 'a\\nb'"],
    ['listOrders', { limit: 'x'.repeat(500) }, 'limit', `must be a whole number, not '${'x'.repeat(40)}…'`],
    [
      'listOrders',
      { limit: `hf_live_${'a'.repeat(32)}` },
      'limit',
      "must be a whole number, not 'hf_live_…'",
    ],
    ['listEvents', { after_position: 'two' }, 'after_position', "must be a whole number, not 'two'"],
    ['listEvents', { after_position: '-1' }, 'after_position', 'must be at least 0'],
    ['listEvents', { wait: 'long' }, 'wait', "must be a whole number, not 'long'"],
    ['listEvents', { since: 'yesterday' }, 'since', TIME],
    ['listOrders', { placed_after: '2026-11-25T10:00:00 01:00' }, 'placed_after', TIME],
    ['getOrder', { at: '2026-02-30T00:00:00Z' }, 'at', TIME],
    ['listOrders', { customer_id: 'a b' }, 'customer_id', ASCII_EXPECTED],
    ['listOrders', { customer_id: ['a', 'b'] }, 'customer_id', 'must be given once, not 2 times'],
    ['listOrders', { cursor: '!' }, 'cursor', 'must be a next_cursor of an earlier answer'],
    ['listOrders', { cursor: '' }, 'cursor', 'must not be empty'],
    ['listOrders', { order: 'up' }, 'order', 'must be one of asc, desc'],
    [
      'listDailySales',
      { currency: 'eur' },
      'currency',
      'must be three capital letters of ISO 4217, such as EUR',
    ],
    [
      'listEvents',
      { types: 'Sold' },
      'types',
      'must be event types, separated by commas: OrderPlaced, OrderUpdated, PaymentRecorded, ' +
        'ItemsShipped, ItemsReturned, RefundRecorded, OrderCancelled, OrderCompleted, ' +
        'AuthorizationRecorded, AuthorizationVoided, PaymentReversed, OrderEdited, HoldPlaced, HoldReleased, ' +
        'CustomerErased',
    ],
  ])('%s %j: %s %s', (id, query, parameter, detail) => {
    const problem = asked(id, { query, params: { order_id: `ord_${'0'.repeat(32)}` } });
    expect([problem.message, detailsOf(problem)]).toEqual([
      `Invalid parameter: ${parameter}.`,
      [[parameter, detail]],
    ]);
  });

  test.each([
    ['undefined', 'Invalid parameter: "undefined".'],
    ['', 'Invalid parameter: "".'],
    ['null', 'Invalid parameter: "null".'],
    ['a b', 'Invalid parameter: "a b".'],
    ['pirates', 'Invalid parameter: pirates.'],
  ])('with the unknown parameter %j', (name, message) => {
    const problem = asked('getOrder', {
      query: { [name]: '1' },
      params: { order_id: `ord_${'0'.repeat(32)}` },
    });
    expect([problem.message, detailsOf(problem)]).toEqual([
      message,
      [[name, 'unknown parameter; this call accepts version, at']],
    ]);
    expect(problemOf(() => requireDecodable(`${encodeURIComponent(name)}=%ff`))).toBeDefined();
  });

  test('for an operation without parameters', () => {
    const problem = asked('placeOrder', { query: { dry_run: '1' } });
    expect(detailsOf(problem)).toEqual([['dry_run', 'unknown parameter; this call accepts none']]);
  });

  test('with a parameter that has no name, or is not UTF-8', () => {
    expect(problemOf(() => requireDecodable('=%ff'))?.message).toBe('Invalid parameter: "".');
  });
});

test.each([
  ['v1', "must be a whole number, not 'now'"],
  ['v2', 'must be the Holdfast-Position of an answer, such as 4711'],
])('a position in a header of %s has a plain detail', (version, detail) => {
  const problem = asked('listOrders', { headers: { 'holdfast-read-after': 'now' } }, version);
  expect([problem.message, detailsOf(problem)]).toEqual([
    'Invalid header: Holdfast-Read-After.',
    [['Holdfast-Read-After', detail]],
  ]);
});

const line = { sku: 'A', name: 'a', quantity: 1, unit_price: { amount: 1, currency: 'EUR' } };
const order = { customer_id: 'a', lines: [line] };
const headers = { 'idempotency-key': 'k', 'if-match': '*' };
const params = { order_id: `ord_${'0'.repeat(32)}` };

describe('a body', () => {
  test.each<[id: string, body: unknown, ...errors: [string, string][]]>([
    [
      'placeOrder',
      { ...order, customer_id: 'a b' },
      ['/customer_id', `${ASCII_EXPECTED}, and neither . nor ..`],
    ],
    ['placeOrder', { ...order, customer_id: 5 }, ['/customer_id', 'must be a string']],
    [
      'placeOrder',
      { ...order, customer_id: 'x'.repeat(65) },
      ['/customer_id', 'must have at most 64 characters'],
    ],
    ['placeOrder', { ...order, lines: [] }, ['/lines', 'must not be empty']],
    ['placeOrder', { ...order, lines: {} }, ['/lines', 'must be a list']],
    [
      'placeOrder',
      { ...order, lines: [{ ...line, quantity: '1' }] },
      ['/lines/0/quantity', 'must be a whole number'],
    ],
    [
      'placeOrder',
      { ...order, lines: [{ ...line, quantity: 0 }] },
      ['/lines/0/quantity', 'must be at least 1'],
    ],
    [
      'placeOrder',
      { ...order, lines: [{ ...line, sku: 'a\nb' }] },
      ['/lines/0/sku', 'must not contain control characters or lone surrogates'],
    ],
    ['placeOrder', { ...order, metadata: { a: 1 } }, ['/metadata/a', 'must be a string']],
    ['placeOrder', { ...order, colour: 'red' }, ['/colour', 'unknown field']],
    ['placeOrder', [], ['', 'must be an object']],
    ['placeOrder', { ...order, shipping_address: 5 }, ['/shipping_address', 'must be an object']],
    ['updateOrder', {}, ['', 'must not be empty']],
    ['updateOrder', { shipping_address: [] }, ['/shipping_address', 'must be an object']],
    [
      'updateOrder',
      { shipping_address: { country: 'X' } },
      ['/shipping_address/country', 'must be two capital letters of ISO 3166, such as IE'],
    ],
    [
      'recordShipment',
      { lines: [{ line_id: '1', quantity: 1 }] },
      ['/lines/0/line_id', 'must be a line id, such as line_1'],
    ],
    [
      'createWebhookEndpoint',
      { url: 'x' },
      ['/url', 'must be an ASCII URL that starts with https:// or http://'],
    ],
  ])('of %s: %j', (id, body, ...errors) => {
    expect(detailsOf(asked(id, { headers, params, body }))).toEqual(errors);
  });
});

/** Values of all JSON types: some are of the wrong type for each schema. */
const JUNK = ['', 'two', 'ä b', '\u0000', 'x'.repeat(5_000), -1.5, 1e18, true, null, [], [[]], {}, { '': 1 }];

function schemaAt({ document }: (typeof specs)[0], node: unknown): Schema {
  const { $ref, allOf } = node as { $ref?: string; allOf?: unknown[] };
  if (allOf)
    return Object.assign({}, ...allOf.map((part) => schemaAt({ document } as (typeof specs)[0], part)));
  if ($ref === undefined) return node as Schema;
  const target = $ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Schema)[key], document);
  return schemaAt({ document } as (typeof specs)[0], target);
}

/** Bodies with junk instead of one member each, at all depths. */
function* spoilt(spec: (typeof specs)[0], node: unknown): Generator<unknown> {
  yield* JUNK;
  const {
    properties = {},
    items,
    anyOf,
  } = schemaAt(spec, node) as {
    properties?: Record<string, unknown>;
    items?: unknown;
    anyOf?: unknown[];
  };
  for (const [name, member] of Object.entries(properties))
    for (const value of spoilt(spec, member)) yield { [name]: value };
  if (items) for (const value of spoilt(spec, items)) yield [value];
  for (const one of anyOf ?? []) yield* spoilt(spec, one);
}

const operations = specs.flatMap((spec) =>
  spec.operations.map((operation) => [`${spec.name} ${operation.id}`, spec, operation] as const),
);

describe('each fault of a request has a plain detail', () => {
  test.each(operations)('%s', (_id, spec, { id, parameters, body }) => {
    const validator = validators.get(spec.name)!.get(id)!;
    const problems: (Problem | undefined)[] = [];
    for (const { name, in: place } of parameters.filter((one: Parameter) => one.in !== 'path')) {
      for (const value of ['', 'two', '-1', '1.5', 'ä b', '9'.repeat(40), 'x'.repeat(2_000), ['1', '2']]) {
        const query = place === 'query' ? { [name]: value } : {};
        const sent = place === 'header' ? { ...headers, [name.toLowerCase()]: value } : headers;
        const paths = Object.fromEntries(
          parameters
            .filter((one) => one.in === 'path')
            .map((one) => [one.name, `${one.name.slice(0, 3)}_${'0'.repeat(32)}`]),
        );
        problems.push(
          problemOf(() => validator.validate({ params: paths, query, headers: sent, body: undefined })),
        );
      }
    }
    for (const value of body ? spoilt(spec, body.schema) : [])
      problems.push(problemOf(() => validator.checkBody(value)));
    const found = problems.filter((problem) => problem !== undefined);
    const details = new Set(found.flatMap((problem) => detailsOf(problem).map(([, detail]) => detail)));
    for (const { message } of found) details.add(message);
    expect(
      [...details].filter((detail) => JARGON.test(detail) || detail.includes('does not fit the contract')),
    ).toEqual([]);
    expect(details.size).toBeGreaterThan(0);
  });

  test.each(Object.keys(V1_SCHEMAS) as (keyof typeof V1_SCHEMAS)[])('%s as a message of gRPC', (type) => {
    const shipping_address = { name: 'a', line1: 'b', city: 'c', country: 'IE' };
    const good = { ...anOrder(), shipping_address };
    const bodies: unknown[] = [...JUNK];
    for (const name of [...Object.keys(V1_SCHEMAS[type].shape), 'colour'])
      for (const value of JUNK) bodies.push({ ...good, [name]: value }, { [name]: value });
    for (const name of ['sku', 'name', 'quantity', 'unit_price', 'line_id', 'colour'])
      for (const value of JUNK) bodies.push({ ...good, lines: [{ ...good.lines[0], [name]: value }] });
    for (const name of ['name', 'country', 'colour'])
      for (const value of JUNK)
        bodies.push({
          ...good,
          shipping_address: { ...shipping_address, [name]: value },
        });
    for (const value of JUNK) bodies.push({ ...good, metadata: { 'a b': value, a: value } });
    const details = new Set(
      bodies.flatMap((body) => {
        const problem = problemOf(() => parseBody(V1_SCHEMAS[type], body));
        return problem ? detailsOf(problem).map(([, detail]) => detail) : [];
      }),
    );
    expect([...details].filter((detail) => JARGON.test(detail) || detail === 'is not valid')).toEqual([]);
  });
});
