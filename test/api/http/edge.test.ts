import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROBLEMS, type ProblemCode, retriesOf } from '../../../api/problem/problem.ts';
import { type Ask, type Shop, anOrder, openShop } from '../../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const headers = { 'Content-Type': 'application/json' };

describe('an invalid request gets a problem with the fault, its location and the remedy', () => {
  test.each<[string, string, Ask, ProblemCode]>([
    ['no API key', '/v1/orders', { apiKey: null }, 'unauthenticated'],
    [
      'an unknown API key',
      '/v1/orders',
      { apiKey: 'hf_test_0000000000000000000000000000' },
      'unauthenticated',
    ],
    [
      'another scheme',
      '/v1/orders',
      { apiKey: null, headers: { Authorization: 'Basic eDp5' } },
      'unauthenticated',
    ],
    ['an unknown path', '/v1/nothing', {}, 'route_not_found'],
    ['another method', '/v1/orders', { method: 'DELETE', key: null }, 'method_not_allowed'],
    ['an unknown method', '/v1/orders', { method: 'PROPFIND', key: null }, 'method_not_allowed'],
    ['a client that wants XML', '/v1/orders', { headers: { Accept: 'application/xml' } }, 'not_acceptable'],
    ['no media type', '/v1/orders', { method: 'POST' }, 'unsupported_media_type'],
    [
      'a form',
      '/v1/orders',
      { method: 'POST', body: 'a=b', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
      'unsupported_media_type',
    ],
    [
      'a merge patch for an operation that accepts none',
      '/v1/orders',
      { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/merge-patch+json' } },
      'unsupported_media_type',
    ],
    [
      'an unknown encoding',
      '/v1/orders',
      { method: 'POST', body: '{}', headers: { ...headers, 'Content-Encoding': 'zip' } },
      'unsupported_media_type',
    ],
    ['half a body', '/v1/orders', { method: 'POST', body: '{"customer_id":' }, 'malformed_json'],
    ['a bare word', '/v1/orders', { method: 'POST', body: 'true' }, 'malformed_json'],
    ['an empty body', '/v1/orders', { method: 'POST', body: '' }, 'malformed_json'],
    [
      'a member named __proto__',
      '/v1/orders',
      { method: 'POST', body: '{"__proto__":{"x":1}}' },
      'malformed_json',
    ],
    ['a list for a body', '/v1/orders', { method: 'POST', body: '[]' }, 'invalid_body'],
    [
      '300,000 bytes',
      '/v1/orders',
      { method: 'POST', body: JSON.stringify({ x: 'y'.repeat(300_000) }) },
      'content_too_large',
    ],
    ['no idempotency key', '/v1/orders', { body: anOrder(), key: null }, 'idempotency_key_missing'],
    [
      'an invalid idempotency key',
      '/v1/orders',
      { body: anOrder(), key: 'two words' },
      'idempotency_key_invalid',
    ],
    [
      'an invalid metadata name',
      '/v1/orders',
      { body: anOrder({ metadata: { 'a b': 'c' } }) },
      'invalid_body',
    ],
    ['an unknown order', `/v1/orders/ord_${'0'.repeat(32)}`, {}, 'order_not_found'],
    ['a malformed id', '/v1/orders/1%20OR%201=1', {}, 'order_not_found'],
    ['a path that cannot be decoded', '/v1/orders/%E0%A4%A', {}, 'order_not_found'],
    [
      'the cancellation of an unknown order',
      `/v1/orders/ord_${'0'.repeat(32)}/cancellation`,
      { body: {} },
      'order_not_found',
    ],
    ['an unknown parameter', '/v1/orders?page=2', {}, 'invalid_parameter'],
    ['one parameter twice', '/v1/orders?limit=1&limit=2', {}, 'invalid_parameter'],
    ['a time that does not exist', '/v1/orders?placed_after=2026-02-30T25:00:00Z', {}, 'invalid_parameter'],
    ['an invented cursor', '/v1/orders?cursor=abc', {}, 'invalid_cursor'],
    [
      'a position beyond the log',
      '/v1/orders',
      { headers: { 'Holdfast-Read-After': '999999999' } },
      'invalid_parameter',
    ],
  ])('%s', async (_name, path, ask, code) => {
    const { status, headers: fields, json } = await shop.ask(path, ask);
    expect(json).toMatchObject({
      code,
      status: PROBLEMS[code].status,
      title: PROBLEMS[code].title,
    });
    expect(retriesOf(code)).toContain(json.retry);
    expect(status).toBe(PROBLEMS[code].status);
    expect(fields.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(fields.get('x-request-id')).toBe(json.request_id);
    expect(json.detail.length).toBeGreaterThan(10);
    if (status === 401) expect(fields.get('www-authenticate')).toBe('Bearer');
    if (status === 405) expect(fields.get('allow')).toMatch(/GET/);
    if (status >= 500 || status === 429) expect(Number(fields.get('retry-after'))).toBeGreaterThan(0);
  });

  test('each problem has a page that explains it', async () => {
    for (const [code, { title }] of Object.entries(PROBLEMS)) {
      const { status, text } = await shop.ask(`/problems/${code}`, { apiKey: null });
      expect(status).toBe(200);
      expect(text).toContain(title);
      for (const retry of retriesOf(code as ProblemCode)) expect(text).toContain(retry);
    }
    expect((await shop.ask('/problems/toString')).status).toBe(404);
  });

  test('each error in a body is listed with its location', async () => {
    const { json } = await shop.ask('/v1/orders', {
      body: {
        customer_id: '',
        currency: 'EUR',
        lines: [{ sku: 'A', quantity: 0, unit_price: 1.5, 'a/b': 1 }],
      },
    });
    expect(new Set(json.errors.map((error: { pointer: string }) => error.pointer))).toEqual(
      new Set(['/customer_id', '/lines/0/name', '/lines/0/quantity', '/lines/0/unit_price', '/lines/0/a~1b']),
    );
  });
});

/** Sends raw bytes. @returns the received text */
function raw(bytes: string): Promise<string> {
  const { port, hostname } = new URL(shop.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('malformed HTTP', () => {
  test.each([
    ['no HTTP at all', 'HELLO\r\n\r\n', 400, 'malformed_request'],
    [
      'too many header bytes',
      `GET /v1/orders HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
      431,
      'header_fields_too_large',
    ],
    [
      'two lengths',
      'POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      'malformed_request',
    ],
  ])('%s gets a problem document too', async (_name, bytes, status, code) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain(`"code":"${code}"`);
  });
});

describe('request ids and traces', () => {
  test('a valid X-Request-Id is kept, an invalid one is replaced', async () => {
    const good = await shop.ask('/v1/orders', { headers: { 'X-Request-Id': 'mine-1' } });
    expect(good.headers.get('x-request-id')).toBe('mine-1');
    const bad = await shop.ask('/v1/orders', { headers: { 'X-Request-Id': 'no good' } });
    expect(bad.headers.get('x-request-id')).toMatch(/^[0-9a-f]{24}$/);
  });

  test('a valid traceparent is stored with the event, a malformed one is not', async () => {
    const { sql } = await import('slonik');
    const { z } = await import('zod');
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await shop.ask('/v1/orders', { body: anOrder(), key: 'traced', headers: { traceparent: trace } });
    await shop.ask('/v1/orders', { body: anOrder(), key: 'untraced', headers: { traceparent: '00-0-0-0' } });
    const rows = await shop.pool.anyFirst(sql.type(z.object({ traceparent: z.string().nullable() }))`
      SELECT traceparent FROM events WHERE idempotency_key IN ('traced', 'untraced') ORDER BY position`);
    expect(rows).toEqual([trace, null]);
  });
});

describe('reading an order', () => {
  test('If-None-Match gets 304 without a body for the current version', async () => {
    const placed = await shop.ask('/v1/orders', { body: anOrder() });
    const path = `/v1/orders/${placed.json.id}`;
    const read = await shop.ask(path);
    expect([read.status, read.text, read.headers.get('etag')]).toEqual([200, placed.text, '"1"']);
    const spared = await shop.ask(path, { headers: { 'If-None-Match': '"1"' } });
    expect([spared.status, spared.text, spared.headers.get('etag')]).toEqual([304, '', '"1"']);
    await shop.ask(`${path}/cancellation`, { body: { reason: 'no' } });
    const changed = await shop.ask(path, { headers: { 'If-None-Match': '"1"' } });
    expect([changed.status, changed.json.status, changed.headers.get('etag')]).toEqual([
      200,
      'cancelled',
      '"2"',
    ]);
  });

  test('the cancellation is a separate resource', async () => {
    const { json } = await shop.ask('/v1/orders', { body: anOrder() });
    const path = `/v1/orders/${json.id}/cancellation`;
    expect((await shop.ask(path)).json.code).toBe('cancellation_not_found');
    const made = await shop.ask(path, { body: { reason: 'too late' } });
    expect(made.headers.get('location')).toBe(path);
    const read = await shop.ask(path);
    expect(read.text).toBe(made.text);
    expect(read.json).toMatchObject({ order_id: json.id, reason: 'too late' });
  });

  test('HEAD equals GET without the body; OPTIONS lists the methods', async () => {
    const { json } = await shop.ask('/v1/orders', { body: anOrder() });
    const head = await shop.ask(`/v1/orders/${json.id}`, { method: 'HEAD', key: null });
    expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', '"1"']);
    const options = await shop.ask(`/v1/orders/${json.id}`, { method: 'OPTIONS', key: null });
    expect(options.headers.get('allow')).toBe('HEAD, GET, PATCH');
  });

  test('another tenant gets 404', async () => {
    const { json } = await shop.ask('/v1/orders', { body: anOrder() });
    const { apiKey } = await shop.addTenant();
    for (const path of [`/v1/orders/${json.id}`, `/v1/orders/${json.id}/cancellation`]) {
      expect((await shop.ask(path, { apiKey })).json.code).toBe('order_not_found');
    }
    expect((await shop.ask(`/v1/orders/${json.id}/cancellation`, { body: {}, apiKey })).json.code).toBe(
      'order_not_found',
    );
  });
});

describe('scopes', () => {
  test('a key may call only the operations of its scopes', async () => {
    const reader = await shop.addTenant(['orders:read']);
    const writer = await shop.addTenant(['orders:write']);
    expect((await shop.ask('/v1/orders', { body: anOrder(), apiKey: reader.apiKey })).json.code).toBe(
      'scope_missing',
    );
    expect((await shop.ask('/v1/orders', { apiKey: reader.apiKey })).status).toBe(200);
    expect((await shop.ask('/v1/orders', { apiKey: writer.apiKey })).json.code).toBe('scope_missing');
    expect((await shop.ask('/v1/orders', { body: anOrder(), apiKey: writer.apiKey })).status).toBe(201);
  });
});
