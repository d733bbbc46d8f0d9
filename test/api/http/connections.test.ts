/** Each request gets its own true answer, whatever bytes surround it on the connection. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { registry } from '../../../platform/metrics.ts';
import { type RawConnection, rawConnection, requestBytes } from '../../setup/raw-connection.ts';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const ORDER = JSON.stringify(anOrder());
const fieldsOf = (key: string) => ({
  Authorization: `Bearer ${shop.apiKey}`,
  'Content-Type': 'application/json',
  'Idempotency-Key': key,
});
const placing = (key: string, fields: Record<string, string> = {}) =>
  requestBytes('POST /v1/orders', { ...fieldsOf(key), ...fields }, ORDER);
const reading = () => requestBytes('GET /v1/orders?limit=1', { Authorization: `Bearer ${shop.apiKey}` });
const open = (): RawConnection => rawConnection(shop.url);
/** Whether a command took effect, as its receipt says. */
const tookEffect = async (key: string) => (await shop.ask(`/v1/idempotency-keys/${key}`)).status === 200;

describe('bytes after a request do not change its answer', () => {
  test.each([
    ['a NUL', '\0'],
    ['a letter', 'x'],
    ['a brace', '}'],
    ['no HTTP', 'HELLO WORLD\r\n\r\n'],
    ['a head that is too large', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`],
    ['an unknown version of HTTP', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['a field without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n'],
    ['a tunnel', 'CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('%s: each order is placed, and each client gets 201', async (_name, stray) => {
    for (let n = 0; n < 10; n += 1) {
      const key = randomUUID();
      const connection = open();
      connection.write(Buffer.concat([placing(key), Buffer.from(stray)]));
      await connection.closed();
      expect(connection.statuses()).toEqual([201]);
      expect(connection.text()).toMatch(/^connection: close\r$/im);
      expect(await tookEffect(key)).toBe(true);
    }
  });

  test('a read gets its answer too', async () => {
    const connection = open();
    connection.write(Buffer.concat([reading(), Buffer.from('\0\0')]));
    await connection.closed();
    expect(connection.statuses()).toEqual([200]);
  });

  test('a newline is skipped, as RFC 9112 allows, and the connection stays open', async () => {
    const connection = open();
    connection.write(Buffer.concat([placing(randomUUID()), Buffer.from('\r\n'), reading()]));
    await until(() => connection.statuses().length === 2);
    expect(connection.statuses()).toEqual([201, 200]);
    connection.socket.destroy();
  });

  test('each of several requests in one packet gets its answer', async () => {
    const connection = open();
    const keys = [randomUUID(), randomUUID(), randomUUID()];
    connection.write(Buffer.concat([...keys.map((key) => placing(key)), reading(), Buffer.from('\0')]));
    await connection.closed();
    expect(connection.statuses()).toEqual([201, 201, 201, 200]);
  });

  test('a stray byte after the answer gets no answer', async () => {
    const connection = open();
    connection.write(placing(randomUUID()));
    await until(() => connection.statuses().length === 1);
    connection.write('\0');
    await connection.closed();
    expect(connection.statuses()).toEqual([201]);
  });
});

describe('an incomplete body', () => {
  const chunked = (key: string, body: string) =>
    Buffer.concat([
      requestBytes('POST /v1/orders', { ...fieldsOf(key), 'Transfer-Encoding': 'chunked' }),
      Buffer.from(body),
    ]);

  test.each([
    ['a chunk size that is not a number', 'zz\r\n'],
    ['a chunk that is longer than its size', '2\r\n{"customer_id"'],
    ['a chunk size beyond 64 bits', 'ffffffffffffffffff\r\n'],
  ])('%s: one 400, and nothing is placed', async (_name, body) => {
    const key = randomUUID();
    const connection = open();
    connection.write(chunked(key, body));
    await connection.closed();
    expect(connection.statuses()).toEqual([400]);
    expect(connection.text()).toContain('"code":"malformed_request"');
    expect(await tookEffect(key)).toBe(false);
  });

  test('half a body and then a close: one 400, and nothing is placed', async () => {
    const key = randomUUID();
    const connection = open();
    connection.socket.end(placing(key).subarray(0, -10));
    await connection.closed();
    expect(connection.statuses()).toEqual([400]);
    expect(await tookEffect(key)).toBe(false);
  });

  test('a stalled body of a refused request: one answer, then a close', async () => {
    const connection = open();
    const fields = { ...fieldsOf('stalled'), 'Content-Type': 'text/plain', 'Content-Length': '5000' };
    connection.write(requestBytes('POST /v1/orders', fields, 'half'));
    await connection.closed();
    expect(connection.statuses()).toEqual([415]);
    expect(connection.text()).toMatch(/^connection: close\r$/im);
  });
});

describe('a refusal arrives while the client still sends its body', () => {
  test.each<[string, number, Record<string, string>]>([
    ['too large', 413, {}],
    ['an unknown key', 401, { Authorization: 'Bearer hf_test_0000000000000000000000000000' }],
    ['another media type', 415, { 'Content-Type': 'text/plain' }],
    ['another path', 404, {}],
  ])('%s: %i', async (name, status, fields) => {
    const body = Buffer.alloc(8 * 1024 * 1024, 32);
    const line = name === 'another path' ? 'POST /v1/nowhere' : 'POST /v1/orders';
    for (const framing of ['length', 'chunked']) {
      const connection = open();
      const all = { ...fieldsOf(randomUUID()), ...fields };
      const bytes =
        framing === 'length'
          ? requestBytes(line, all, body)
          : Buffer.concat([
              requestBytes(line, { ...all, 'Transfer-Encoding': 'chunked' }),
              Buffer.from(`${body.length.toString(16)}\r\n`),
              body,
              Buffer.from('\r\n0\r\n\r\n'),
            ]);
      const errors: Error[] = [];
      connection.socket.on('error', (error) => errors.push(error));
      connection.socket.end(bytes);
      await connection.closed();
      expect(errors).toEqual([]);
      expect(connection.statuses()).toEqual([status]);
    }
  });

  test('Expect: 100-continue gets a refusal before the body, or 100 Continue', async () => {
    const refused = open();
    const fields = { ...fieldsOf(randomUUID()), Expect: '100-continue', 'Content-Length': '9000000' };
    refused.write(requestBytes('POST /v1/orders', { ...fields, Authorization: 'Bearer nobody' }));
    await refused.closed();
    expect(refused.statuses()).toEqual([401]);
    const asked = open();
    asked.write(
      requestBytes('POST /v1/orders', { ...fields, 'Content-Length': String(Buffer.byteLength(ORDER)) }),
    );
    await until(() => asked.statuses().length === 1);
    asked.write(ORDER);
    await until(() => asked.statuses().length === 2);
    expect(asked.statuses()).toEqual([100, 201]);
    asked.socket.destroy();
  });
});

describe('an ambiguous or malformed request head', () => {
  const head = (line: string, ...fields: string[]) => `${line}\r\n${fields.join('\r\n')}\r\n\r\n`;
  const key = () => `Authorization: Bearer ${shop.apiKey}`;
  test.each<[string, () => string, number, string]>([
    ['no Host', () => head('GET /v1/orders HTTP/1.1', key()), 400, 'malformed_request'],
    [
      'two Hosts',
      () => head('GET /v1/orders HTTP/1.1', 'Host: a', 'Host: b', key()),
      400,
      'malformed_request',
    ],
    ['an invalid Host', () => head('GET /v1/orders HTTP/1.1', 'Host: a b', key()), 400, 'malformed_request'],
    [
      'two keys',
      () => head('GET /v1/orders HTTP/1.1', 'Host: a', key(), 'authorization: Bearer x'),
      400,
      'malformed_request',
    ],
    ['HTTP/2.0', () => head('GET /v1/orders HTTP/2.0', 'Host: a', key()), 400, 'malformed_request'],
    [
      'another expectation',
      () => head('GET /v1/orders HTTP/1.1', 'Host: a', 'Expect: x', key()),
      417,
      'expectation_failed',
    ],
    ['a tunnel', () => head('CONNECT localhost:80 HTTP/1.1', 'Host: a', key()), 405, 'method_not_allowed'],
    ['an unknown method', () => head('BREW /v1/orders HTTP/1.1', 'Host: a', key()), 400, 'malformed_request'],
    [
      '101 fields',
      () =>
        head(
          'GET /v1/orders HTTP/1.1',
          'Host: a',
          key(),
          ...Array.from({ length: 99 }, (_, n) => `X-${n}: y`),
        ),
      431,
      'header_fields_too_large',
    ],
    [
      '17,000 bytes of path',
      () => head(`GET /v1/${'x'.repeat(17_000)} HTTP/1.1`, 'Host: a', key()),
      431,
      'header_fields_too_large',
    ],
  ])('%s gets one answer, a problem', async (_name, bytes, status, code) => {
    const connection = open();
    connection.socket.end(bytes());
    await connection.closed();
    expect(connection.statuses()).toEqual([status]);
    expect(connection.text()).toContain(`"code":"${code}"`);
    expect(connection.text()).toMatch(/^x-request-id: [0-9a-f]{24}\r$/im);
  });

  test('100 fields are read', async () => {
    const connection = open();
    const many = Array.from({ length: 97 }, (_, n) => `X-${n}: y`);
    connection.write(head('GET /v1/orders HTTP/1.1', 'Host: a', ...many, key(), 'Connection: close'));
    await connection.closed();
    expect(connection.statuses()).toEqual([200]);
  });
});

test('a keep-alive connection stays open after refusals of complete requests', async () => {
  const connection = open();
  for (let n = 1; n <= 3; n += 1) {
    connection.write(placing(randomUUID(), { Authorization: 'Bearer nobody' }));
    await until(() => connection.statuses().length === n);
  }
  expect(connection.text()).not.toMatch(/^connection: close/im);
  connection.write(placing(randomUUID()));
  await until(() => connection.statuses().length === 4);
  expect(connection.statuses()).toEqual([401, 401, 401, 201]);
  connection.socket.destroy();
});

describe('connections that end early leave no resources behind', () => {
  const inFlight = async () => {
    const metric = await registry.getSingleMetric('holdfast_requests_in_flight')?.get();
    return metric!.values.reduce((sum, { value }) => sum + value, 0);
  };

  test('with many answers in flight', async () => {
    for (let n = 0; n < 10; n += 1) {
      const connection = open();
      const requests = Array.from({ length: 40 }, (_, m) =>
        m % 2 === 0 ? placing(randomUUID()) : reading(),
      );
      connection.write(Buffer.concat(requests));
      await until(async () => (await inFlight()) > 10 || connection.statuses().length > 10);
      connection.socket.resetAndDestroy();
    }
    await until(async () => (await inFlight()) === 0);
  });

  test('with a large announced body, and a close before it is read', async () => {
    for (let n = 0; n < 60; n += 1) {
      const connection = open();
      const fields = { ...fieldsOf(randomUUID()), 'Transfer-Encoding': 'chunked' };
      connection.socket.write(requestBytes('POST /v1/order-batches', fields), () =>
        connection.socket.resetAndDestroy(),
      );
      await connection.closed();
    }
    await until(async () => (await inFlight()) === 0);
    expect((await shop.ask('/v1/orders', { body: anOrder() })).status).toBe(201);
  });
});
