/** The fuzzer finds faults of responses on the wire, from a server that sends fixed bytes. */
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { beforeAll, expect, test } from '@jest/globals';
import type { HttpConnection } from '../../loadtest/fuzz/case.ts';
import { readCatalogue } from '../../loadtest/fuzz/check/catalogue.ts';
import { createContractCheck } from '../../loadtest/fuzz/check/contract.ts';
import { createFailures } from '../../loadtest/fuzz/failures.ts';
import { runHttpConnection } from '../../loadtest/fuzz/send/http-connection.ts';
import { checkHttp } from '../../loadtest/fuzz/check/http.ts';
import { createLedger } from '../../loadtest/fuzz/check/ledger.ts';
import { type Repertoire, readRepertoire } from '../../loadtest/fuzz/make/repertoire.ts';
import { createScene } from '../../loadtest/fuzz/make/scene.ts';
import { type Script, createScript } from '../../loadtest/fuzz/make/script.ts';
import { createLessons } from '../../loadtest/fuzz/tokens.ts';
import { someWares } from '../../loadtest/fuzz/make/wares.ts';
import { placing } from '../../loadtest/fuzz/make/writes.ts';

const SEED = 5;
const TIMEOUT_MS = 300;
let repertoire: Repertoire;
beforeAll(async () => {
  repertoire = await readRepertoire(SEED);
});

const problem = (status: number, code: string, retry: string, id: string) =>
  JSON.stringify({
    type: `/problems/${code}`,
    title: code,
    status,
    code,
    detail: 'x',
    retry,
    request_id: id,
  });
const answer = (status: number, body: string, ...fields: string[]) =>
  `HTTP/1.1 ${status} X\r\n${[...fields, `Content-Length: ${Buffer.byteLength(body)}`].join('\r\n')}\r\n\r\n${body}`;
const refusal = (id: string) =>
  answer(
    422,
    problem(422, 'invalid_body', 'never', id),
    `X-Request-Id: ${id}`,
    'Content-Type: application/problem+json',
  );
const ofConnection = (status = 400, code = 'malformed_request') =>
  answer(
    status,
    problem(status, code, status === 408 ? 'same_key' : 'never', 'none'),
    'Content-Type: application/problem+json',
    'Connection: close',
  );

/** Sends orders to a server that sends fixed bytes. @returns the kinds of the failures found */
async function kindsFoundIn(
  say: (socket: Socket) => void,
  write: (script: Script) => void,
): Promise<string[]> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => say(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const script = createScript(createScene(SEED, 1, repertoire), TIMEOUT_MS);
  write(script);
  try {
    return await expecting(script.connection, port);
  } finally {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}

async function expecting(connection: HttpConnection, port: number): Promise<string[]> {
  const apiKeys = { shop: '', other: '', hoarder: '', reader: '', nobody: '' };
  const lessons = createLessons(apiKeys);
  const failures = createFailures(() => '');
  const heard = await runHttpConnection(connection, { host: '127.0.0.1', port }, lessons.resolve, () => {});
  checkHttp(
    {
      check: createContractCheck(repertoire, readCatalogue()),
      failures,
      ledger: createLedger(),
      lessons,
      tenantOf: () => '',
      tallies: { statuses: new Map(), endings: new Map() },
      wasUp: () => true,
    },
    connection,
    heard,
  );
  return failures.groups().map(({ kind }) => kind);
}

/** So many orders on one connection, named `fz.1.0`, `fz.1.1`, … */
const orders =
  (count: number, { more = false } = {}) =>
  (script: Script) => {
    const scene = createScene(SEED, 1, repertoire);
    const parts = Array.from({ length: count }, () => {
      const at = scene.next();
      return script.request(placing(scene, someWares(scene.random), { at, version: 'v2' }), { at });
    });
    script.send(...parts).awaitAll();
    // A finished connection still receives later bytes.
    if (more) script.do({ do: 'pause', ms: 100 });
  };

test.each<[what: string, say: string, count: number, found: RegExp]>([
  ['silence', '', 1, /^neither a response nor an end within 0.3 seconds$/],
  [
    'a connection-level response instead of the response',
    ofConnection(),
    1,
    /^connection-level 400 instead of the response to a valid request$/,
  ],
  [
    'a second response',
    refusal('fz.1.0') + ofConnection(408, 'request_timeout'),
    1,
    /^more responses than requests$/,
  ],
  ['one response twice', refusal('fz.1.0') + refusal('fz.1.0'), 2, /^a second response to the same request$/],
  ['responses in another sequence', refusal('fz.1.1') + refusal('fz.1.0'), 2, /^a response is missing/],
  ['bytes after a response', `${refusal('fz.1.0')}\0`, 1, /^bytes that are not a response$/],
  ['half a response', refusal('fz.1.0').slice(0, -9), 1, /^neither a response nor an end/],
  [
    'a 502 of an intermediary',
    answer(502, 'Bad gateway', 'Content-Type: text/html'),
    1,
    /^502 is text\/html, not a problem document$/,
  ],
  [
    'an unknown problem',
    refusal('fz.1.0').replaceAll('invalid_body', 'invalid_Body'.toLowerCase().replace('body', 'bodi')),
    1,
    /^problem: \/code must be equal to one of the allowed values/,
  ],
])('%s is found', async (_what, say, count, found) => {
  const kinds = await kindsFoundIn((socket) => socket.write(say), orders(count, { more: true }));
  expect(kinds).toContainEqual(expect.stringMatching(found));
});

test.each<[what: string, end: (socket: Socket) => void]>([
  ['ended', (socket) => socket.end()],
  ['reset', (socket) => socket.resetAndDestroy()],
])('a connection that is %s without a response is found', async (ending, end) => {
  expect(await kindsFoundIn(end, orders(1))).toEqual([
    `no response to a valid request, connection ${ending}`,
  ]);
});

test('a correct refusal is no failure', async () => {
  expect(await kindsFoundIn((socket) => socket.write(refusal('fz.1.0')), orders(1))).toEqual([]);
});

test('a connection may end after garbage, with or without a response', async () => {
  const withGarbage = (script: Script) => {
    orders(1)(script);
    script.garbage();
    script.send(Buffer.from('nonsense\r\n\r\n')).do({ do: 'fin' }, { do: 'await-end' });
  };
  const both = (socket: Socket) => socket.end(refusal('fz.1.0') + ofConnection());
  const one = (socket: Socket) => socket.end(refusal('fz.1.0'));
  expect(await kindsFoundIn(both, withGarbage)).toEqual([]);
  expect(await kindsFoundIn(one, withGarbage)).toEqual([]);
});
