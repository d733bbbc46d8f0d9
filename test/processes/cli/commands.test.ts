import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { z } from 'zod';
import { ensurePartitions } from '../../../store/partitions.ts';
import { type DatabasePool, openPool } from '../../../store/pool.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';

const LAUNCHER = fileURLToPath(new URL('../../../holdfast.js', import.meta.url));
let database: TestDatabase;
let pool: DatabasePool;
let env: Record<string, string>;
beforeAll(async () => {
  database = await cloneDatabase();
  env = { DATABASE_URL: database.url };
  pool = await openPool({ databaseUrl: database.url, size: 2, log: pino({ level: 'silent' }) });
  await ensurePartitions(pool, 4, []);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const run = (...args: string[]) => holdfast(args, env);
const json = async (...args: string[]) => {
  const { json, stderr } = await run(...args, '--json');
  expect(stderr).toBe('');
  return json;
};

describe('the lifecycle of a tenant and its keys', () => {
  let tenantId: string;

  test('a tenant is created under a unique name', async () => {
    const made = await run('tenants', 'create', 'Kelp & Söhne');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    [{ tenant_id: tenantId }] = await json('tenants', 'list');
    expect(made.stdout).toContain(`npx holdfast keys create --tenant ${tenantId}`);
    const again = await run('tenants', 'create', '  Kelp & Söhne ');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain(`Tenant "Kelp & Söhne" already exists: ${tenantId}`);
  });

  test('a key is shown once, and only its hash and prefix are stored', async () => {
    const made = await json('keys', 'create', '--tenant', 'Kelp & Söhne');
    expect(made).toEqual({
      key: expect.stringMatching(/^hf_live_[A-Za-z0-9]{32}_[A-Za-z0-9]{6}$/),
      key_id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
      tenant_id: tenantId,
      name: 'default',
      prefix: made.key.slice(0, 12),
      scopes: ['orders:read', 'orders:write'],
      created_at: expect.any(String),
      last_used_at: null,
      revoked_at: null,
      write_quota: null,
      read_quota: null,
      expires_at: null,
      networks: [],
      mode: 'live',
    });
    const stored = await pool.oneFirst(
      sql.type(z.object({ row: z.string() }))`SELECT api_keys::text AS row FROM api_keys`,
    );
    expect(stored).not.toContain(made.key.slice(8, 13));
    const listed = await run('keys', 'list', '--tenant', tenantId);
    expect(listed.stdout).not.toContain(made.key);
    expect(listed.stdout).toMatch(
      new RegExp(
        `${made.key_id}  default  ${made.prefix}…  orders:read,orders:write  \\S+  never +default +default +any +never +live +live`,
      ),
    );
  });

  test('a rotated key has a successor with the same scopes; a third is refused; the old key is revoked', async () => {
    const old = await json(
      'keys',
      'create',
      '--tenant',
      tenantId,
      '--name',
      'till 1',
      '--scopes',
      'webhooks:read, orders:read',
      '--test',
    );
    const next = await json('keys', 'rotate', old.key_id);
    expect(next).toMatchObject({
      name: 'till 1',
      scopes: ['orders:read', 'webhooks:read'],
      successor_of: old.key_id,
    });
    expect(next.key).toMatch(/^hf_test_/);

    for (const args of [
      ['keys', 'rotate', old.key_id],
      ['keys', 'rotate', next.key_id],
      ['keys', 'create', '--tenant', tenantId, '--name', 'till 1', '--test'],
    ]) {
      const third = await run(...args);
      expect(third).toMatchObject({ code: 1, stdout: '' });
      expect(third.stderr).toContain('"till 1" already has two live keys, the maximum for a name');
      expect(third.stderr).toContain('Revoke the older key once its clients use the newer one');
      expect(third.stderr).toContain(`npx holdfast keys revoke ${old.key_id}`);
    }

    const revoked = await json('keys', 'revoke', old.key_id);
    expect(revoked.revoked_at).toEqual(expect.any(String));
    const again = await run('keys', 'revoke', old.key_id);
    expect([again.code, again.stdout]).toEqual([
      0,
      `${old.key_id} was already revoked at ${revoked.revoked_at}. No change.\n`,
    ]);
    const late = await run('keys', 'rotate', old.key_id);
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('was revoked at')]);
    expect((await run('keys', 'rotate', next.key_id)).code).toBe(0);
  });

  test.each([
    [['--preset', 'storefront'], 'orders:read,orders:place,orders:update,cancellations:write'],
    [['--preset', 'warehouse'], 'orders:read,shipments:write,returns:write,completions:write'],
    [['--preset', 'accountant'], 'orders:read,payments:write,refunds:write'],
    // The scopes that a sum contains are not stored beside it.
    [['--scopes', 'refunds:write, orders:read,sales:read'], 'orders:read,refunds:write'],
  ])('a key with %j has these scopes, and the list shows them', async (words, scopes) => {
    const name = words.join(' ').slice(2);
    const made = await json('keys', 'create', '--tenant', tenantId, '--name', name, ...words);
    expect(made.scopes).toEqual(scopes.split(','));
    expect((await run('keys', 'list', '--tenant', tenantId)).stdout).toContain(`…  ${scopes}  `);
    expect(await json('keys', 'rotate', made.key_id)).toMatchObject({ scopes: made.scopes });
  });

  test('tenants of an older release that share a name are distinguished by id', async () => {
    const twin = sql.unsafe`
      INSERT INTO tenants (tenant_id, name, partition) VALUES (gen_random_uuid(), 'twin', 0), (gen_random_uuid(), 'twin', 0)`;
    await pool.query(twin);
    const { code, stderr } = await run('keys', 'list', '--tenant', 'twin');
    expect([code, stderr]).toEqual([1, expect.stringContaining('Several tenants have the name "twin"')]);
    const ids = [...stderr.matchAll(/ten_[0-9a-f]{32}/g)].map(([id]) => id);
    expect(await json('keys', 'list', '--tenant', ids[1] ?? '')).toEqual([]);
  });
});

describe('a failed command reports the cause and exits with code 1', () => {
  const id = '0'.repeat(32);
  test.each([
    [['keys', 'create', '--tenant', 'nobody'], 'Tenant "nobody" not found'],
    [['keys', 'list', '--tenant', `ten_${id}`], `Tenant "ten_${id}" not found`],
    [['keys', 'revoke', `key_${id}`], `Key key_${id} not found`],
    [['keys', 'rotate', `key_${id}`], `Key key_${id} not found`],
    [['keys', 'limit', `key_${id}`, '--write', '1/1'], `Key key_${id} not found`],
    [['tenants', 'limit', 'nobody', '--write', '1/1'], 'Tenant "nobody" not found'],
  ])('%j', async (args, words) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(words)]);
  });

  test('without a schema', async () => {
    const empty = new URL(database.url);
    empty.pathname = '/postgres';
    const { code, stderr } = await holdfast(['tenants', 'list'], { DATABASE_URL: empty.href });
    expect([code, stderr]).toEqual([1, expect.stringContaining('Run npm start once')]);
  });

  test('without a server and without DATABASE_URL', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
    const { code, stderr } = await holdfast(['tenants', 'list'], {}, { cwd: folder });
    await rm(folder, { recursive: true });
    expect(code).toBe(1);
    expect(stderr).toContain('No Holdfast is running on the data directory .holdfast');
    expect(stderr).toContain('npm start');
  });
});

/** A Node on the PATH that is too old for TypeScript, if there is one. */
function oldNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((path) => !path.includes('node_modules'));
  for (const folder of folders) {
    try {
      const node = join(folder, 'node');
      if (execFileSync(node, ['--version']).toString().startsWith('v20.')) return node;
    } catch {
      // not installed
    }
  }
  return undefined;
}
const node = oldNode();
(node ? test : test.skip)('the commands run with Node 20 on the PATH, with the same exit codes', async () => {
  const listed = await holdfast(['tenants', 'list', '--json'], env, { node });
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect((await holdfast(['tenants'], env, { node })).code).toBe(2);
  expect((await holdfast(['keys', 'list', '--tenant', 'nobody'], env, { node })).code).toBe(1);
});
(node ? test : test.skip)(
  'with Node 20 on the PATH, a command reads a shell pipe and ends by a signal',
  async () => {
    const script = `"${node}" "${LAUNCHER}" log import <(echo '{}')`;
    const piped = await promisify(execFile)('bash', ['-c', script], {
      env: { PATH: process.env['PATH'], ...env },
    }).catch((error: { stderr: string }) => error);
    expect(piped.stderr).toContain('Line 1: this is not the header of a log');

    const child = spawn(node!, [LAUNCHER, 'webhook-sink', '--port', '0'], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  },
);
