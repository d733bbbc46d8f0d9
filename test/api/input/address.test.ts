/** docs/input.md as tables of queries and paths, each with its exact answer. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ExactRequest } from '../../setup/exact-request.ts';
import { type Shop, anOrder, openShop } from '../../setup/shop.ts';
import { outcomeOf } from './outcome.ts';

let shop: Shop;
let orderId: string;
beforeAll(async () => {
  shop = await openShop();
  orderId = (await shop.ask('/v1/orders', { body: anOrder() })).json.id;
});
afterAll(() => shop.close());

const answerTo = (request: ExactRequest) => outcomeOf(shop, request);

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
