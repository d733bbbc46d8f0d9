/** A node that a signal ends, and the services of its own that a test may stop. */
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { pino } from 'pino';
import { startPostgres } from '../../../ops/embedded/postgres/postgres.ts';
import { readPostmaster } from '../../../ops/embedded/postgres/postmaster.ts';
import { needRedisServer } from '../../../ops/embedded/redis/redis-server.ts';
import { startRedis } from '../../../ops/embedded/redis/redis.ts';
import { TEST_REDIS, type TestDatabase, cloneDatabase, holdTheLog } from '../../setup/database.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { newApiKey, send, until } from '../../setup/shop.ts';

const DRAIN_SECONDS = 4;
export const DRAIN_MS = DRAIN_SECONDS * 1_000;
/** Time for an idle node to end, with a margin for a busy machine. */
export const AT_ONCE_MS = 2_500;
/** Time to deliver the signal and to see the exit. */
export const SLACK_MS = 1_000;

const log = pino({ level: 'silent' });
export const apiKey = newApiKey();
/** Ends a node. @returns milliseconds until its exit */
export async function takesMs(server: ServerProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
  const began = performance.now();
  const code = await server.end(signal);
  if (code !== 0) throw new Error(`it ended with ${code}:\n${server.output()}`);
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  return performance.now() - began;
}

export const order = (n = 0) => ({
  customer_id: `cus_${n}`,
  lines: [{ sku: 'K', name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }],
});
export const place = (server: ServerProcess, n = 0) =>
  send(`${server.url}/v2/orders`, { apiKey, body: order(n) });

/** The children of a process. */
export const pidsOf = (parent: number): number[] =>
  readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number);

/** Registers the hooks of a test file: a new database for each test, and the cleanup after it. */
export function openStops() {
  const cleanups: (() => unknown)[] = [];
  let database: TestDatabase;
  beforeEach(async () => {
    database = await cloneDatabase();
    cleanups.push(database.drop);
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  const given = (env: Record<string, string> = {}) => ({
    DATABASE_URL: database.url,
    REDIS_URL: TEST_REDIS,
    HOLDFAST_BOOTSTRAP_KEY: apiKey,
    HOLDFAST_DRAIN_SECONDS: String(DRAIN_SECONDS),
    HOLDFAST_RATE_LIMIT_WRITE: '100000/60',
    HOLDFAST_WEBHOOK_LOOPBACK: 'on',
    HOLDFAST_CONTRACT_JUDGE: 'off',
    ...env,
  });

  async function start(env: Record<string, string> = {}): Promise<ServerProcess> {
    const server = await startServer({ env: given(env) });
    cleanups.push(() => server.end('SIGKILL'));
    return server;
  }

  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'holdfast-stop-'));
    await chmod(path, 0o755);
    cleanups.push(() => rm(path, { recursive: true, force: true }));
    return path;
  }

  /** A Postgres that a test may stop, and its process id. */
  async function ownPostgres(): Promise<{ url: string; pid: number }> {
    const dataDir = await folder();
    const { url, stop } = await startPostgres(dataDir, log);
    cleanups.push(() => stop());
    const postmaster = await readPostmaster(join(dataDir, 'postgres'));
    return { url, pid: postmaster!.pid };
  }

  async function ownRedis(): Promise<{ url: string; pid: number }> {
    const dataDir = await folder();
    const { url, stop } = await startRedis(dataDir, await needRedisServer());
    cleanups.push(() => stop());
    return { url, pid: JSON.parse(readFileSync(join(dataDir, 'redis.json'), 'utf8')).pid };
  }

  /** Sends an order that waits, because the log is locked. */
  async function anOrderUnderWay(server: ServerProcess, url: string): Promise<void> {
    const held = await holdTheLog(url);
    cleanups.push(() => held.release().catch(() => {}));
    void place(server).catch(() => {});
    await until(held.isWaitedFor);
  }

  return {
    databaseUrl: () => database.url,
    cleanups,
    given,
    start,
    folder,
    ownPostgres,
    ownRedis,
    anOrderUnderWay,
  };
}
