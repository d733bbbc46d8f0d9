/** A Postgres with TLS, and a standby. */
import { execFile } from 'node:child_process';
import { chmod, chown, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import { startPostgres } from '../../../ops/embedded/postgres/postgres.ts';
import { serviceUser } from '../../../ops/embedded/postgres/unprivileged.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { TEST_REDIS } from '../../setup/database.ts';
import { ended, launch, startServer } from '../../setup/processes/server-process.ts';

const run = promisify(execFile);
const log = pino({ level: 'silent' });
const given = (url: string, more: Record<string, string> = {}) => ({
  DATABASE_URL: url,
  REDIS_URL: TEST_REDIS,
  HOLDFAST_LOG_LEVEL: 'warn',
  ...more,
});
let folder: string;
let certificate: string;
let postgres: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-tls-'));
  await chmod(folder, 0o755);
  postgres = await startPostgres(folder, log);
  // The self-signed certificate is for `localhost`.
  certificate = join(folder, 'server.crt');
  const key = join(folder, 'postgres', 'server.key');
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const files = ['-keyout', key, '-out', certificate];
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, ...files]);
  const uid = serviceUser();
  if (uid !== undefined) await chown(key, uid, uid);
  await chmod(key, 0o600);
  const hba = join(folder, 'postgres', 'pg_hba.conf');
  await writeFile(hba, `hostssl all all all scram-sha-256\n`);
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  for (const statement of [
    `ALTER SYSTEM SET ssl_cert_file = '${certificate}'`,
    `ALTER SYSTEM SET ssl_key_file = '${key}'`,
    'ALTER SYSTEM SET ssl = on',
    'SELECT pg_reload_conf()',
  ])
    await client.query(statement);
  await client.end();
}, 60_000);
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

const at = (search: string, hostname = 'localhost') =>
  Object.assign(new URL(postgres.url), { hostname, search }).href;

describe('a Postgres with TLS', () => {
  test.each([
    ['', 'localhost', ['does not let the role "holdfast" into', 'sslmode=require']],
    [
      '?sslmode=require',
      'localhost',
      ['is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)', 'NODE_EXTRA_CA_CERTS'],
    ],
    ['?sslmode=verify-full', 'localhost', ['is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)', 'no-verify']],
  ])(
    'is not used with "%s", and the message has the remedy',
    async (search, host, words) => {
      const url = at(search, host);
      const results = [
        await ended(launch({ env: given(url) })),
        await holdfast(['tenants', 'list'], { DATABASE_URL: url }).then(({ code, stderr }) => ({
          code,
          output: stderr,
        })),
      ];
      for (const { code, output } of results) {
        expect(code).toBe(1);
        for (const word of words) expect(output).toContain(word);
        expect(output).not.toMatch(/^\s+at |warning/im);
        expect(output).not.toContain(new URL(url).password);
      }
    },
    60_000,
  );

  test('with a certificate for another name is refused', async () => {
    const env = given(at('?sslmode=require', '127.0.0.1'), { NODE_EXTRA_CA_CERTS: certificate });
    const { code, output } = await ended(launch({ env }));
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)'),
    ]);
  }, 60_000);

  test.each([
    ['?sslmode=no-verify', {}],
    ['?sslmode=require', { trusted: true }],
    ['?sslmode=verify-full', { trusted: true }],
    ['?sslmode=require&sslrootcert=CERTIFICATE', {}],
  ])(
    'is used with "%s" %j',
    async (search, { trusted = false }: { trusted?: boolean }) => {
      const url = at(search.replace('CERTIFICATE', certificate));
      const env = given(url, trusted ? { NODE_EXTRA_CA_CERTS: certificate } : {});
      const server = await startServer({ env });
      expect((await fetch(`${server.adminUrl}/health/ready`)).status).toBe(200);
      expect(await holdfast(['tenants', 'list'], env)).toMatchObject({ code: 0, stderr: '' });
      expect(await server.end('SIGTERM')).toBe(0);
      expect(server.output()).not.toMatch(/warning/i);
    },
    60_000,
  );
});

test('a standby is refused by the server, and commands may read it', async () => {
  const primary = await mkdtemp(join(tmpdir(), 'holdfast-primary-'));
  const copy = await mkdtemp(join(tmpdir(), 'holdfast-standby-'));
  for (const path of [primary, copy]) await chmod(path, 0o755);
  let running = await startPostgres(primary, log);
  const server = await startServer({ env: given(running.url) });
  await server.end('SIGTERM');
  await running.stop();

  await run('cp', ['-a', `${primary}/.`, copy]);
  const signal = join(copy, 'postgres', 'standby.signal');
  await cp(join(copy, 'postgres', 'PG_VERSION'), signal);
  const uid = serviceUser();
  if (uid !== undefined) await chown(signal, uid, uid);
  running = await startPostgres(copy, log);
  try {
    const started = await ended(launch({ env: given(running.url) }));
    const { host, password } = new URL(running.url);
    expect([started.code, started.output.trim()]).toEqual([
      1,
      `Postgres at ${host} is a standby, which takes no writes.\nSet DATABASE_URL to the primary.`,
    ]);
    const env = { DATABASE_URL: running.url };
    expect(await holdfast(['tenants', 'list'], env)).toMatchObject({ code: 0 });
    const made = await holdfast(['tenants', 'create', 'acme'], env);
    expect([made.code, made.stderr]).toEqual([1, expect.stringContaining('the server is a standby')]);
    expect(made.stderr).not.toContain(password);
    expect(await readFile(signal, 'utf8')).not.toBe('');
  } finally {
    await running.stop();
    await Promise.all([primary, copy].map((path) => rm(path, { recursive: true, force: true })));
  }
}, 90_000);
