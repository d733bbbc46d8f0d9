/**
 * npm run bench:pooled [-- --rounds 4 --seconds 3]
 *
 * Compares Holdfast behind PgBouncer in transaction mode, where only appends have prepared
 * statements, with Holdfast on a Postgres of its own: placing orders, reading one, and a page of
 * the list.
 */
import { parseArgs } from 'node:util';
import { load } from '../../kit/http/http-client.ts';
import { type Side, compare } from '../../kit/interleaved.ts';
import { apiKey, placeOrder } from '../../kit/order-request.ts';
import { setRole, startPgBouncer } from '../../kit/postgres/pgbouncer.ts';
import { startServices } from '../../kit/services.ts';
import { serveHoldfast } from '../../serve.ts';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '4' }, seconds: { type: 'string', default: '3' } },
});
const bounds = { rounds: Number(options.rounds), roundMs: Number(options.seconds) * 1_000 };
const CONNECTIONS_COUNT = 64;
const FILL_MS = 3_000;
const stops: (() => Promise<void> | void)[] = [];

async function start(name: string, isPooled: boolean): Promise<Side> {
  const services = await startServices();
  stops.push(services.stop);
  const address = { databaseUrl: services.databaseUrl, env: {} };
  if (isPooled) {
    await setRole(services.databaseUrl);
    const pooler = await startPgBouncer(services.databaseUrl, 'transaction');
    stops.push(pooler.stop);
    address.databaseUrl = pooler.urlOf(services.databaseUrl);
    address.env = { HOLDFAST_DATABASE_DIRECT_URL: services.databaseUrl };
  }
  const { child, port } = await serveHoldfast({ ...services, ...address });
  stops.push(() => void child.kill('SIGKILL'));
  const target = { host: '127.0.0.1', port, request: placeOrder };
  return { name, target, pid: String(child.pid), databaseUrl: services.databaseUrl };
}

const reading = (side: Side, path: string): Side => {
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${apiKey}\r\n\r\n`;
  return { ...side, target: { ...side.target, request: () => request } };
};

/** The path of the newest order. */
async function anOrder({ target: { port } }: Side): Promise<string> {
  const headers = { Authorization: `Bearer ${apiKey}` };
  const response = await fetch(`http://127.0.0.1:${port}/v2/orders?limit=1`, { headers });
  const { data } = (await response.json()) as { data: [{ id: string }] };
  return `/v2/orders/${data[0].id}`;
}

try {
  const sides: [Side, Side] = [await start('pooled', true), await start('direct', false)];
  for (const { target } of sides) await load(target, CONNECTIONS_COUNT, FILL_MS);
  await compare(sides, { ...bounds, connections: CONNECTIONS_COUNT });
  for (const connections of [1, 16]) {
    const [pooled, direct] = sides;
    const reads = [reading(pooled, await anOrder(pooled)), reading(direct, await anOrder(direct))] as const;
    await compare([...reads], { ...bounds, connections }, { status: '200', requests: 'orders read' });
    const pages = [reading(pooled, '/v2/orders?limit=20'), reading(direct, '/v2/orders?limit=20')] as const;
    await compare([...pages], { ...bounds, connections }, { status: '200', requests: 'pages' });
  }
} finally {
  for (const stop of stops.toReversed()) await stop();
}
