/** A Postgres of its own with unsafe settings: what connections see, and what a node does. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import { sql } from 'slonik';
import { startPostgres } from '../../../ops/embedded/postgres/postgres.ts';
import type { DurabilityLevel } from '../../../platform/settings/durability.ts';
import { migrate } from '../../../store/migrate.ts';
import { type DurabilityGuard, createDurabilityGuard } from '../../../store/durability/durability-guard.ts';
import { openPool } from '../../../store/pool.ts';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';

/** Of a pool. */
const STATEMENT_TIMEOUT_MS = 10_000;
const log = pino({ level: 'silent' });
let dataDir: string;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
let admin: Client;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-durability-'));
  await chmod(dataDir, 0o755); // an unprivileged user runs Postgres when we are root
  postgres = await startPostgres(dataDir, log);
  admin = await superuser();
  await migrate(postgres.url);
}, 60_000);
afterAll(async () => {
  await admin.end();
  await postgres.stop();
  await rm(dataDir, { recursive: true });
});
afterEach(async () => {
  await admin.query('ALTER SYSTEM RESET ALL');
  await admin.query('ALTER DATABASE holdfast RESET ALL');
  await reload();
});

async function superuser(): Promise<Client> {
  const client = new Client({ connectionString: postgres.url });
  client.on('error', () => {}); // Postgres restarts
  await client.connect();
  // The settings of a test must not stop the next one.
  await client.query('SET default_transaction_read_only = off; SET synchronous_commit = local');
  return client;
}

/** Settings of the server, in force when this returns. */
async function set(settings: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(settings))
    await admin.query(`ALTER SYSTEM SET ${name} = '${value}'`);
  await reload();
}

/** The postmaster reads the settings first, then its sessions do. */
async function reload(): Promise<void> {
  const loadedAt = async () => (await admin.query('SELECT pg_conf_load_time()::text AS at')).rows[0].at;
  const before = await loadedAt();
  await admin.query('SELECT pg_reload_conf()');
  await until(async () => (await loadedAt()) !== before);
}

/** What a new connection reports, and its `synchronous_commit`. */
async function seenBy(
  required: DurabilityLevel | undefined,
): Promise<{ guard: DurabilityGuard; mode: string }> {
  const guard = createDurabilityGuard(required, log);
  const pool = await openPool({ databaseUrl: postgres.url, size: 1, log, durability: guard });
  try {
    const mode = await pool.oneFirst(sql.unsafe`SHOW synchronous_commit`);
    return { guard, mode: String(mode) };
  } finally {
    await pool.end();
  }
}

test.each<[Record<string, string>, string]>([
  [{}, 'local'],
  [{ fsync: 'off' }, 'at risk: .*fsync is off'],
  [{ full_page_writes: 'off' }, 'at risk: .*full_page_writes is off'],
  [{ fsync: 'off', full_page_writes: 'off' }, 'at risk: .*fsync is off, full_page_writes is off'],
  [{ synchronous_commit: 'off' }, '^local$'], // the session sets it
  [{ synchronous_standby_names: 'other' }, '^remote_flush$'],
  [{ synchronous_standby_names: 'other', synchronous_commit: 'local' }, '^local$'],
  [{ default_transaction_read_only: 'on' }, '^local, read-only$'],
])('a new connection under %j sees %s', async (settings, text) => {
  await set(settings);
  expect((await seenBy(undefined)).guard.text()).toMatch(new RegExp(text));
});

test.each<[DurabilityLevel, string, string]>([
  ['remote_write', 'local', 'remote_write'],
  ['remote_write', 'on', 'on'],
  ['remote_flush', 'remote_write', 'on'],
  ['remote_apply', 'off', 'remote_apply'],
  ['remote_apply', 'on', 'remote_apply'],
  ['local', 'local', 'local'],
  ['local', 'off', 'on'],
  ['none', 'off', 'on'],
])('a session that requires %s raises synchronous_commit %s to %s', async (required, given, mode) => {
  await admin.query(`ALTER DATABASE holdfast SET synchronous_commit = '${given}'`);
  await set({ synchronous_standby_names: 'other' });
  const seen = await seenBy(required);
  expect(seen.mode).toBe(mode);
  expect(() => seen.guard.require()).not.toThrow();
});

test('without a synchronous standby, a remote level is not in force', async () => {
  expect(() => createDurabilityGuard('remote_write', log).require()).not.toThrow();
  const { guard } = await seenBy('remote_write');
  expect(() => guard.require()).toThrow('synchronous_standby_names is empty');
});

const aShop = (env: Record<string, string> = {}): Promise<Shop> =>
  openShop(env, Date.now, {
    url: postgres.url,
    drop: async () => {},
    suspend: () => Promise.reject(new Error('not used')),
    resume: () => Promise.reject(new Error('not used')),
  });

test('a node refuses writes and replays while its level is not in force, answers reads, and recovers', async () => {
  const shop = await aShop({ HOLDFAST_DURABILITY: 'local' });
  try {
    const place = (key: string) => shop.ask('/v1/orders', { body: anOrder(), key });
    const placed = await place('first');
    expect(placed.status).toBe(201);

    await set({ fsync: 'off' });
    await until(async () => (await place('later')).status === 503);
    for (const key of ['later', 'first']) {
      const { status, headers, json } = await place(key);
      expect([status, json.code, json.retry]).toEqual([503, 'unavailable', 'same_key_after']);
      expect(json.detail).toContain('less safely than this installation requires');
      expect(headers.get('retry-after')).toBe('2');
    }
    const hook = await shop.ask('/v2/webhook-endpoints', { body: { url: 'https://example.com/' } });
    expect([hook.status, hook.json.code]).toEqual([503, 'unavailable']);
    const order = `/v1/orders/${placed.json.id}`;
    expect((await shop.ask(`${order}/payments`, { body: { amount: 900 } })).status).toBe(503);
    expect((await shop.ask(order)).json.version).toBe(1);

    await set({ fsync: 'on' });
    await until(async () => (await place('later')).status === 201);
    expect((await place('first')).headers.get('idempotent-replayed')).toBe('true');
  } finally {
    await shop.close();
  }
}, 60_000);

test('a write over new connections with less is not acknowledged, before any reload is noticed', async () => {
  const shop = await aShop({ HOLDFAST_DURABILITY: 'local' });
  try {
    expect((await shop.ask('/v1/orders', { body: anOrder() })).status).toBe(201);
    await admin.query("ALTER SYSTEM SET fsync = 'off'");
    await reload();
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                          AND backend_type = 'client backend'`);
    const statuses = new Set<number>();
    for (let n = 0; n < 30; n += 1) statuses.add((await shop.ask('/v1/orders', { body: anOrder() })).status);
    expect([...statuses]).toEqual([503]);
  } finally {
    await shop.close();
  }
}, 60_000);

test('a commit that waits for a standby is not acknowledged, also beyond the statement timeout', async () => {
  const shop = await aShop();
  try {
    const place = () => shop.ask('/v1/orders', { body: anOrder(), key: 'waits' });
    await set({ synchronous_standby_names: 'gone' });
    const began = performance.now();
    const statuses = new Set<number>();
    while (performance.now() - began < STATEMENT_TIMEOUT_MS + 2_000) statuses.add((await place()).status);
    expect([...statuses]).toEqual([503]);

    await set({ synchronous_standby_names: '' });
    await until(async () => (await place()).status === 201, 30_000);
    const { rows } = await admin.query("SELECT FROM events WHERE idempotency_key = 'waits'");
    expect(rows).toHaveLength(1);
  } finally {
    await admin.query('ALTER SYSTEM RESET ALL');
    await reload();
    await shop.close();
  }
}, 120_000);

test('a connection to a standby is refused', async () => {
  await postgres.stop();
  const signal = join(dataDir, 'postgres', 'standby.signal');
  await writeFile(signal, '', { mode: 0o644 });
  const standby = await startPostgres(dataDir, log, Number(new URL(postgres.url).port));
  try {
    await expect(seenBy(undefined)).rejects.toThrow();
    const cli = await openPool({ databaseUrl: postgres.url, size: 1, log });
    expect(await cli.oneFirst(sql.unsafe`SELECT pg_is_in_recovery()`)).toBe(true);
    await cli.end();
  } finally {
    await standby.stop();
    await rm(signal);
    postgres = await startPostgres(dataDir, log, Number(new URL(postgres.url).port));
    admin = await superuser();
  }
}, 60_000);
