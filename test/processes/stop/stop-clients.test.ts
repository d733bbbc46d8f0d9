/** A signal ends a node at once, despite the open connections of its clients. */
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import {
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  makeGenericClientConstructor,
} from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { service as health } from 'grpc-health-check';
import { connect } from '../../grpc/client.ts';
import { anOrder, send, until } from '../../setup/shop.ts';
import { AT_ONCE_MS, apiKey, openStops, takesMs } from './stop-scene.ts';

const { cleanups, start } = openStops();

describe('SIGTERM ends at once, despite', () => {
  test('health watches and reflection streams', async () => {
    const server = await start();
    const Health = makeGenericClientConstructor(health as never, 'Health');
    const client = new Health(server.grpc, credentials.createInsecure()) as unknown as {
      watch: (request: object) => ClientReadableStream<{ status: string }>;
      close: () => void;
    };
    cleanups.push(() => client.close());
    const received: string[] = [];
    for (const service of ['', 'holdfast.orders.v1.OrderService', 'nobody.knows']) {
      const watching = client.watch({ service });
      watching
        .on('data', ({ status }) => received.push(status))
        .on('error', ({ message }) => received.push(message));
    }
    const reflecting = reflect(server.grpc);
    reflecting.on('error', ({ message }) => received.push(message));
    reflecting.write({ listServices: '' });
    await once(reflecting, 'data');
    await until(() => received.length === 3);
    expect(await takesMs(server)).toBeLessThan(AT_ONCE_MS);
    await until(() => received.filter((text) => /UNAVAILABLE/.test(text)).length === 4);
    expect(received.filter((text) => text === 'NOT_SERVING')).toHaveLength(2);
  });

  test('streams of orders and events, and long polls', async () => {
    const server = await start();
    const client = connect(server.grpc, apiKey);
    cleanups.push(client.close);
    const orders = client.placeOrders();
    const events = client.watchEvents({});
    for (const stream of [orders, events]) stream.on('error', () => {});
    orders.write({ idempotency_key: 'a', order: anOrder() });
    await Promise.all([once(orders, 'data'), once(events, 'data')]);
    const poll = send(`${server.url}/v2/events?wait=30&after_position=1`, { apiKey }).catch(() => {});
    expect(await takesMs(server)).toBeLessThan(AT_ONCE_MS);
    await poll;
  });

  test('silent connections', async () => {
    const server = await start();
    const { port } = new URL(server.url);
    const sockets = Array.from({ length: 20 }, () => connectSocket(Number(port), '127.0.0.1'));
    for (const socket of sockets) {
      socket.on('error', () => {});
      await once(socket, 'connect');
      cleanups.push(() => socket.destroy());
    }
    expect(await takesMs(server)).toBeLessThan(AT_ONCE_MS);
  });
});

function reflect(address: string): ClientDuplexStream<object, object> {
  const method = {
    path: '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    requestStream: true,
    responseStream: true,
    // ServerReflectionRequest { string list_services = 7; }, empty.
    requestSerialize: () => Buffer.from([0x3a, 0]),
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  };
  const Reflection = makeGenericClientConstructor({ ask: method as never }, 'Reflection');
  const client = new Reflection(address, credentials.createInsecure()) as unknown as {
    ask: () => ClientDuplexStream<object, object>;
    close: () => void;
  };
  cleanups.push(() => client.close());
  return client.ask();
}
