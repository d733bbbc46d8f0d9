/** One attempt, with receivers that misbehave. */
import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createGuardedAgent } from '../../workers/addresses.ts';
import { type Reply, send } from '../../workers/send.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function attempt(answer: RequestListener, timeoutMs = 2_000): Promise<Reply & { took: number }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = createGuardedAgent({ connectionsMax: 1, connectTimeoutMs: 1_000, allowLoopback: true });
  ends.push(
    () => agent.destroy(),
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const began = performance.now();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const reply = await send(agent, url, { headers: {}, body: '{}', timeoutMs });
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

test('an attempt ends in time when the receiver sends byte by byte', async () => {
  const reply = await attempt((_request, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(drip));
  }, 300);
  expect(reply.error).toBe('timeout');
  expect(reply.took).toBeLessThan(1_500);
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

test('a closed connection is a failed connection', async () => {
  expect((await attempt((request) => request.socket.destroy())).error).toBe('connection_failed');
});

test.each([
  ['120', 120],
  ['0', 0],
  [new Date(Date.now() + 90_000).toUTCString(), 90],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
])('Retry-After: %s', async (field, seconds) => {
  const { retryAfter } = await attempt((_request, response) =>
    response.writeHead(503, { 'Retry-After': field }).end(),
  );
  if (seconds === undefined) expect(retryAfter).toBeUndefined();
  else expect(Math.abs(retryAfter! - seconds)).toBeLessThan(3);
});
