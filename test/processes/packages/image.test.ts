/**
 * The image without a container engine: the root that its Dockerfile collects and the package, read
 * only, as a user without rights, in namespaces of their own.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildServer } from '../../../packages/holdfast/build-server.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { until } from '../../setup/shop.ts';
import { ORDER, ROOT, machinesNode } from './empty-project.ts';

const run = promisify(execFile);
const BUILD_MS_MAX = 120_000;
const STARTED_MS_MAX = 60_000;
const KEY = `hf_test_${'0'.repeat(32)}`;
const hasNamespaces = await run('bwrap', [
  '--ro-bind',
  '/',
  '/',
  '--unshare-user',
  '--unshare-pid',
  'true',
]).then(
  () => true,
  () => false,
);
if (!hasNamespaces) process.stdout.write('the image was not run: bwrap cannot make namespaces here\n');
const check = hasNamespaces ? test : test.skip;

let root: string;
let database: TestDatabase;
let server: ChildProcess | undefined;
let output = '';

/** The arguments of bwrap that take the place of an engine. */
const contained = (env: Record<string, string>, ...command: string[]): string[] => [
  ...`--ro-bind ${root} / --tmpfs /tmp --proc /proc --dev /dev --chdir /app`.split(' '),
  ...'--ro-bind /etc/hosts /etc/hosts --ro-bind /etc/resolv.conf /etc/resolv.conf'.split(' '),
  ...'--unshare-user --unshare-pid --unshare-ipc --unshare-uts --uid 65532 --gid 65532'.split(' '),
  ...'--clearenv --die-with-parent --as-pid-1'.split(' '),
  ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
  ...command,
];

/** What the Dockerfile states. */
async function statedByImage() {
  const text = (await readFile(join(ROOT, 'deploy/image/Dockerfile'), 'utf8')).replaceAll('\\\n', '');
  const json = (name: string) =>
    JSON.parse(new RegExp(`^${name} (\\[.*\\])$`, 'm').exec(text)![1]!) as string[];
  const env = /^ENV (.*)$/m
    .exec(text)![1]!
    .trim()
    .split(/\s+/)
    .map((each) => each.split('=') as [string, string]);
  const health = JSON.parse(/CMD (\["node".*\])$/m.exec(text)![1]!) as string[];
  return { env: Object.fromEntries(env), entry: json('ENTRYPOINT'), command: json('CMD'), health };
}

beforeAll(async () => {
  if (!hasNamespaces) return;
  root = await mkdtemp(join(tmpdir(), 'holdfast-image-'));
  const path = `${dirname(machinesNode())}:/usr/bin:/bin`;
  await run('sh', [join(ROOT, 'deploy/image/collect-root.sh'), root], { env: { PATH: path } });
  await run('chmod', ['755', root]);
  await buildServer(join(root, 'app'));
  database = await cloneDatabase();
}, BUILD_MS_MAX);
afterAll(async () => {
  if (server !== undefined && server.exitCode === null) {
    server.kill('SIGKILL');
    await once(server, 'exit');
  }
  await database?.drop();
  if (root !== undefined) await rm(root, { recursive: true, force: true });
});

check('migrates, starts, is healthy, places an order, and stops', async () => {
  const image = await statedByImage();
  const env = {
    ...image.env,
    DATABASE_URL: database.url,
    HOLDFAST_BOOTSTRAP_KEY: KEY,
    PORT: '0',
    ADMIN_PORT: '0',
    GRPC_PORT: '0',
  };
  const migrated = await run('bwrap', contained(env, ...image.entry, 'migrate'));
  expect(migrated.stdout).toBe('The schema is up to date.\n');

  server = spawn('bwrap', contained(env, ...image.entry, ...image.command), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [server.stdout!, server.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  await until(() => {
    if (server!.exitCode !== null) throw new Error(`it ended with ${server!.exitCode}:\n${output}`);
    return output.includes('List orders');
  }, STARTED_MS_MAX);
  const printed = (name: string) => new RegExp(`${name} +http://localhost:(\\d+)`).exec(output)![1]!;

  const health = image.health.map((word) => word.replace('9090', printed('Admin')));
  await run('bwrap', contained(image.env, ...health)); // rejects when it exits with another code than 0
  const placed = await fetch(`http://localhost:${printed('API')}/v2/orders`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${KEY}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': 'first',
    },
    body: JSON.stringify(ORDER),
  });
  expect(placed.status).toBe(201);
  // A probe of Kubernetes calls the address of the pod.
  expect((await fetch(`http://127.0.0.1:${printed('Admin')}/health/live`)).status).toBe(200);

  const [child] = (await readFile(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8'))
    .trim()
    .split(' ');
  process.kill(Number(child), 'SIGTERM');
  await once(server, 'exit');
  expect(output).toContain('"msg":"stopping"');
});

check('has no shell, and nothing that can be written', async () => {
  const { env } = await statedByImage();
  await expect(run('bwrap', contained(env, 'sh', '-c', 'true'))).rejects.toThrow(/No such file/);
  const write =
    "try { require('node:fs').writeFileSync('/app/x', ''); } catch (error) { console.log(error.code); }";
  expect((await run('bwrap', contained(env, 'node', '-e', write))).stdout).toBe('EROFS\n');
});
