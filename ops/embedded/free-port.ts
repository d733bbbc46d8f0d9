import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ephemeral ports of Linux, macOS and Windows: an outgoing connection of another process
 * cannot take such a port between this look and its use.
 */
const PORT_MIN = 20_000;
const PORT_MAX = 29_999;
const ATTEMPTS_MAX = 100;

/**
 * A TCP port of 127.0.0.1 that is free now, from 20000. Another server may take it before its use.
 *
 * @param portMax the highest port, at most 29999
 * @throws {Error} no attempt found one
 */
export async function freePort(portMax = PORT_MAX): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = randomInt(PORT_MIN, portMax + 1);
    if (await isFree(port)) return port;
    if (attempt === ATTEMPTS_MAX) throw new Error(`no free port in ${ATTEMPTS_MAX} attempts`);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
