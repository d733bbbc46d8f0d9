/** What one address or one tenant keeps open leaves room for others. */
import { type AddressInfo, type Socket, connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { type Http2Server, constants, createServer } from 'node:http2';
import type { Server } from '@grpc/grpc-js';
import { afterEach, expect, test } from '@jest/globals';
import { boundArrivals } from '../../../api/grpc/wire/arrivals.ts';
import { KEY_STREAMS_MAX, STREAMS_MAX } from '../../../api/grpc/wire/limits.ts';
import { createStreamCount } from '../../../api/grpc/wire/stream-count.ts';
import { createAnswerRoom } from '../../../api/http/answer-room.ts';
import { connectDeaf } from '../deaf-client.ts';

const ends: (() => unknown)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** @param addressOf says from which address the n-th connection comes */
async function listen(
  bounds: { connectionsMax: number; callsMax: number },
  addressOf: (n: number) => string,
): Promise<number> {
  const server: Http2Server = createServer();
  let connections = 0;
  server.prependListener('connection', (socket: Socket) => {
    Object.defineProperty(socket, 'remoteAddress', { value: addressOf((connections += 1)) });
  });
  server.on('stream', (stream) => stream.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const http2Servers = new Map([[server, undefined]]);
  const unbound = boundArrivals({ http2Servers } as unknown as Server, createAnswerRoom(), {
    requestMs: 60_000,
    unreadMs: 60_000,
    ...bounds,
  });
  ends.push(unbound, () => server.close());
  return (server.address() as AddressInfo).port;
}

test('one address leaves a quarter of the connections to others', async () => {
  const port = await listen({ connectionsMax: 8, callsMax: 8 }, (n) => `203.0.113.${n <= 8 ? 1 : 2}`);
  const isOpen = async () => {
    const socket = connectTcp(port, '127.0.0.1');
    ends.push(() => socket.destroy());
    socket.on('error', () => {});
    await once(socket, 'connect');
    // An HTTP/2 server sends its settings first; a refused connection ends without a byte.
    return Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]);
  };
  const outcomes: boolean[] = [];
  for (let n = 1; n <= 9; n += 1) outcomes.push(await isOpen());
  expect(outcomes).toEqual([...Array<boolean>(6).fill(true), false, false, true]);
});

test('one address leaves a quarter of the calls to others', async () => {
  const port = await listen({ connectionsMax: 8, callsMax: 8 }, (n) => `203.0.113.${n}`);
  const call = (client: ReturnType<typeof connectDeaf>) =>
    client.call('PlaceOrder', undefined, { open: true }).ended;
  /** Calls from one address. @returns the first one that is refused, with its code */
  async function refusedOf(count: number) {
    const client = connectDeaf(`127.0.0.1:${port}`, 'k');
    ends.push(client.close);
    await once(client.session, 'remoteSettings');
    return Promise.race(Array.from({ length: count }, (_, n) => call(client).then((code) => [n, code])));
  }
  expect(await refusedOf(7)).toEqual([6, constants.NGHTTP2_REFUSED_STREAM]);
  expect(await refusedOf(3)).toEqual([2, constants.NGHTTP2_REFUSED_STREAM]);
});

test('one tenant leaves a quarter of the streams to others, whatever the number of its keys', () => {
  const { open } = createStreamCount();
  const opened: (() => void)[] = [];
  const openAll = (tenantId: string) => {
    let count = 0;
    for (let key = 0; key < 20; key += 1)
      for (let n = 0; n < KEY_STREAMS_MAX; n += 1) {
        try {
          opened.push(open({ keyId: `${tenantId} ${key}`, tenantId }));
          count += 1;
        } catch (error) {
          expect(error).toMatchObject({ code: 'overloaded' });
          return [count, (error as Error).message];
        }
      }
    return [count, ''];
  };
  const share = STREAMS_MAX * 0.75;
  const message = (count: number) =>
    `Your tenant has ${count} open streams on this node, its share of ${STREAMS_MAX}. End one first.`;
  expect(openAll('loud')).toEqual([share, message(share)]);
  expect(openAll('other')).toEqual([188, message(188)]);
  for (const close of opened.splice(0)) close();
  expect(openAll('other')).toEqual([share, message(share)]);
});
