/** A TCP proxy that counts the bytes of a way on the wire. */
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** Runs through a proxy to a port. @returns the bytes in both directions */
export async function countBytes(target: number, run: (port: number) => Promise<unknown>): Promise<number> {
  let bytes = 0;
  const sockets = new Set<Socket>();
  const pass = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      to.write(chunk);
    });
    from.once('close', () => to.destroy()).once('error', () => to.destroy());
  };
  const proxy = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    pass(near.setNoDelay(true), far.setNoDelay(true));
    pass(far, near);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  try {
    await run((proxy.address() as AddressInfo).port);
    return bytes;
  } finally {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  }
}
