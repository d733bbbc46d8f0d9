/** One API key that never reads its answers neither ends a process of 512 MiB nor delays others. */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { holdfast } from '../../setup/processes/command.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { aLargeOrder } from '../../setup/large-order.ts';
import type { ServerProcess } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';
import { startWithSmallHeap } from '../../setup/processes/small-heap.ts';

const ORDERS = 120;
/** Connections of each kind. */
const CONNECTIONS = 12;
/** Pipelined requests of each connection. */
const PIPELINED = 20;
/** Each is cut 25 s after its buffers are full. Some fill them late, when others have been cut. */
const CUT_MS_MAX = 110_000;

const apiKey = newApiKey();
let database: TestDatabase;
let server: ServerProcess;
let orderId = '';
let other = '';

beforeAll(async () => {
  database = await cloneDatabase();
  server = await startWithSmallHeap(database, apiKey);
  for (let n = 0; n < ORDERS; n += 1) {
    const placed = await send(`${server.url}/v2/orders`, { apiKey, body: inV2(aLargeOrder(n)) });
    expect([placed.status, placed.json.detail]).toEqual([201, undefined]);
    orderId = placed.json.id;
  }
  const created = await holdfast(['tenants', 'create', 'other', '--json'], { DATABASE_URL: database.url });
  const key = await holdfast(['keys', 'create', '--tenant', created.json.tenant_id, '--json'], {
    DATABASE_URL: database.url,
  });
  other = key.json.key;
}, 120_000);
afterAll(async () => {
  await server.end('SIGKILL');
  await database.drop();
});

/** In the format of v2. */
function inV2({ currency, lines, ...order }: ReturnType<typeof anOrder>): object {
  const priced = lines.map((line) => ({ ...line, unit_price: { amount: line.unit_price, currency } }));
  return { ...order, lines: priced };
}

const peakMiB = () =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))?.[1]) / 1024;

/** Answers that do not fit into the buffers of the kernel. */
const LARGE = ['/v1/orders?limit=100', '/v2/orders?limit=100', '/v2/events?limit=100'];
const KINDS = [...LARGE, '/v2/orders/ORDER', '/openapi/v2.json'];

test('clients that never read are disconnected; the process stays within its heap, and others are served', async () => {
  const peakBefore = peakMiB();
  const sockets: Socket[] = [];
  const senders: { socket: Socket; timer: NodeJS.Timeout }[] = [];
  for (const kind of KINDS) {
    const path = kind.replace('ORDER', orderId);
    const request = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${apiKey}\r\n\r\n`;
    for (let n = 0; n < CONNECTIONS; n += 1) {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.pause();
      socket.write(request.repeat(PIPELINED));
      // Some clients go on sending, which must not prolong their time.
      if (n % 2 === 0 && LARGE.includes(kind))
        senders.push({ socket, timer: setInterval(() => socket.write(request), 1_000) });
      sockets.push(socket);
    }
  }
  const list = () => send(`${server.url}/v2/orders?limit=100`, { apiKey });
  const began = performance.now();
  let slowest = 0;
  let placedByOther = 0;
  const small = inV2(anOrder());
  // A client that sends nothing does not notice that it is cut.
  const open = () => senders.filter(({ socket }) => !socket.destroyed).length;
  const cut = () => server.output().split('client reads too slowly, connection destroyed').length - 1;
  while (open() > 0 && performance.now() - began < CUT_MS_MAX) {
    const sent = performance.now();
    const key = `other-${placedByOther}`;
    await until(async () => {
      const { status, json } = await send(`${server.url}/v2/orders`, { apiKey: other, key, body: small });
      if (status !== 201) expect(json.retry).toBe('same_key_after');
      return status === 201;
    }, 30_000);
    placedByOther += 1;
    slowest = Math.max(slowest, performance.now() - sent);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  process.stdout.write(
    `peak RSS ${Math.round(peakBefore)} MiB before, ${Math.round(peakMiB())} MiB under ${sockets.length} connections; ${placedByOther} orders of another tenant, the slowest ${Math.round(slowest)} ms; ${cut()} connections cut\n`,
  );
  expect(server.child.exitCode).toBeNull();
  expect(open()).toBe(0);
  expect(cut()).toBeGreaterThan(0);
  for (const { timer } of senders) clearInterval(timer);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await list()).status === 200);
}, 180_000);
