/** A wrong REDIS_URL: the start says fault and remedy. A Redis that is away stops no start. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { redisForTests } from '../../setup/processes/redis.ts';
import { ended, launch, startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';

const PASSWORD = 'hush-hush';
const apiKey = newApiKey();
let folder: string;
let certificate: string;
let database: TestDatabase;
/** Ports: with a password; with TLS and a password; nothing listens. */
let [locked, encrypted, absent] = [0, 0, 0];
const children: ChildProcess[] = [];

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
      .on('connect', () => resolve(true) ?? socket.destroy())
      .on('error', () => resolve(false));
  });

async function startRedis(port: number, ...options: string[]): Promise<void> {
  const words = ['--bind', '127.0.0.1', '--save', '', '--requirepass', PASSWORD, ...options];
  children.push(spawn(await redisForTests(), words, { cwd: folder, stdio: 'ignore' }));
  await until(() => accepts(port));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
  await chmod(folder, 0o755);
  certificate = join(folder, 'server.crt');
  const key = join(folder, 'server.key');
  const subject = '/CN=localhost -addext subjectAltName=DNS:localhost';
  const words = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj ${subject} -keyout ${key} -out ${certificate}`;
  await promisify(execFile)('openssl', words.split(' '));
  [locked, encrypted, absent] = [await freePort(), await freePort(), await freePort()];
  await startRedis(locked, '--port', String(locked));
  const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
  const tls = ['--tls-port', String(encrypted), '--tls-auth-clients', 'no', ...files];
  await startRedis(encrypted, '--port', '0', ...tls);
  database = await cloneDatabase();
}, 60_000);
afterAll(async () => {
  await Promise.all(
    children.map((child) => {
      child.kill('SIGKILL');
      return child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    }),
  );
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const envOf = (redisUrl: string) => ({
  DATABASE_URL: database.url,
  REDIS_URL: redisUrl,
  HOLDFAST_LOG_LEVEL: 'warn',
  HOLDFAST_BOOTSTRAP_KEY: apiKey,
});

test.each<[string, () => string, string[]]>([
  [
    'no password',
    () => `redis://127.0.0.1:${locked}`,
    ['asks for a password', 'redis://:PASSWORD@HOST:PORT'],
  ],
  [
    'a wrong password',
    () => `redis://:wrong-${PASSWORD}@127.0.0.1:${locked}`,
    ['refused the user or the password of REDIS_URL', '%40'],
  ],
  [
    'TLS, which that server does not speak',
    () => `rediss://:${PASSWORD}@127.0.0.1:${locked}`,
    ['does not speak TLS, and REDIS_URL asks for it with rediss', 'tls-port'],
  ],
  [
    'no TLS, which that server requires',
    () => `redis://:${PASSWORD}@127.0.0.1:${encrypted}`,
    ['speaks only TLS', 'Write rediss:// instead of redis://'],
  ],
  [
    'a self-signed certificate',
    () => `rediss://:${PASSWORD}@localhost:${encrypted}`,
    ['The certificate of Redis at localhost', 'NODE_EXTRA_CA_CERTS=FILE'],
  ],
])(
  '%s',
  async (_what, redisUrl, words) => {
    const [started, checked] = await Promise.all([
      ended(launch({ env: envOf(redisUrl()) })),
      holdfast(['migrate', '--check'], envOf(redisUrl())),
    ]);
    expect([started.code, checked.code]).toEqual([1, 1]);
    for (const text of [started.output, checked.stdout]) {
      for (const word of words) expect(text).toContain(word);
      expect(text).not.toMatch(/^\s+at /m);
      expect(text).not.toContain(PASSWORD);
    }
  },
  60_000,
);

test('a wrong database and a wrong Redis are said at once', async () => {
  const elsewhere = Object.assign(new URL(database.url), { pathname: '/elsewhere' }).href;
  const env = { ...envOf(`redis://127.0.0.1:${locked}`), DATABASE_URL: elsewhere };
  const [started, checked] = await Promise.all([
    ended(launch({ env })),
    holdfast(['migrate', '--check'], env),
  ]);
  expect([started.code, checked.code]).toEqual([1, 1]);
  for (const text of [started.output, checked.stdout]) {
    expect(text).toContain('There is no database "elsewhere"');
    expect(text).toContain('asks for a password');
    expect(text).not.toMatch(/^\s+at /m);
  }
}, 60_000);

test.each<[string, () => string, boolean]>([
  ['TLS, a password and a trusted certificate', () => `rediss://:${PASSWORD}@localhost:${encrypted}`, true],
  ['a Redis that is away', () => `redis://127.0.0.1:${absent}`, false],
])(
  '%s: a node starts and places orders',
  async (_what, redisUrl, isReached) => {
    const env = { ...envOf(redisUrl()), NODE_EXTRA_CA_CERTS: certificate };
    const server = await startServer({ env });
    const { status } = await send(`${server.url}/v1/orders`, { body: anOrder(), apiKey });
    const ready = await (await fetch(`${server.adminUrl}/health/ready`)).text();
    expect(await server.end('SIGTERM')).toBe(0);
    expect(status).toBe(201);
    expect(/"redis":\s*"ok"/.test(ready)).toBe(isReached);
    expect(server.output().includes('redis not reached, starting without it')).toBe(!isReached);
  },
  60_000,
);
