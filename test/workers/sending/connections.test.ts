/** Connections to endpoints: refused addresses, and endpoints that must not wait for each other. */
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import { type AddressInfo, type Socket, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { IDLE_CONNECTIONS_MAX, openConnections } from '../../../workers/sending/connections.ts';
import { send } from '../../../workers/sending/send.ts';
import { until } from '../../setup/shop.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});
const message = { headers: {}, body: '{}' };
const OK = 'HTTP/1.1 204 No Content\r\n\r\n';

/** A TCP server that counts its connections. */
async function listen(onConnection: (socket: Socket) => void) {
  let opened = 0;
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, opened: () => opened, open: () => sockets.size };
}

/** Names that resolve to the next entry of a list, and then to the last one. */
function namesOf(...list: string[][]) {
  let asked = 0;
  return {
    resolve(): Promise<LookupAddress[]> {
      const addresses = list[Math.min(asked, list.length - 1)] ?? [];
      asked += 1;
      return Promise.resolve(
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
    close() {},
  };
}

function connectionsOf(rule: { allowLoopback: boolean }, ...list: string[][]) {
  const connections = openConnections({ ...rule, ...(list.length > 0 && { names: namesOf(...list) }) });
  ends.push(connections.close);
  return connections;
}

describe('a refused address', () => {
  const PUBLIC = { allowLoopback: false };
  const answer = (socket: Socket) => socket.once('data', () => socket.end(`${OK}`));

  test.each([
    ['a name that resolves to this machine', ['127.0.0.1']],
    ['a name that resolves to this machine and a public address', ['93.184.216.34', '127.0.0.1']],
    ['a name that resolves to the metadata service of a cloud', ['169.254.169.254']],
    ['a name that resolves to a mapped address', ['::ffff:127.0.0.1']],
    ['a name that resolves to nothing', []],
  ])('%s is refused without a connection', async (_what, found) => {
    const there = await listen(answer);
    const { of } = connectionsOf(PUBLIC, found);
    const reply = await send(of('whe_1'), `http://shop.example:${there.port}/`, message);
    expect(reply).toEqual({ error: 'address_refused', answer: '' });
    expect(there.opened()).toBe(0);
  });

  test.each(['127.0.0.1', '[::ffff:127.0.0.1]', '[::1]', '2130706433'])(
    'the address %s itself is refused',
    async (host) => {
      const there = await listen(answer);
      const { of } = connectionsOf(PUBLIC);
      expect((await send(of('whe_1'), `http://${host}:${there.port}/`, message)).error).toBe(
        'address_refused',
      );
      expect(there.opened()).toBe(0);
    },
  );

  test('localhost is refused, unless loopback is allowed', async () => {
    const there = await listen(answer);
    const url = `http://localhost:${there.port}/`;
    expect((await send(connectionsOf(PUBLIC).of('whe_1'), url, message)).error).toBe('address_refused');
    expect(there.opened()).toBe(0);
    expect((await send(connectionsOf({ allowLoopback: true }).of('whe_1'), url, message)).status).toBe(204);
  });

  test('a name that resolves to another address later is refused from then on', async () => {
    const there = await listen(answer);
    const { of } = connectionsOf({ allowLoopback: true }, ['127.0.0.1'], ['10.0.0.1']);
    const url = `http://shop.example:${there.port}/`;
    expect((await send(of('whe_1'), url, message)).status).toBe(204);
    expect((await send(of('whe_1'), url, message)).error).toBe('address_refused');
    expect(there.opened()).toBe(1);
  });
});

describe('endpoints of one host', () => {
  test('do not wait for each other', async () => {
    const held: (() => void)[] = [];
    const answer: RequestListener = (request, response) => {
      if (request.url === '/fast') response.writeHead(204).end();
      else held.push(() => response.writeHead(204).end());
    };
    const server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { of } = connectionsOf({ allowLoopback: true });
    const slow = ['whe_1', 'whe_2', 'whe_3'].flatMap((id) =>
      Array.from({ length: 10 }, () => send(of(id), `${url}/slow`, message)),
    );
    const fast = await Promise.all(
      Array.from({ length: 10 }, () => send(of('whe_4'), `${url}/fast`, message)),
    );
    expect(fast.map(({ status }) => status)).toEqual(Array<number>(10).fill(204));
    await until(() => held.length === 30); // all 30 at the same time, with one connection each
    for (const end of held) end();
    for (const reply of await Promise.all(slow)) expect(reply.status).toBe(204);
  });

  test('do not share a connection', async () => {
    const there = await listen((socket) => socket.on('data', () => socket.write(OK)));
    const { of } = connectionsOf({ allowLoopback: true });
    for (const id of ['whe_1', 'whe_2', 'whe_1', 'whe_2'])
      expect((await send(of(id), `http://127.0.0.1:${there.port}/`, message)).status).toBe(204);
    expect(there.opened()).toBe(2);
  });
});

describe('an idle connection', () => {
  const echo = (socket: Socket) => socket.on('data', () => socket.write(OK));

  test('is one of a bounded number', async () => {
    const there = await listen(echo);
    const { of } = connectionsOf({ allowLoopback: true });
    const url = `http://127.0.0.1:${there.port}/`;
    const endpoints = Array.from({ length: IDLE_CONNECTIONS_MAX + 50 }, (_, n) => `whe_${n}`);
    for (const id of endpoints) expect((await send(of(id), url, message)).status).toBe(204);
    expect(there.opened()).toBe(endpoints.length);
    await until(() => there.open() <= IDLE_CONNECTIONS_MAX);
    expect((await send(of(endpoints.at(-1)!), url, message)).status).toBe(204);
    expect(there.opened()).toBe(endpoints.length); // the newest ones are kept
  });

  test('is closed after some seconds', async () => {
    const there = await listen(echo);
    const { of } = connectionsOf({ allowLoopback: true });
    await send(of('whe_1'), `http://127.0.0.1:${there.port}/`, message);
    expect(there.open()).toBe(1);
    await until(() => there.open() === 0, 15_000);
  }, 20_000);

  test('that the receiver closed does not fail an attempt', async () => {
    // Closes at the second request, as a server does whose idle time ended meanwhile.
    const there = await listen((socket) => {
      socket.once('data', () => {
        socket.write(OK);
        socket.once('data', () => socket.destroy());
      });
    });
    const { of } = connectionsOf({ allowLoopback: true });
    const url = `http://127.0.0.1:${there.port}/`;
    expect((await send(of('whe_1'), url, message)).status).toBe(204);
    expect((await send(of('whe_1'), url, message)).status).toBe(204);
    expect(there.opened()).toBe(2);
  });

  test('with a response that nobody requested is not used again', async () => {
    const later = Promise.withResolvers<void>();
    const there = await listen((socket) => {
      socket.once('data', () => {
        socket.write(OK);
        void later.promise.then(() => socket.write(OK));
      });
    });
    const { of } = connectionsOf({ allowLoopback: true });
    const url = `http://127.0.0.1:${there.port}/`;
    expect((await send(of('whe_1'), url, message)).status).toBe(204);
    later.resolve();
    await until(() => there.open() === 0);
    expect((await send(of('whe_1'), url, message)).status).toBe(204);
    expect(there.opened()).toBe(2);
  });
});
