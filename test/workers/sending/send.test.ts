/** One attempt, with receivers that misbehave. */
import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import { type AddressInfo, type Server, type Socket, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openConnections } from '../../../workers/sending/connections.ts';
import { type Reply, send } from '../../../workers/sending/send.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function attempt(answer: RequestListener, timeoutMs = 2_000): Promise<Reply & { took: number }> {
  const server = createServer(answer);
  ends.push(() => server.closeAllConnections());
  return attemptAt(server, timeoutMs);
}

/** An attempt at a receiver that answers with these bytes and closes, or does something else. */
function attemptBytes(answer: string | ((socket: Socket) => void), timeoutMs = 2_000) {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => (typeof answer === 'string' ? socket.end(answer) : answer(socket)));
    ends.push(() => socket.destroy());
  });
  return attemptAt(server, timeoutMs);
}

async function attemptAt(server: Server, timeoutMs: number) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections = openConnections({ allowLoopback: true });
  ends.push(connections.close, () => server.close());
  const began = performance.now();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const reply = await send(connections.of('whe_1'), url, { headers: {}, body: '{}', timeoutMs });
  return { ...reply, took: performance.now() - began };
}

test.each([200, 201, 202, 204, 299])('the status %i is a success', async (status) => {
  const reply = await attempt((_request, response) => response.writeHead(status).end());
  expect([reply.status, reply.error]).toEqual([status, undefined]);
});

test.each([300, 304, 400, 401, 404, 410, 429, 500, 503])('the status %i is a failure', async (status) => {
  const reply = await attempt((_request, response) => response.writeHead(status).end());
  expect([reply.status, reply.error]).toEqual([status, 'not_2xx']);
});

test.each([301, 302, 303, 307, 308])('%i: a redirect is not followed', async (status) => {
  let asked = 0;
  const reply = await attempt((_request, response) => {
    asked += 1;
    response.writeHead(status, { Location: '/elsewhere' }).end();
  });
  expect([reply.status, reply.error, asked]).toEqual([status, 'not_2xx', 1]);
});

test('an attempt ends in time when the receiver stays silent', async () => {
  const reply = await attempt(() => {}, 300);
  expect(reply).toMatchObject({ error: 'timeout', answer: '' });
  expect(reply.took).toBeLessThan(1_500);
});

test('an attempt ends in time when the receiver sends a status line byte by byte', async () => {
  const reply = await attemptBytes((socket) => {
    const line = 'HTTP/1.1 200 OK\r\n';
    let sent = 0;
    const drip = setInterval(() => {
      if (sent < line.length - 1) socket.write(line[sent]!);
      sent += 1;
    }, 10);
    socket.on('close', () => clearInterval(drip));
  }, 300);
  expect([reply.status, reply.error]).toEqual([undefined, 'timeout']);
  expect(reply.took).toBeLessThan(1_500);
});

test('an attempt ends when it is cut, whatever it waits for', async () => {
  const neverResolves = { resolve: () => new Promise<never>(() => {}), close() {} };
  const connections = openConnections({ allowLoopback: true, names: neverResolves });
  ends.push(connections.close);
  const cut = new AbortController();
  const sending = send(connections.of('whe_1'), 'http://shop.example/', {
    headers: {},
    body: '{}',
    cut: cut.signal,
  });
  cut.abort();
  expect((await sending).status).toBeUndefined();
});

test('a bounded part of an endless answer is read, and 1 KiB is stored', async () => {
  let written = 0;
  const reply = await attempt((_request, response) => {
    response.writeHead(200);
    const more = () => {
      while (written < 64 * 1_024 * 1_024 && !response.destroyed) {
        written += 16_384;
        if (!response.write(Buffer.alloc(16_384, 'k'))) return void response.once('drain', more);
      }
    };
    more();
  }, 10_000);
  expect([reply.status, reply.error, reply.answer]).toEqual([200, undefined, 'k'.repeat(1_024)]);
  expect(written).toBeLessThan(16 * 1_024 * 1_024);
});

test('control characters are not stored, because terminals show the answers', async () => {
  const reply = await attempt((_request, response) => response.end('bad\u001b[31m\u0000thing\n'));
  expect(reply.answer).toBe('bad [31m thing ');
});

describe('once the status line is there, it decides', () => {
  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
  const OK = 'HTTP/1.1 200 OK\r\n';
  const bytes = (count: number) => 'x'.repeat(count);

  test.each<[what: string, answer: string, status: number, kept?: string]>([
    ['100 that was not requested', `${CONTINUE}${OK}Content-Length: 2\r\n\r\nok`, 200, 'ok'],
    ['three times 100', `${CONTINUE.repeat(3)}${OK}Content-Length: 0\r\n\r\n`, 200],
    ['100 with headers', `HTTP/1.1 100 Go\r\nA: b\r\n\r\n${OK}Content-Length: 0\r\n\r\n`, 200],
    ['102', `HTTP/1.1 102 Processing\r\n\r\n${OK}Content-Length: 0\r\n\r\n`, 200],
    ['103', `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}Content-Length: 0\r\n\r\n`, 200],
    ['100 before a failure', `${CONTINUE}HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n`, 500],
    ['101', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', 101],
    ['101 without an upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 101],
    ['204 with a body', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello', 204],
    ['204 with chunks', 'HTTP/1.1 204 None\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n', 204],
    ['304 with a body', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello', 304],
    ['a short body after 200', `${OK}Content-Length: 50\r\n\r\nhello`, 200, 'hello'],
    ['a short body after 500', 'HTTP/1.1 500 No\r\nContent-Length: 50\r\n\r\nhello', 500, 'hello'],
    ['a broken chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\n`, 200, 'hi'],
    ['no last chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n`, 200, 'hi'],
    ['headers of 20 KiB', `${OK}X: ${bytes(20_000)}\r\nContent-Length: 2\r\n\r\nok`, 200, 'ok'],
    ['headers of 200 KiB', `${OK}X: ${bytes(200_000)}\r\nContent-Length: 2\r\n\r\nok`, 200],
    ['3,000 headers', `${OK}${'X: y\r\n'.repeat(3_000)}Content-Length: 2\r\n\r\nok`, 200, 'ok'],
    ['only a status line', OK, 200],
    ['a status line without a reason', 'HTTP/1.1 202\r\nContent-Length: 0\r\n\r\n', 202],
    ['an incomplete header', `${OK}Content-Len`, 200],
    ['an invalid header', `${OK}not a header\r\n\r\n`, 200],
    ['two lengths', `${OK}Content-Length: 0\r\nContent-Length: 2\r\n\r\nok`, 200],
    ['a length that is no number', `${OK}Content-Length: two\r\n\r\nok`, 200],
    ['lines without CR', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n', 200],
    ['HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\n\r\nhello', 200, 'hello'],
    ['bytes behind the response', `${OK}Content-Length: 2\r\n\r\nokgarbage`, 200, 'ok'],
    ['two responses', `${OK}Content-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n`, 200, 'ok'],
    ['an unknown status', 'HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n', 799],
  ])('%s', async (_what, answer, status, kept = '') => {
    const reply = await attemptBytes(answer);
    const error = status >= 200 && status < 300 ? undefined : 'not_2xx';
    expect(reply).toMatchObject({ status, answer: kept, took: expect.any(Number) });
    expect(reply.error).toBe(error);
    expect(reply.took).toBeLessThan(1_500);
  });

  test.each<[what: string, text: string, kept: string]>([
    ['a body that never ends', `${OK}Content-Length: 50\r\n\r\nhello`, 'hello'],
    ['headers that never end', `${OK}Content-`, ''],
  ])('%s', async (_what, text, kept) => {
    const reply = await attemptBytes((socket) => socket.write(text), 15_000);
    expect([reply.status, reply.error, reply.answer]).toEqual([200, undefined, kept]);
    expect(reply.took).toBeLessThan(8_000);
  });

  test('Retry-After counts also when the body breaks off', async () => {
    const reply = await attemptBytes('HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 9\r\n\r\n.');
    expect([reply.status, reply.retryAfter]).toEqual([503, 7]);
  });
});

describe('without a status line, the error names the cause', () => {
  test.each<[what: string, error: string, answer: string | ((socket: Socket) => void)]>([
    ['closed without a byte', 'connection_closed', ''],
    ['reset', 'connection_closed', (socket) => socket.resetAndDestroy()],
    ['closed within the status line', 'connection_closed', 'HTTP/1.1 200'],
    ['closed after 100', 'connection_closed', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['another protocol', 'invalid_response', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['HTTP/2', 'invalid_response', '\0\0\u0012\u0004\0\0\0\0\0\0\u0003\0\0\0d\0\u0004\0\u0010\0\0'],
    ['a status that is no number', 'invalid_response', 'HTTP/1.1 OK\r\n\r\n'],
    ['a status of two digits', 'invalid_response', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['an endless status line', 'invalid_response', `HTTP/1.1 200 ${'x'.repeat(200_000)}`],
  ])('%s: %s', async (_what, error, answer) => {
    const reply = await attemptBytes(answer);
    expect([reply.status, reply.error, reply.answer]).toEqual([undefined, error, '']);
  });

  test('a port where nobody listens: connection_refused', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const connections = openConnections({ allowLoopback: true });
    ends.push(connections.close);
    const url = `http://127.0.0.1:${port}/`;
    const reply = await send(connections.of('whe_1'), url, { headers: {}, body: '{}' });
    expect(reply).toEqual({ error: 'connection_refused', answer: '' });
  });

  test('a receiver without TLS behind https: tls_failed', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connections = openConnections({ allowLoopback: true });
    ends.push(connections.close, () => server.close());
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const reply = await send(connections.of('whe_1'), url, { headers: {}, body: '{}' });
    expect(reply).toEqual({ error: 'tls_failed', answer: '' });
  });
});

test.each<[field: string | (() => string), seconds: number | undefined]>([
  ['120', 120],
  ['0', 0],
  [() => new Date(Date.now() + 90_000).toUTCString(), 90],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
])('Retry-After: %s', async (field, seconds) => {
  const { retryAfter } = await attempt((_request, response) =>
    response.writeHead(503, { 'Retry-After': typeof field === 'string' ? field : field() }).end(),
  );
  if (seconds === undefined) expect(retryAfter).toBeUndefined();
  else expect(Math.abs(retryAfter! - seconds)).toBeLessThan(3);
});
