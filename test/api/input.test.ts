/** docs/input.md as tables: each row has an input and its exact answer. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ExactRequest, sendExactly } from '../setup/exact-request.ts';
import { type Shop, anOrder, openShop } from '../setup/shop.ts';

let shop: Shop;
let orderId: string;
beforeAll(async () => {
  shop = await openShop();
  orderId = (await shop.ask('/v1/orders', { body: anOrder() })).json.id;
});
afterAll(() => shop.close());

/** `201`, or `400 invalid_parameter limit`: status, code, and the locations of the faults. */
async function answerTo(request: ExactRequest): Promise<string> {
  const { status, json } = await sendExactly(shop, request);
  if (status < 400) return String(status);
  const places = (json.errors ?? []).map(
    ({ pointer, parameter }: { pointer?: string; parameter?: string }) => pointer ?? parameter,
  );
  expect(json.status).toBe(status);
  return [status, json.code, ...new Set(places)].join(' ');
}

const LIMIT = '400 invalid_parameter limit';
const AFTER = '400 invalid_parameter placed_after';
const SINCE = '400 invalid_parameter since';

describe('a query', () => {
  test.each([
    ['limit=5', '200'],
    ['limit=100', '200'],
    ['limit=%35', '200'],
    ['limit=0x10', LIMIT],
    ['limit=1e1', LIMIT],
    ['limit=5.0', LIMIT],
    ['limit=+5', LIMIT],
    ['limit=%2B5', LIMIT],
    ['limit=%205', LIMIT],
    ['limit=5%20', LIMIT],
    ['limit=05', LIMIT],
    ['limit=-0', LIMIT],
    ['limit=-5', LIMIT],
    ['limit=', LIMIT],
    ['limit', LIMIT],
    ['limit=true', LIMIT],
    ['limit=null', LIMIT],
    ['limit=%D9%A5', LIMIT], // an Arabic digit five
    ['limit=1_0', LIMIT],
    ['limit=Infinity', LIMIT],
    [`limit=${'9'.repeat(30)}`, LIMIT],
    ['limit=1&limit=1', LIMIT],
    ['limit[]=1', '400 invalid_parameter limit[]'],
    ['limit=%zz', LIMIT],
    ['limit=%', LIMIT],
    ['Limit=5', '400 invalid_parameter Limit'],
    ['page=2', '400 invalid_parameter page'],
    ['__proto__=1', '400 invalid_parameter __proto__'],
    ['constructor=1', '400 invalid_parameter constructor'],
    ['customer_id=%zz', '400 invalid_parameter customer_id'],
    ['customer_id=%ff', '400 invalid_parameter customer_id'],
    ['customer_id=%c3%28&limit=%e0%a4', '400 invalid_parameter customer_id limit'],
    ['customer_id=%00', '400 invalid_parameter customer_id'],
    ['customer_id=%ED%A0%80', '400 invalid_parameter customer_id'], // a lone surrogate
    ['customer_id=a%20b', '400 invalid_parameter customer_id'],
    ['customer_id=a+b', '400 invalid_parameter customer_id'],
    ['customer_id=%25zz', '200'],
    ['customer_id=a%2Bb', '200'],
    ['customer_id=a:b/c?d@e', '200'],
    ["customer_id=!'()*;,$[]", '200'],
    ['customer_id=a=b', '200'],
    ['customer_id=.', '200'],
    [`customer_id=${'x'.repeat(65)}`, '400 invalid_parameter customer_id'],
    ['cursor=AAAA', '400 invalid_cursor'],
    ['cursor=..%2F', '400 invalid_parameter cursor'],
    [`cursor=${'A'.repeat(201)}`, '400 invalid_parameter cursor'],
    ['wait=1', '400 invalid_parameter wait'],
    ['placed_after=2026-03-14T09:26:53Z', '200'],
    ['placed_after=2026-03-14t09:26:53z', '200'],
    ['placed_after=2026-03-14T09:26:53.123456789012Z', '200'],
    ['placed_after=2026-03-14T09:26:53%2B02:00', '200'],
    ['placed_after=2026-03-14T09:26:53-00:00', '200'],
    ['placed_after=2024-02-29T00:00:00Z', '200'],
    ['placed_after=0000-01-01T00:00:00Z', '200'],
    ['placed_after=0000-01-01T00:00:00%2B23:59', '200'],
    ['placed_after=9999-12-31T23:59:59Z', '200'],
    ['placed_after=9999-12-31T23:59:59-23:59', '200'],
    ['placed_before=9999-12-31T23:59:59.9999-23:59', '200'],
    ['placed_after=2016-12-31T23:59:60Z', '200'],
    ['placed_after=1990-12-31T15:59:60-08:00', '200'],
    ['placed_after=2016-12-31T23:58:60Z', AFTER],
    ['placed_after=2016-12-31T23:59:61Z', AFTER],
    ['placed_after=2026-02-30T00:00:00Z', AFTER],
    ['placed_after=2026-02-29T00:00:00Z', AFTER],
    ['placed_after=2026-13-01T00:00:00Z', AFTER],
    ['placed_after=2026-00-01T00:00:00Z', AFTER],
    ['placed_after=2026-03-14T24:00:00Z', AFTER],
    ['placed_after=2026-03-14T09:60:00Z', AFTER],
    ['placed_after=2026-03-14T09:26:53+02:00', AFTER], // the + is a space
    ['placed_after=2026-03-14T09:26:53%2B0200', AFTER],
    ['placed_after=2026-03-14T09:26:53%2B02', AFTER],
    ['placed_after=2026-03-14T09:26:53%2B24:00', AFTER],
    ['placed_after=2026-03-14T09:26:53%2B02:60', AFTER],
    ['placed_after=2026-03-14T09:26:53', AFTER],
    ['placed_after=2026-03-14T09:26Z', AFTER],
    ['placed_after=2026-03-14%2009:26:53Z', AFTER],
    ['placed_after=2026-03-14', AFTER],
    ['placed_after=20260314T092653Z', AFTER],
    ['placed_after=1773480413', AFTER],
    ['placed_after=%2B010000-01-01T00:00:00Z', AFTER],
    ['placed_after=2026-03-14T09:26:53.Z', AFTER],
    ['placed_after=2026-03-14T09:26:53,5Z', AFTER],
    ['placed_after=now', AFTER],
    ['placed_after=', AFTER],
  ])('?%s of the list of orders', async (query, expected) => {
    expect(await answerTo({ path: `/v2/orders?${query}` })).toBe(expected);
  });

  test.each([
    ['since=2026-03-14&until=2026-03-14', '200'],
    ['since=2024-02-29', '200'],
    ['since=2026-02-29', SINCE],
    ['since=2026-02-30', SINCE],
    ['since=0000-01-01', SINCE],
    ['since=2026-3-4', SINCE],
    ['since=2026-03-14T00:00:00Z', SINCE],
  ])('?%s of the list of days', async (query, expected) => {
    expect(await answerTo({ path: `/v2/daily-sales?${query}` })).toBe(expected);
  });

  test.each([
    ['version=1', '200'],
    ['version=01', '400 invalid_parameter version'],
    ['version=0x1', '400 invalid_parameter version'],
    ['version=999999', '404 order_version_not_found'],
    ['version=99999999999', '400 invalid_parameter version'],
    ['at=9999-12-31T23:59:59-23:59', '200'],
    ['at=0000-01-01T00:00:00%2B23:59', '404 order_version_not_found'],
    ['at=2026-02-30T00:00:00Z', '400 invalid_parameter at'],
  ])('?%s of an order', async (query, expected) => {
    expect(await answerTo({ path: `/v2/orders/${orderId}?${query}` })).toBe(expected);
  });
});

describe('a path', () => {
  test.each([
    ['/v2/orders/%00', '404 order_not_found'],
    ['/v2/orders/..', '404 order_not_found'],
    ['/v2/orders/%2e%2e', '404 order_not_found'],
    ['/v2/orders/%zz', '404 order_not_found'],
    ['/v2/orders/%ff', '404 order_not_found'],
    ['/v2/orders/ord_%2F', '404 order_not_found'],
    [`/v2/orders/${'x'.repeat(5_000)}`, '404 order_not_found'],
    ['/v2/customers/%zz/summary', '404 customer_not_found'],
    ['/v2/customers/%ff/summary', '404 customer_not_found'],
    ['/v2/customers/%25zz/summary', '404 customer_not_found'],
    ['/v2/customers/a%2Fb/summary', '404 customer_not_found'],
    ['/v2/customers/constructor/summary', '404 customer_not_found'],
    ['/v2/customers/__proto__/summary', '404 customer_not_found'],
    ['/v2/idempotency-keys/%00', '404 idempotency_key_not_found'],
    ['/v2/idempotency-keys/%22.%22', '404 idempotency_key_not_found'],
    ['/v2/idempotency-keys/%F0%9F%90%99', '404 idempotency_key_not_found'],
    ['/v2/webhook-endpoints/whe_%zz', '404 webhook_endpoint_not_found'],
    ['/V2/orders', '404 route_not_found'],
    ['/v2/Orders', '404 route_not_found'],
    ['/DOCS', '404 route_not_found'],
    ['/v2/orders/', '200'],
    ['//v2/orders', '404 route_not_found'],
    ['/v2/orders/a/b/c/d', '404 route_not_found'],
    ['/v2/%2e%2e/metrics', '404 route_not_found'],
  ])('%s', async (path, expected) => {
    expect(await answerTo({ path })).toBe(expected);
  });
});

describe('a field', () => {
  test.each<[string, string, string]>([
    ['Holdfast-Read-After', '0', '200'],
    ['Holdfast-Read-After', '0x0', '400 invalid_parameter Holdfast-Read-After'],
    ['Holdfast-Read-After', '1e0', '400 invalid_parameter Holdfast-Read-After'],
    ['Holdfast-Read-After', '-1', '400 invalid_parameter Holdfast-Read-After'],
    ['Holdfast-Read-After', '1, 1', '400 invalid_parameter Holdfast-Read-After'],
    ['Holdfast-Read-After', '2147483648', '400 invalid_parameter Holdfast-Read-After'],
    ['Holdfast-Read-After', '9007199254740993', '400 invalid_parameter Holdfast-Read-After'],
    ['Holdfast-Read-After', '99999999999999999999', '400 invalid_parameter Holdfast-Read-After'],
    ['traceparent', '00-zz-zz-00', '200'],
    ['traceparent', 'x'.repeat(9_000), '200'],
    ['X-Request-Id', '../../etc', '200'],
    ['X-Forwarded-For', '1:2:3:4:5:6:7:8::1', '200'],
    ['Accept', 'application/json', '200'],
    ['Accept', 'application/json; charset=utf-8', '200'],
    ['Accept', 'application/json;version=2', '200'],
    ['Accept', 'application/json;odata=verbose', '200'],
    ['Accept', 'application/json;profile="a,b;q=0"', '200'],
    ['Accept', 'application/json;q=0.1', '200'],
    ['Accept', 'APPLICATION/JSON', '200'],
    ['Accept', 'application/*', '200'],
    ['Accept', '*/*;q=0.001', '200'],
    ['Accept', '*', '200'],
    ['Accept', 'text/html, image/gif, *; q=.2, */*; q=.2', '200'],
    ['Accept', 'text/html, application/xml;q=0.9, */*;q=0.8', '200'],
    ['Accept', 'application/problem+json, application/json', '200'],
    ['Accept', '', '200'],
    ['Accept', ',', '200'],
    ['Accept', 'application/json;q=0', '406 not_acceptable'],
    ['Accept', 'application/json;q=0.000, */*', '406 not_acceptable'],
    ['Accept', 'application/json;charset=utf-8;q=0', '406 not_acceptable'],
    ['Accept', 'application/*;q=0, */*', '406 not_acceptable'],
    ['Accept', '*/*;q=0', '406 not_acceptable'],
    ['Accept', 'text/html', '406 not_acceptable'],
    ['Accept', 'application/problem+json', '406 not_acceptable'],
    ['Accept', 'application/vnd.api+json', '406 not_acceptable'],
    ['Accept', 'text/json', '406 not_acceptable'],
  ])('%s: %s', async (name, value, expected) => {
    expect(await answerTo({ path: '/v2/orders', headers: { [name]: value } })).toBe(expected);
  });

  test('public pages ignore Accept', async () => {
    for (const path of ['/docs', '/openapi/v2.json', '/problems/not_acceptable', '/docs/versioning']) {
      for (const Accept of ['application/json; charset=utf-8', '*', 'image/png'])
        expect([path, await answerTo({ path, headers: { Accept, Authorization: null } })]).toEqual([
          path,
          '200',
        ]);
    }
  });
});

const TEXT = JSON.stringify(anOrder());
/** The text of an order with one replacement. */
const changed = (from: string, to: string): string => TEXT.replace(from, to);
const latin = (text: string) => Buffer.from(text, 'latin1');
const json = { 'Content-Type': 'application/json' };

describe('the body of an order', () => {
  test.each<[string, string | Buffer, string]>([
    ['a good one', TEXT, '201'],
    ['with a byte order mark', `\ufeff${TEXT}`, '201'],
    ['with two byte order marks', `\ufeff\ufeff${TEXT}`, '400 malformed_json'],
    ['with space around it', `\r\n\t ${TEXT} \n`, '201'],
    ['with text behind it', `${TEXT}x`, '400 malformed_json'],
    ['with a NUL behind it', `${TEXT}\0`, '400 malformed_json'],
    ['twice', TEXT + TEXT, '400 malformed_json'],
    ['in a list', `[${TEXT}]`, '422 invalid_body '],
    ['in a text', JSON.stringify(TEXT), '400 malformed_json'],
    ['null', 'null', '400 malformed_json'],
    ['of other scripts', changed('Kelp, dried', 'Φύκια 🐙 שלום'), '201'],
    ['of an escaped surrogate pair', changed('Kelp, dried', '\\ud83d\\udc19'), '201'],
    [
      'of half an escaped surrogate pair',
      changed('Kelp, dried', '\\ud83d'),
      '422 invalid_body /lines/0/name',
    ],
    ['of an escaped NUL', changed('Kelp, dried', 'a\\u0000b'), '422 invalid_body /lines/0/name'],
    ['of a raw line break', changed('Kelp, dried', 'a\nb'), '400 malformed_json'],
    ['of U+FFFD', changed('Kelp, dried', '\ufffd'), '201'],
    ['of Latin-1', latin(changed('Kelp, dried', 'Bl\u00e4tter')), '400 malformed_json'],
    ['of half a character', latin(changed('Kelp, dried', '\u00f0\u009f\u0090')), '400 malformed_json'],
    ['of an overlong slash', latin(changed('Kelp, dried', '\u00c0\u00af')), '400 malformed_json'],
    ['of a surrogate in UTF-8', latin(changed('Kelp, dried', '\u00ed\u00a0\u0080')), '400 malformed_json'],
    ['in UTF-16', Buffer.from(TEXT, 'utf16le'), '400 malformed_json'],
    [
      'with a member twice',
      changed('"currency"', '"currency":"USD","currency"'),
      '400 malformed_json /currency',
    ],
    [
      'with a duplicate member in two spellings',
      changed('"currency"', '"curren\\u0063y":"USD","currency"'),
      '400 malformed_json /currency',
    ],
    [
      'with a duplicate quantity',
      changed('"quantity":2', '"quantity":2,"quantity":2'),
      '400 malformed_json /lines/0/quantity',
    ],
    ['with __proto__', changed('{', '{"__proto__":{},'), '400 malformed_json /__proto__'],
    [
      'with __proto__ inside',
      changed('"sku"', '"__proto__":1,"sku"'),
      '400 malformed_json /lines/0/__proto__',
    ],
    ['with constructor', changed('{', '{"constructor":1,'), '422 invalid_body /constructor'],
    ['of 450.0', changed('450', '450.0'), '201'],
    ['of 4.5e2', changed('450', '4.5e2'), '201'],
    ['of -0', changed('450', '-0'), '201'],
    ['of 450.5', changed('450', '450.5'), '422 invalid_body /lines/0/unit_price'],
    ['of 450.00000000000001', changed('450', '450.00000000000001'), '422 invalid_body /lines/0/unit_price'],
    ['of 9007199254740993', changed('450', '9007199254740993'), '422 invalid_body /lines/0/unit_price'],
    ['of 1e400', changed('450', '1e400'), '422 invalid_body /lines/0/unit_price'],
    ['of -1e400', changed('450', '-1e400'), '422 invalid_body /lines/0/unit_price'],
    ['of 1e-400', changed('450', '1e-400'), '422 invalid_body /lines/0/unit_price'],
    ['of 0450', changed('450', '0450'), '400 malformed_json'],
    ['of +450', changed('450', '+450'), '400 malformed_json'],
    ['of 0x10', changed('450', '0x10'), '400 malformed_json'],
    ['of NaN', changed('450', 'NaN'), '400 malformed_json'],
    ['of "450"', changed('450', '"450"'), '422 invalid_body /lines/0/unit_price'],
    ['with a comma too many', changed('"EUR"', '"EUR",'), '400 malformed_json'],
    ['with a comment', changed('{', '{/* */'), '400 malformed_json'],
    ['of customer .', changed('cus_1', '.'), '422 invalid_body /customer_id'],
    ['of customer ..', changed('cus_1', '..'), '422 invalid_body /customer_id'],
    ['of customer ...', changed('cus_1', '...'), '201'],
    ['of customer .a', changed('cus_1', '.a'), '201'],
    ['of customer a/b?c#d%', changed('cus_1', 'a/b?c#d%'), '201'],
    [
      'nested 200 deep',
      changed('450', '['.repeat(200) + ']'.repeat(200)),
      `422 invalid_body /lines/0/unit_price${'/0'.repeat(29)}`,
    ],
  ])('%s', async (_name, body, expected) => {
    const request: ExactRequest = { method: 'POST', path: '/v1/orders', headers: json, body };
    const answer = await answerTo({ ...request, framing: 'length' });
    expect(answer).toBe(expected);
    expect(await answerTo({ ...request, framing: 'chunked' })).toBe(answer);
  });

  const flipped = (bytes: Buffer, at: number) => {
    const other = Buffer.from(bytes);
    other[at]! ^= 0xff;
    return other;
  };
  const [gzip, deflate, br] = [gzipSync(TEXT), deflateSync(TEXT), brotliCompressSync(TEXT)];
  test.each<[string, string, Buffer | string, string]>([
    ['gzip', '', gzip, '201'],
    ['GZIP', '', gzip, '201'],
    ['x-gzip', '', gzip, '201'],
    ['deflate', '', deflate, '201'],
    ['br', '', br, '201'],
    ['Br', '', br, '201'],
    ['identity', '', TEXT, '201'],
    ['IDENTITY', '', TEXT, '201'],
    ['identity, identity', '', TEXT, '201'],
    [',', '', TEXT, '201'],
    ['identity, gzip', '', gzip, '201'],
    ['gzip', 'in two members', Buffer.concat([gzipSync(TEXT.slice(0, 9)), gzipSync(TEXT.slice(9))]), '201'],
    ['gzip, gzip', '', gzipSync(gzip), '415 unsupported_media_type'],
    ['gzip, br', '', gzip, '415 unsupported_media_type'],
    ['zstd', '', TEXT, '415 unsupported_media_type'],
    ['compress', '', TEXT, '415 unsupported_media_type'],
    ['constructor', '', TEXT, '415 unsupported_media_type'],
    ['gzip', 'of plain text', TEXT, '400 malformed_request'],
    ['gzip', 'cut off', gzip.subarray(0, -1), '400 malformed_request'],
    ['gzip', 'with a byte changed', flipped(gzip, 20), '400 malformed_request'],
    ['gzip', 'with its checksum changed', flipped(gzip, gzip.length - 6), '400 malformed_request'],
    ['gzip', 'with bytes behind it', Buffer.concat([gzip, Buffer.from('x')]), '400 malformed_request'],
    ['gzip', 'with zeros behind it', Buffer.concat([gzip, Buffer.alloc(8)]), '400 malformed_request'],
    ['gzip', 'that is deflate', deflate, '400 malformed_request'],
    ['deflate', 'of plain text', TEXT, '400 malformed_request'],
    ['deflate', 'without its frame', deflateRawSync(TEXT), '400 malformed_request'],
    ['deflate', 'cut off', deflate.subarray(0, -1), '400 malformed_request'],
    ['deflate', 'with bytes behind it', Buffer.concat([deflate, Buffer.from('x')]), '400 malformed_request'],
    ['br', 'of plain text', 'hello', '400 malformed_request'],
    ['br', 'cut off', br.subarray(0, -2), '400 malformed_request'],
    ['br', 'with bytes behind it', Buffer.concat([br, Buffer.from('x')]), '400 malformed_request'],
    ['gzip', 'of invalid JSON', gzipSync('hello'), '400 malformed_json'],
    ['gzip', 'of invalid UTF-8', gzipSync(Buffer.from([0x22, 0xff, 0x22])), '400 malformed_json'],
    ['gzip', 'of 300 KB in 300 bytes', gzipSync(`${TEXT}${' '.repeat(300_000)}`), '413 content_too_large'],
    [
      'br',
      'of 300 KB in 300 bytes',
      brotliCompressSync(`${TEXT}${' '.repeat(300_000)}`),
      '413 content_too_large',
    ],
    ['deflate', 'of 300 KB', deflateSync(`${TEXT}${' '.repeat(300_000)}`), '413 content_too_large'],
  ])('with Content-Encoding %s %s', async (coding, _how, body, expected) => {
    const headers = { ...json, 'Content-Encoding': coding };
    for (const framing of ['length', 'chunked'] as const) {
      const request = { method: 'POST', path: '/v1/orders', headers, body, framing };
      expect(await answerTo(request)).toBe(expected);
    }
  });

  test('an unsupported coding gets the list of the supported ones', async () => {
    const headers = { ...json, 'Content-Encoding': 'zstd' };
    const answer = await sendExactly(shop, {
      method: 'POST',
      path: '/v1/orders',
      headers,
      framing: 'length',
    });
    expect(answer.headers['accept-encoding']).toBe('gzip, deflate, br');
  });

  test.each([
    ['application/json', '201'],
    ['application/json; charset=utf-8', '201'],
    ['application/json;charset="UTF-8"', '201'],
    ['application/json; charset=us-ascii', '201'],
    ['Application/JSON ; odata=verbose', '201'],
    ['application/json;', '201'],
    ['application/json; charset=iso-8859-1', '415 unsupported_media_type'],
    ['application/json; charset=utf-16', '415 unsupported_media_type'],
    ['application/json, application/json', '415 unsupported_media_type'],
    ['application/jsonx', '415 unsupported_media_type'],
    ['application/vnd.api+json', '415 unsupported_media_type'],
    ['text/json', '415 unsupported_media_type'],
    ['text/plain', '415 unsupported_media_type'],
    ['', '415 unsupported_media_type'],
  ])('with Content-Type %s', async (type, expected) => {
    const request = { method: 'POST', path: '/v1/orders', headers: { 'Content-Type': type }, body: TEXT };
    expect(await answerTo({ ...request, framing: 'length' })).toBe(expected);
  });
});

describe('a method', () => {
  const NO_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'TRACE'];
  const NOT_ALLOWED = '405 method_not_allowed';

  test.each([
    '/nothing',
    '/v2/nothing',
    '/v2',
    '/problems/nothing',
    '/problems',
    '/docs/assets/nothing',
    '/docs/x',
  ])('on the unknown path %s is 404, for each method', async (path) => {
    for (const method of NO_METHODS) {
      const { status, headers } = await sendExactly(shop, { method, path, framing: 'length' });
      expect([method, status, headers['allow']]).toEqual([method, 404, undefined]);
    }
  });

  test.each([
    ['DELETE', '/v2/orders', 'HEAD, GET, POST'],
    ['PROPFIND', '/v2/orders', 'HEAD, GET, POST'],
    ['TRACE', '/v2/orders', 'HEAD, GET, POST'],
    ['GET', '/v2/order-batches', 'POST'],
    ['HEAD', '/v2/order-batches', 'POST'],
    ['PUT', `/v2/orders/ord_${'0'.repeat(32)}`, 'HEAD, GET, PATCH'],
    ['POST', '/docs', 'HEAD, GET'],
    ['DELETE', '/openapi/v2.json', 'HEAD, GET'],
    ['PROPFIND', '/problems/route_not_found', 'HEAD, GET'],
    ['PATCH', '/docs/assets/open.js', 'HEAD, GET'],
    ['PUT', '/docs/versioning', 'HEAD, GET'],
  ])('%s on %s is 405', async (method, path, allow) => {
    const { status, headers, json } = await sendExactly(shop, { method, path, framing: 'length' });
    expect([status, headers['allow']?.split(', ').toSorted()]).toEqual([405, allow.split(', ').toSorted()]);
    if (method !== 'HEAD') expect(`${json.status} ${json.code}`).toBe(NOT_ALLOWED);
  });

  test.each([
    ['/v2/orders', 'GET, HEAD, POST'],
    ['/docs', 'GET, HEAD'],
    ['/problems/route_not_found', 'GET, HEAD'],
  ])('OPTIONS on %s lists the methods', async (path, allow) => {
    const { status, headers } = await sendExactly(shop, { method: 'OPTIONS', path });
    expect([status, headers['allow']?.split(', ').toSorted().join(', ')]).toEqual([200, allow]);
  });

  test('needs no key on a public page, and a key on others', async () => {
    const ask = async (method: string, path: string) =>
      (await sendExactly(shop, { method, path, headers: { Authorization: null } })).status;
    expect(await ask('POST', '/docs')).toBe(405);
    expect(await ask('OPTIONS', '/docs')).toBe(200);
    expect(await ask('DELETE', '/v2/orders')).toBe(401);
    expect(await ask('OPTIONS', '/v2/orders')).toBe(401);
    expect(await ask('GET', '/nothing')).toBe(401);
  });
});
