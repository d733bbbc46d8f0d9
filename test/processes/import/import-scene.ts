/** An import process, and the server that it sends orders to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { Client } from 'pg';
import { holdfast } from '../../setup/processes/command.ts';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { newApiKey } from '../../setup/shop.ts';

export const LAUNCHER = fileURLToPath(new URL('../../../holdfast.js', import.meta.url));
export const apiKey = newApiKey();

/** A free port, which the server keeps after a restart. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
export const line = (key: string, change: object = {}) =>
  JSON.stringify({
    idempotency_key: key,
    order: {
      customer_id: 'ada',
      lines: [{ sku: 'KELP-1', name: 'Kelp', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }],
      ...change,
    },
  });
export const many = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => line(`${name}-${n + 1}`));

/** Registers the hooks of a test file: one server, and an empty folder for each test. */
export function openImports() {
  let database: TestDatabase;
  let grpcPort: number;
  let server: ServerProcess;
  let folder: string;
  let look: Client;

  const start = () =>
    startServer({
      env: {
        DATABASE_URL: database.url,
        REDIS_URL: TEST_REDIS,
        HOLDFAST_BOOTSTRAP_KEY: apiKey,
        HOLDFAST_RATE_LIMIT_WRITE: '100000/1',
        // Other tests use the same address and the same Redis.
        HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: '100000/60',
        HOLDFAST_CONTRACT_JUDGE: 'off',
        HOLDFAST_LOG_LEVEL: 'error',
        GRPC_PORT: String(grpcPort),
      },
    });

  beforeAll(async () => {
    database = await cloneDatabase();
    look = new Client({ connectionString: database.url });
    await look.connect();
    grpcPort = await freePort();
    server = await start();
  });
  afterAll(async () => {
    await server.end('SIGKILL');
    await look.end();
    await database.drop();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-import-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function fileOf(lines: string[], name = 'orders.ndjson'): Promise<string> {
    const path = join(folder, name);
    const text = lines.map((each) => `${each}\n`).join('');
    await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
    return path;
  }
  const env = (more: Record<string, string> = {}) => ({
    HOLDFAST_API_KEY: apiKey,
    GRPC_PORT: String(grpcPort),
    ...more,
  });
  const run = (path: string, ...words: string[]) => holdfast(['import', path, '--json', ...words], env());

  /** Numbers of the logged orders and keys whose key matches a pattern. */
  async function logged(name: string): Promise<{ orders: number; keys: number }> {
    const { rows } = await look.query(
      `SELECT count(*)::int AS orders, count(DISTINCT idempotency_key)::int AS keys FROM events WHERE idempotency_key LIKE $1`,
      [`${name}-%`],
    );
    return rows[0];
  }

  /** Starts an import and returns at once. */
  function begin(
    path: string,
    ...words: string[]
  ): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
    const child = spawn(process.execPath, [LAUNCHER, 'import', path, '--json', ...words], {
      env: { PATH: process.env['PATH'], ...env() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
    }
    return { child, output: () => text, ended: once(child, 'close').then(([code]) => code as number | null) };
  }

  return {
    databaseUrl: () => database.url,
    folder: () => folder,
    grpcPort: () => grpcPort,
    server: () => server,
    restart: async () => {
      server = await start();
    },
    fileOf,
    env,
    run,
    logged,
    begin,
  };
}
