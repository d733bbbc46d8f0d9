/** Kills npm, npx, or the process itself, with SIGKILL too: no process remains. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { isRunning, treeOf } from '../../setup/processes/process-tree.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { until } from '../../setup/shop.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Time for embedded services to end after the SIGKILL of their process. */
const ORPHANS_MS = 10_000;
/** The same with a margin for a busy machine. */
const BUSY_MS = 5_000;

const cleanups: (() => unknown)[] = [];
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-kill-'));
  await chmod(dataDir, 0o755);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  await rm(dataDir, { recursive: true, force: true });
});

interface Started {
  child: ChildProcess;
  output: () => string;
  tree: () => number[];
}

/** Starts a program in the checkout, as a shell does with `&`. */
function run(command: string, args: string[], env: Record<string, string> = {}): Started {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: '/tmp',
      TMPDIR: dataDir,
      PORT: '0',
      ADMIN_PORT: '0',
      GRPC_PORT: '0',
      HOLDFAST_DATA_DIR: join(dataDir, 'data'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  let last: number[] = [];
  const tree = () => (last = [...new Set([...last, ...treeOf(child.pid!)])]);
  cleanups.push(() => {
    for (const pid of tree().filter(isRunning)) process.kill(pid, 'SIGKILL');
  });
  return { child, output: () => text, tree };
}

const isGone = (pids: number[]) => () => !pids.some(isRunning);

const refuses = (port: string | undefined): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('error', () => resolve(true)).once('connect', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

describe('npm start &', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const)(
    'kill -%s of npm leaves no process and no open port',
    async (signal) => {
      const { child, output, tree } = run('npm', ['start']);
      await until(() => /Admin .*\n/.test(output()), 60_000);
      const pids = tree();
      expect(pids.length).toBeGreaterThan(4); // npm, the server, its guard, Postgres with its own, Redis
      const ports = [...output().matchAll(/(?:API|gRPC|Admin) .*localhost:(\d+)/g)].map(([, port]) => port);
      expect(ports).toHaveLength(3);
      child.kill(signal);
      await until(isGone(pids), 20_000);
      expect(await Promise.all(ports.map(refuses))).toEqual([true, true, true]);
    },
    120_000,
  );
});

describe('other scripts that serve', () => {
  test.each([
    ['dev', [], 'Holdfast is up'],
    ['redis:cluster', [], 'Ctrl-C stops them'],
    ['load', ['--', 'steady', '--rate', '50', '--seconds', '60', '--out', '/tmp'], 'overview: http'],
    ['bench:place', [], 'bytes an order'],
  ])(
    'npm run %s ends completely with npm',
    async (script, args, says) => {
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        const { child, output, tree } = run('npm', ['run', script, ...args]);
        await until(() => output().includes(says), 60_000);
        const pids = tree();
        child.kill(signal);
        await until(isGone(pids), 20_000);
      }
    },
    240_000,
  );

  test('each script replaces its shell by exec, because a shell does not forward signals', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const serving = Object.entries<string>(scripts).filter(([, script]) =>
      /\b(?:main|jest|loadtest\/|ops\/)/.test(script),
    );
    expect(serving.length).toBeGreaterThan(10);
    expect(serving.filter(([, script]) => !/^exec (?:env (?:\w+=[\w/.]+ )+)?node /.test(script))).toEqual([]);
  });
});

describe('npx holdfast &', () => {
  test.each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('kill -%s of npx ends the command', async (signal) => {
    const { child, output, tree } = run('npx', ['holdfast', 'webhook-sink', '--port', '0']);
    await until(() => output().includes('Receiving at'), 60_000);
    const pids = tree();
    const port = /127\.0\.0\.1:(\d+)/.exec(output())?.[1];
    child.kill(signal);
    await until(isGone(pids));
    expect(await refuses(port)).toBe(true);
  });
});

describe('a command that waits for a silent server', () => {
  test.each([
    [['projections', 'rebuild', 'orders']],
    [['projections', 'verify', 'orders']],
    [['log', 'export']],
    [['log', 'import', 'FILE']],
    [['import', 'FILE']],
    [['tenants', 'list']],
  ])('%j ends by each signal', async (args) => {
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    cleanups.push(() => silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const file = join(dataDir, 'file.ndjson');
    await writeFile(file, '{"idempotency_key":"a","order":{}}\n');
    const words = args.map((word) => (word === 'FILE' ? file : word));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      const connected = once(silent, 'connection');
      const { child, tree } = run(process.execPath, ['holdfast.js', ...words], {
        DATABASE_URL: `postgres://holdfast@127.0.0.1:${port}/x`,
        GRPC_PORT: String(port),
        HOLDFAST_KEY: `hf_test_${'x'.repeat(32)}`,
      });
      await connected;
      const pids = tree();
      child.kill(signal);
      await until(isGone(pids));
    }
  });
});

describe('kill -9 of the server itself', () => {
  test.each(['1', '2'])('the services end within ten seconds; workers: %s', async (workers) => {
    const { child, output, tree } = run(process.execPath, ['main.ts'], { HOLDFAST_WORKERS: workers });
    await until(() => output().includes('Holdfast is up'), 60_000);
    const pids = tree();
    child.kill('SIGKILL');
    await until(isGone(pids), ORPHANS_MS + BUSY_MS);
    // A clean shutdown, so that the next start needs no recovery.
    expect(await readFile(join(dataDir, 'data', 'postgres.log'), 'utf8')).toContain(
      'database system is shut down',
    );
  });

  test('services stopped by SIGSTOP end too', async () => {
    const { child, output, tree } = run(process.execPath, ['main.ts']);
    await until(() => output().includes('Holdfast is up'), 60_000);
    const pids = tree();
    const services = pids.filter((pid) => pid !== child.pid && !commandOf(pid).includes('guard-process'));
    for (const pid of services) process.kill(pid, 'SIGSTOP');
    child.kill('SIGKILL');
    await until(isGone(pids), ORPHANS_MS + BUSY_MS);
  });

  test('a start during their end waits, and continues with the same data', async () => {
    const env = { HOLDFAST_DATA_DIR: dataDir };
    const first = await startServer({ env });
    const key = /Key +(hf_test_\w+)/.exec(first.output())?.[1];
    const pids = treeOf(first.child.pid!);
    await first.end('SIGKILL');
    // One service has ended, so the others are ending.
    await until(() => pids.filter(isRunning).length < pids.length - 1, ORPHANS_MS);
    const second = await startServer({ env });
    expect(/Key +(hf_test_\w+)/.exec(second.output())?.[1]).toBe(key);
    expect(await second.end('SIGTERM')).toBe(0);
  }, 60_000);
});

describe('a first start, while initdb runs', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const)(
    '%s leaves no process, and the next start works',
    async (signal) => {
      const { child, tree } = run(process.execPath, ['main.ts']);
      const home = join(dataDir, 'data');
      await until(
        async () => (await namesIn(home)).some((name) => name.startsWith('postgres.init-')),
        30_000,
      );
      const pids = tree();
      child.kill(signal);
      await until(isGone(pids), ORPHANS_MS + BUSY_MS);
      expect(existsSync(join(home, 'postgres'))).toBe(false);
      const server: ServerProcess = await startServer({ env: { HOLDFAST_DATA_DIR: home } });
      expect(await server.end('SIGTERM')).toBe(0);
    },
    90_000,
  );

  test('a password and a key in incomplete files are written again', async () => {
    await writeFile(join(dataDir, 'postgres-password'), '');
    await writeFile(join(dataDir, 'development-key'), '');
    const server = await startServer({ env: { HOLDFAST_DATA_DIR: dataDir } });
    expect(server.output()).toMatch(/Key +hf_test_\w+/);
    expect(await server.end('SIGTERM')).toBe(0);
  }, 60_000);
});

test('a foreign process that reuses the id of a service is not killed', async () => {
  // Its command line even contains those of the services.
  const data = join(dataDir, 'postgres');
  const port = await freePort();
  const stranger = spawn('sleep', ['1000'], { argv0: `postgres ${data} 127.0.0.1:${port}`, stdio: 'ignore' });
  cleanups.push(() => stranger.kill('SIGKILL'));
  const server = await startServer({ env: { HOLDFAST_DATA_DIR: dataDir } });
  expect(await server.end('SIGTERM')).toBe(0);
  await writeFile(join(data, 'postmaster.pid'), `${stranger.pid}\n${data}\n0\n${port}\n\n127.0.0.1\n\n`);
  await writeFile(
    join(dataDir, 'redis.json'),
    JSON.stringify({ pid: stranger.pid, born: '1', url: `redis://:x@127.0.0.1:${port}` }),
  );
  const next = await startServer({ env: { HOLDFAST_DATA_DIR: dataDir } });
  expect(await next.end('SIGTERM')).toBe(0);
  expect(isRunning(stranger.pid!)).toBe(true);
}, 60_000);

const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8');
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
