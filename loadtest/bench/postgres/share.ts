/**
 * npm run bench:postgres [-- --seconds 8 --connections 64] [--checkout FOLDER]
 *
 * Places orders with all roles on, and prints what an order costs Postgres: CPU, write-ahead log,
 * index entries, buffers, and the time of each statement; of this checkout or another.
 * pg_stat_statements slows each statement a little: compare the CPU of Postgres by `bench:place --
 * --against`.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { pino } from 'pino';
import { startBackingServices } from '../../../ops/embedded/backing-services.ts';
import { endServicesWithUs } from '../../kit/ending.ts';
import { load } from '../../kit/http/http-client.ts';
import { placeOrder } from '../../kit/order-request.ts';
import { watchCost } from '../../kit/postgres/cost.ts';
import { serveHoldfast } from '../../serve.ts';
import { indexEntries, statements, tables } from './queries.ts';

const { values: options } = parseArgs({
  options: {
    connections: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '8' },
    checkout: { type: 'string' },
  },
});
const WARM_UP_MS = 4_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-postgres-'));
await chmod(dataDir, 0o755); // if root starts it, Postgres runs as another user
const log = pino({ level: 'silent' });
const start = () => startBackingServices({ databaseUrl: undefined, redisUrl: undefined, dataDir, log });

async function connected<Result>(url: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Prints rows in columns; the first one to the left, the others to the right. */
function printTable(rows: readonly Record<string, unknown>[]): void {
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map((row) => names.map((name) => String(row[name])))];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  for (const line of lines) {
    const cells = line.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    );
    say(cells.join('  '));
  }
  say('');
}

async function measure(client: Client, databaseUrl: string, redisUrl: string): Promise<void> {
  const connections = Number(options.connections);
  const { child, port } = await serveHoldfast({
    databaseUrl,
    redisUrl,
    ...(options.checkout !== undefined && { main: join(options.checkout, 'main.ts') }),
  });
  const target = { host: '127.0.0.1', port, request: placeOrder };
  await load(target, connections, WARM_UP_MS);
  const { settled, cpuSeconds, stop } = await watchCost(databaseUrl);
  await settled();
  await client.query('CHECKPOINT');
  await client.query('SELECT pg_stat_statements_reset()');
  const marks = 'SELECT pg_current_wal_insert_lsn()::text AS lsn, (SELECT position FROM log_heads) AS head';
  const [before] = (await client.query<{ lsn: string; head: string }>(marks)).rows;
  const cpuBefore = await cpuSeconds();
  const { rate } = await load(target, connections, Number(options.seconds) * 1_000);
  await settled();
  const spent = (await cpuSeconds()) - cpuBefore;
  const [after] = (await client.query<{ lsn: string; head: string }>(marks)).rows;
  const orders = Number(after!.head) - Number(before!.head);
  child.kill('SIGTERM');
  await stop();

  say(
    `${orders} orders, ${rate.toFixed(0)}/s: ${((spent / orders) * 1e6).toFixed(1)} µs of CPU of Postgres an order\n`,
  );
  printTable((await client.query(statements, [orders])).rows);
  printTable((await client.query(indexEntries, [before!.lsn, after!.lsn, orders])).rows);
  printTable((await client.query(tables)).rows);
}

let services = await start();
endServicesWithUs(() => services.stop(), services.guard);
try {
  await connected(services.databaseUrl, async (client) => {
    await client.query("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
    await client.query("ALTER SYSTEM SET pg_stat_statements.track = 'all'");
    await client.query("ALTER SYSTEM SET pg_stat_statements.track_planning = 'on'");
  });
  await services.stop();
  services = await start();
  await connected(services.databaseUrl, async (client) => {
    await client.query('CREATE EXTENSION pg_stat_statements');
    await client.query('CREATE EXTENSION pg_walinspect');
    await measure(client, services.databaseUrl, services.redisUrl!);
  });
} finally {
  await services.stop();
  await rm(dataDir, { recursive: true, force: true });
}
