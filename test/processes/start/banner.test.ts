/** The commands that `npm start` prints run in a shell without a change. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { addApiKey, createTenant } from '../../../store/keys/api-keys.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { SCOPES } from '../../../store/keys/scopes.ts';
import { openPool } from '../../../store/pool.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { newApiKey } from '../../setup/shop.ts';

let database: TestDatabase;
let server: ServerProcess | undefined;
beforeEach(async () => {
  database = await cloneDatabase();
});
afterEach(async () => {
  await server?.end('SIGTERM');
  server = undefined;
  await database.drop();
});

async function start(env: Record<string, string>): Promise<ServerProcess> {
  server = await startServer({ env: { DATABASE_URL: database.url, REDIS_URL: TEST_REDIS, ...env } });
  return server;
}

/** Runs both curl commands in a shell. @returns their status lines */
async function runCurlLines(output: string, env: Record<string, string>): Promise<string[]> {
  const lines = [...output.matchAll(/^ +(curl -i .*)$/gm)].map(([, line = '']) => line);
  expect(lines).toHaveLength(2);
  const answers: string[] = [];
  for (const line of lines) {
    const options = { env: { PATH: process.env['PATH'] ?? '', ...env } };
    const { stdout } = await promisify(execFile)('sh', ['-c', line], options);
    answers.push(stdout.split('\r\n', 1)[0] ?? '');
  }
  return answers;
}
const GOOD = ['HTTP/1.1 201 Created', 'HTTP/1.1 200 OK'];

describe('the printed curl commands work', () => {
  test('with the development key, which is printed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-banner-'));
    await chmod(folder, 0o755);
    const { output, end } = await start({ DATABASE_URL: '', HOLDFAST_DATA_DIR: folder });
    expect(await runCurlLines(output(), {})).toEqual(GOOD);

    // A revoked key is no longer printed; the printed command creates another key.
    const cli = { HOLDFAST_DATA_DIR: folder };
    const { json: tenants } = await holdfast(['tenants', 'list', '--json'], cli);
    const { json: keys } = await holdfast(['keys', 'list', '--tenant', tenants[0].tenant_id, '--json'], cli);
    await holdfast(['keys', 'revoke', keys[0].key_id], cli);
    const key = /Key +(hf_test_\w+)/.exec(output())?.[1] ?? '';
    await end('SIGTERM');
    const again = await start({ DATABASE_URL: '', HOLDFAST_DATA_DIR: folder });
    expect(again.output()).not.toContain(key);
    expect(again.output()).toMatch(/Key +The development key is revoked/);
    const [, command = ''] = /npx holdfast (keys create --tenant ten_\w+)\n/.exec(again.output()) ?? [];
    const made = await holdfast([...command.split(' '), '--json'], cli);
    expect(await runCurlLines(again.output(), { HOLDFAST_KEY: made.json.key })).toEqual(GOOD);
    await again.end('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    ['HOLDFAST_BOOTSTRAP_KEY', 'exported'],
    ['HOLDFAST_KEY', 'exported'],
  ])('with the key of HOLDFAST_BOOTSTRAP_KEY, which is not printed, from %s', async (variable) => {
    const apiKey = newApiKey();
    const { output } = await start({ HOLDFAST_BOOTSTRAP_KEY: apiKey });
    expect(output()).not.toContain(apiKey);
    expect(await runCurlLines(output(), { [variable]: apiKey })).toEqual(GOOD);
  });

  test('with an existing key of an external database', async () => {
    const apiKey = newApiKey();
    const pool = await openPool({ databaseUrl: database.url, size: 1, log: pino({ level: 'silent' }) });
    await ensurePartitions(pool, 1, []);
    const { tenantId } = await createTenant(pool, 'acme', 1);
    await addApiKey(pool, { tenantId, key: apiKey, name: 'shop', scopes: SCOPES });
    await pool.end();
    const { output } = await start({});
    expect(await runCurlLines(output(), { HOLDFAST_KEY: apiKey })).toEqual(GOOD);
  });

  test('on an address that is not localhost', async () => {
    const apiKey = newApiKey();
    const { output } = await start({ HOLDFAST_BOOTSTRAP_KEY: apiKey, HOLDFAST_HOST: '127.0.0.2' });
    expect(await runCurlLines(output(), { HOLDFAST_KEY: apiKey })).toEqual(GOOD);
  });
});

test('a revoked bootstrap key is reported, with the command that creates another one', async () => {
  const apiKey = newApiKey();
  const env = { HOLDFAST_BOOTSTRAP_KEY: apiKey };
  const first = await start(env);
  const cli = { DATABASE_URL: database.url };
  const { json: tenants } = await holdfast(['tenants', 'list', '--json'], cli);
  const { json: keys } = await holdfast(['keys', 'list', '--tenant', tenants[0].tenant_id, '--json'], cli);
  await holdfast(['keys', 'revoke', keys[0].key_id], cli);
  await first.end('SIGTERM');
  const { output } = await start(env);
  expect(output()).toContain('The key in HOLDFAST_BOOTSTRAP_KEY is revoked');
  expect(output()).toContain(`npx holdfast keys create --tenant ${tenants[0].tenant_id}`);
});

test('an exported HOLDFAST_KEY stops neither server nor commands', async () => {
  const { output } = await start({ HOLDFAST_KEY: newApiKey(), HOLDFAST_URL: 'http://localhost:8080' });
  expect(output()).toContain('Holdfast is up');
  const listed = await holdfast(['tenants', 'list'], {
    DATABASE_URL: database.url,
    HOLDFAST_KEY: newApiKey(),
    HOLDFAST_URL: 'http://localhost:8080',
  });
  expect(listed).toMatchObject({ code: 0, stderr: '' });
});
