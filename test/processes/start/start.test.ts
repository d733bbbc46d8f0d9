import { mkdtemp, chmod, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { type ServerProcess, ended, launch, startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';

const isRoot = process.getuid?.() === 0;
const running: ServerProcess[] = [];
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-start-'));
  await chmod(dataDir, 0o755);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.end('SIGTERM')));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

async function start(env: Record<string, string>): Promise<ServerProcess> {
  const server = await startServer({ env: { HOLDFAST_DATA_DIR: dataDir, ...env } });
  running.push(server);
  return server;
}

/** The process ids of the Postgres and the Redis of a data directory. */
async function servicesOf(folder: string): Promise<number[]> {
  const postmaster = await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8');
  const redis = JSON.parse(await readFile(join(folder, 'redis.json'), 'utf8')) as { pid: number };
  return [Number(postmaster.split('\n', 1)[0]), redis.pid];
}

const isGone = (pid: number) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

describe('npm start on a new machine', () => {
  test('prints a valid key and curl command, and keeps the orders after each kind of stop and kill', async () => {
    let server = await start({});
    const apiKey = /Key +(hf_test_\w+)/.exec(server.output())?.[1] ?? '';
    const first = await send(`${server.url}/v1/orders`, { body: anOrder(), key: 'kept', apiKey });
    expect(first.status).toBe(201);
    expect((await fetch(`${server.adminUrl}/health/ready`)).status).toBe(200);
    expect(await (await fetch(`${server.adminUrl}/metrics`)).text()).toContain(
      'holdfast_append_batch_size_count',
    );

    // A stop by a signal also stops the services.
    const services = await servicesOf(dataDir);
    expect(await server.end('SIGTERM')).toBe(0);
    expect(services.map(isGone)).toEqual([true, true]);

    // All processes killed, the database too.
    server = await start({});
    expect(/Key +(hf_test_\w+)/.exec(server.output())?.[1]).toBe(apiKey);
    const second = await send(`${server.url}/v1/orders`, { body: anOrder(), key: 'acknowledged', apiKey });
    expect(second.status).toBe(201);
    const doomed = await servicesOf(dataDir);
    await server.end('SIGKILL');
    for (const pid of doomed) process.kill(pid, 'SIGKILL');
    await until(() => doomed.every(isGone));

    // Only the server killed: a fast start takes its services over, a slow one starts them again.
    server = await start({});
    const orphans = await servicesOf(dataDir);
    await server.end('SIGKILL');
    server = await start({});
    const now = await servicesOf(dataDir);
    expect(now.join() === orphans.join() || orphans.every(isGone)).toBe(true);

    for (const [key, before] of [
      ['kept', first],
      ['acknowledged', second],
    ] as const) {
      const again = await send(`${server.url}/v1/orders`, { body: anOrder(), key, apiKey });
      expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([before.text, 'true']);
    }

    const another = await ended(launch({ env: { HOLDFAST_DATA_DIR: dataDir } }));
    expect(another.code).toBe(1);
    expect(another.output).toContain(
      `Another Holdfast (process ${server.child.pid}) is running on the data directory`,
    );
  }, 90_000);
});

describe('npm start reports the fault, its location and the remedy when', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());
  const given = () => ({ DATABASE_URL: database.url, REDIS_URL: TEST_REDIS });

  /** No stack trace, no secret. */
  function expectWords({ code, output }: { code: number | null; output: string }, ...words: string[]) {
    expect(code).toBe(1);
    for (const word of words) expect(output).toContain(word);
    expect(output).not.toMatch(/^\s+at /m);
    expect(output).not.toContain(new URL(database.url).password);
  }

  test.each(['PORT', 'ADMIN_PORT', 'GRPC_PORT'])('%s is in use', async (variable) => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await until(() => blocker.listening);
    const { port } = blocker.address() as { port: number };
    const result = await ended(launch({ env: { ...given(), [variable]: String(port) } }));
    blocker.close();
    expectWords(
      result,
      `${variable}: port ${port} is taken by another program`,
      `${variable}=${port + 1} npm start`,
    );
  });

  test('only the default port of gRPC is in use: it starts without gRPC', async () => {
    const blocker = createServer();
    // Taken by this test, or already by another program.
    await new Promise<void>((resolve) => {
      blocker.once('error', () => resolve()).listen(50_051, '127.0.0.1', resolve);
    });
    const env = { ...given(), GRPC_PORT: '', HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: '100000/60' };
    const server = await startServer({ env });
    expect((await fetch(`${server.url}/openapi/v2.json`)).status).toBe(200);
    await server.end('SIGTERM');
    expect(server.output()).toContain('"port":50051,"msg":"grpc not served: port taken');
    expect(server.output()).not.toMatch(/gRPC +localhost/);
    blocker.close();
  });

  test('a variable is invalid, or unknown', async () => {
    const result = await ended(
      launch({ env: { ...given(), HOLDFAST_WRITE_LIMIT: '5', HOLDFAST_WORKERS: 'many' } }),
    );
    expectWords(result, 'HOLDFAST_WRITE_LIMIT is not a setting of Holdfast', 'HOLDFAST_WORKERS must be');
  });

  test('nothing listens at DATABASE_URL', async () => {
    const result = await ended(
      launch({ env: { ...given(), DATABASE_URL: 'postgres://u:hush@127.0.0.1:1/x' } }),
    );
    expectWords(result, 'Postgres at 127.0.0.1:1 did not answer', 'ECONNREFUSED');
    expect(result.output).not.toContain('hush');
  });

  test.each([
    ['redis-server', 'echo "Redis server v=5.0.14 sha=0"', 'is version 5.0, but Holdfast needs 6.2 or later'],
    [
      'valkey-server',
      'echo "Valkey server v=6.1.0 sha=0"',
      'is version 6.1, but Holdfast needs 6.2 or later',
    ],
    ['redis-server', 'echo broken >&2; exit 127', 'does not run'],
  ])('the installed %s is too old or broken: %s', async (name, script, words) => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const result = await ended(
      launch({
        env: { DATABASE_URL: database.url, HOLDFAST_DATA_DIR: folder, PATH: `${folder}:/usr/bin:/bin` },
      }),
    );
    await rm(folder, { recursive: true, force: true });
    expectWords(result, join(folder, name), words, 'set REDIS_URL');
  });

  test('the data directory is not writable', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-locked-'));
    await chmod(folder, 0o555);
    const result = await ended(
      launch({ env: { HOLDFAST_DATA_DIR: join(folder, 'data') }, ...(isRoot && { uid: 65_534 }) }),
    );
    await rm(folder, { recursive: true, force: true });
    expectWords(
      result,
      `The data directory ${join(folder, 'data')} cannot be written to (EACCES)`,
      'HOLDFAST_DATA_DIR',
    );
  });

  test('the data directory belongs to another Postgres version', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-older-'));
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'postgres'));
    await writeFile(join(folder, 'postgres', 'PG_VERSION'), '12\n');
    const result = await ended(launch({ env: { HOLDFAST_DATA_DIR: folder, REDIS_URL: TEST_REDIS } }));
    await rm(folder, { recursive: true, force: true });
    expectWords(result, 'was created by Postgres 12', 'HOLDFAST_DATA_DIR');
  });

  test('a first start was killed: the next start works', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-half-'));
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'postgres.init-1'));
    await writeFile(join(folder, 'postgres.init-1', 'PG_VERSION'), '18\n');
    const server = await startServer({ env: { HOLDFAST_DATA_DIR: folder, REDIS_URL: TEST_REDIS } });
    expect(await server.end('SIGTERM')).toBe(0);
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  (isRoot ? test : test.skip)(
    'root starts it in a folder that other users cannot enter: it works',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'holdfast-closed-')); // 0700
      const server = await startServer({
        env: { HOLDFAST_DATA_DIR: join(folder, 'data'), REDIS_URL: TEST_REDIS },
      });
      expect((await fetch(`${server.adminUrl}/health/ready`)).status).toBe(200);
      expect(await server.end('SIGTERM')).toBe(0);
      const side = /"home":"([^"]+)"/.exec(server.output())?.[1] ?? '';
      await Promise.all([folder, side].map((path) => rm(path, { recursive: true, force: true })));
      expect(side).toMatch(/^\/var\/tmp\/holdfast-/);
    },
    60_000,
  );

  test('DATABASE_URL and REDIS_URL are set: it starts no services and creates no directory', async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'holdfast-none-')), 'data');
    const apiKey = newApiKey();
    const server = await startServer({
      env: { ...given(), HOLDFAST_DATA_DIR: folder, HOLDFAST_BOOTSTRAP_KEY: apiKey },
    });
    running.push(server);
    expect((await send(`${server.url}/v1/orders`, { apiKey })).status).toBe(200);
    expect(server.output()).not.toContain(apiKey);
    await expect(readFile(folder)).rejects.toThrow('ENOENT');
  });
});
