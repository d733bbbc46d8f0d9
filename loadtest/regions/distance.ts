/** A TCP proxy that puts a server at a distance: each byte arrives half a round trip later. */
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

export interface Distance {
  port: number;
  close: () => void;
}

/** @param roundTripMs to `port` of this machine and back */
export async function openDistance(port: number, roundTripMs: number): Promise<Distance> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      // Timers of one length fire in the order in which they were set, so no chunk overtakes.
      from.on('data', (chunk) => void setTimeout(() => to.writable && to.write(chunk), roundTripMs / 2));
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        setTimeout(() => to.destroy(), roundTripMs / 2);
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
