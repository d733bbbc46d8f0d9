/** A TCP address that moves from one server to another, as a virtual IP address does. */
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

export interface MovableAddress {
  port: number;
  /** Later connections lead to another port. The present ones stay where they are. */
  moveTo: (port: number) => void;
  /** From now on the present connections carry nothing, and nothing closes them. */
  silence: () => void;
  /** All connections are silent from the moment that so many have been opened. */
  silenceFrom: (connections: number) => void;
  /** Connections so far. */
  opened: () => number;
  /** Each chunk, in both directions, waits for this long. */
  delayBy: (ms: number) => void;
  close: () => Promise<void>;
}

export async function openMovableAddress(first: number): Promise<MovableAddress> {
  let target = first;
  let delayMs = 0;
  let openedCount = 0;
  let silentFrom = Number.POSITIVE_INFINITY;
  /** The connections, and whether each is silent. */
  const links = new Map<Socket, { isSilent: boolean }>();
  const silence = () => links.forEach((link) => (link.isSilent = true));
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    const link = { isSilent: false };
    links.set(client, link);
    openedCount += 1;
    if (openedCount >= silentFrom) silence();
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => {});
      from.on('data', (chunk) => {
        if (link.isSilent) return;
        if (delayMs === 0) to.write(chunk);
        else setTimeout(() => to.writable && to.write(chunk), delayMs);
      });
      from.on('close', () => {
        if (!link.isSilent) to.destroy();
        if (from === client) {
          upstream.destroy();
          links.delete(client);
        }
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    moveTo(port) {
      target = port;
    },
    silence,
    silenceFrom(connections) {
      silentFrom = connections;
    },
    opened: () => openedCount,
    delayBy(ms) {
      delayMs = ms;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const client of links.keys()) client.destroy();
      await closed;
    },
  };
}
