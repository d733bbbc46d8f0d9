/**
 * npm run bench:regions [-- --distances 0,20,80,160 --seconds 4]
 *
 * Two ways to serve a client of another region: a node beside the client, with its Postgres in the
 * home region, and a node in the home region. For some round trips between the regions, prints the
 * p50 of an order, a list and one order over one connection, and orders/s over 64.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { openDistance } from './distance.ts';
import { load } from '../kit/http/http-client.ts';
import { apiKey, placeOrder } from '../kit/order-request.ts';
import { startServices } from '../kit/services.ts';
import { serveHoldfast } from '../serve.ts';

const { values: options } = parseArgs({
  options: {
    distances: { type: 'string', default: '0,20,80,160' },
    seconds: { type: 'string', default: '4' },
  },
});
const distancesMs = options.distances.split(',').map(Number);
const seconds = Number(options.seconds);
const CONNECTIONS_COUNT = 64;
const WARM_UP_MS = 3_000;

const say = (text: string) => process.stdout.write(`${text}\n`);
const list = () =>
  `GET /v1/orders?limit=20 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${apiKey}\r\n\r\n`;

interface Figures {
  placeMs: number;
  listMs: number;
  rate: number;
}

async function measure(port: number): Promise<Figures> {
  const target = { host: '127.0.0.1', port };
  const ask = (request: () => string, connections: number, durationMs: number) =>
    load({ ...target, request }, connections, durationMs);
  await ask(placeOrder, CONNECTIONS_COUNT, WARM_UP_MS);
  // As autovacuum does within a minute: plans for empty tables would dominate the lists.
  await analyze();
  const durationMs = seconds * 1_000;
  const { p50: placeMs } = await ask(placeOrder, 1, durationMs);
  const { p50: listMs } = await ask(list, 1, durationMs);
  const { rate } = await ask(placeOrder, CONNECTIONS_COUNT, durationMs);
  return { placeMs, listMs, rate };
}

async function analyze(): Promise<void> {
  const client = new Client({ connectionString: services.databaseUrl });
  await client.connect();
  await client.query('ANALYZE');
  await client.end();
}

const services = await startServices();
const children: ChildProcess[] = [];

/** Measures a node whose Postgres is `databaseMs` away, by a client `clientMs` away. */
async function measureAt(databaseMs: number, clientMs: number): Promise<Figures> {
  const url = new URL(services.databaseUrl);
  const toDatabase = await openDistance(Number(url.port), databaseMs);
  url.port = String(toDatabase.port);
  const { child, port } = await serveHoldfast({ ...services, databaseUrl: url.href });
  children.push(child);
  const toNode = await openDistance(port, clientMs);
  const figures = await measure(toNode.port);
  child.kill('SIGTERM');
  await once(child, 'exit');
  toNode.close();
  toDatabase.close();
  return figures;
}

const show = ({ placeMs, listMs, rate }: Figures) =>
  `an order ${placeMs.toFixed(1).padStart(7)} ms, a list ${listMs.toFixed(1).padStart(7)} ms, ${rate.toFixed(0).padStart(6)} orders/s`;

try {
  for (const distanceMs of distancesMs) {
    say(`${distanceMs} ms between the regions`);
    say(`  node beside its client    ${show(await measureAt(distanceMs, 0))}`);
    say(`  node beside its database  ${show(await measureAt(0, distanceMs))}`);
  }
} finally {
  for (const child of children) child.kill('SIGKILL');
  await services.stop();
}
