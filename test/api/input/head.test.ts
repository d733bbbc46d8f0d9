/** docs/input.md as tables of header fields and methods, each with its exact answer. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ExactRequest, sendExactly } from '../../setup/exact-request.ts';
import { type Shop, openShop } from '../../setup/shop.ts';
import { outcomeOf } from './outcome.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const answerTo = (request: ExactRequest) => outcomeOf(shop, request);

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
    ['Accept', 'application/json;q=0.000, text/html', '406 not_acceptable'],
    ['Accept', 'application/json;q=0.000, */*', '200'],
    ['Accept', 'application/json;charset=utf-8;q=0', '406 not_acceptable'],
    ['Accept', 'application/*;q=0, image/*', '406 not_acceptable'],
    ['Accept', 'application/*;q=0, */*', '200'],
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
