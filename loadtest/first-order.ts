/**
 * npm run bench:start: seconds and MB from nothing to the answer of the first order, by the Node
 * and npm of the machine:
 *
 * - a clone of the last commit: `npm ci`, then `npm start`;
 * - the package in an empty directory: `npx ./holdfast-*.tgz start`, with an empty cache of npm.
 *
 * Then each start again, with its data. Needs the npm registry.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildServer } from '../packages/holdfast/build-server.ts';
import { order } from './kit/order-request.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const POLL_MS = 10;
const run = promisify(execFile);
const parent = await mkdtemp(join(tmpdir(), 'holdfast-start-'));
await chmod(parent, 0o755); // when we are root, an unprivileged user runs Postgres

/** The environment of a user: the machine's Node, no settings, an empty cache of npm. */
const env: NodeJS.ProcessEnv = {
  HOME: parent,
  PATH: process.env['PATH']!.split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter),
  PORT: '0',
  GRPC_PORT: '0',
  ADMIN_PORT: '0',
};

const say = (name: string, seconds: number, rest = '') =>
  process.stdout.write(`${name.padEnd(52)} ${seconds.toFixed(1).padStart(6)} s${rest}\n`);

const megabytes = async (folder: string): Promise<string> =>
  `, ${(await run('du', ['-sm', folder])).stdout.split('\t')[0]} MB`;

/** @returns the seconds of a command that ends */
async function secondsOf(cwd: string, file: string, ...args: string[]): Promise<number> {
  const started = performance.now();
  await run(file, args, { cwd, env });
  return (performance.now() - started) / 1_000;
}

/** Starts a server, places an order, and stops it. @returns the seconds to the order's answer */
async function secondsToOrder(cwd: string, file: string, ...args: string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const printed = (pattern: RegExp) => pattern.exec(output)?.[1];
  while (printed(/(List orders)/) === undefined) {
    if (child.exitCode !== null) throw new Error(`${file} ${args.join(' ')} ended:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const { status } = await fetch(`${printed(/API +(http:\/\/localhost:\d+)/)}/v1/orders`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${printed(/Key +(hf_test_\w+)/)}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': String(started),
    },
    body: JSON.stringify(order),
  });
  const seconds = (performance.now() - started) / 1_000;
  child.kill('SIGTERM');
  await ended;
  if (status !== 201) throw new Error(`the order got ${status}`);
  return seconds;
}

async function measureClone(): Promise<void> {
  const clone = join(parent, 'clone');
  await run('git', ['clone', '--quiet', ROOT, clone]);
  const seconds = await secondsOf(clone, 'npm', 'ci');
  say('clone: npm ci', seconds, await megabytes(join(clone, 'node_modules')));
  say('clone: npm start, to the first order', await secondsToOrder(clone, 'npm', 'start'));
  say('clone: npm start again', await secondsToOrder(clone, 'npm', 'start'));
  await rm(clone, { recursive: true });
}

async function measurePackage(): Promise<void> {
  const project = join(parent, 'project');
  await mkdir(project);
  await buildServer(join(parent, 'built'));
  const pack = ['pack', join(parent, 'built'), '--json', '--pack-destination', project];
  const packed = JSON.parse((await run('npm', pack)).stdout) as Record<string, { filename: string }>;
  const tarball = `./${Object.values(packed)[0]!.filename}`;
  await rm(join(parent, '.npm'), { recursive: true, force: true });
  const npx = (...words: string[]) => ['npx', '--yes', tarball, ...words] as const;
  const seconds = await secondsToOrder(project, ...npx('start'));
  say('package: npx start, to the first order', seconds, await megabytes(join(parent, '.npm/_npx')));
  say('package: npx start again', await secondsToOrder(project, ...npx('start')));
  say('of which npx and the version of the package', await secondsOf(project, ...npx('--version')));
  await secondsOf(project, 'npm', 'install', tarball, '--prefer-offline');
  const direct = ['--max-semi-space-size=64', 'node_modules/holdfast/cli.js', 'start'];
  say('package: node cli.js start', await secondsToOrder(project, 'node', ...direct));
  process.stdout.write(`the data after an order${await megabytes(join(project, '.holdfast'))}\n`);
}

try {
  await measureClone();
  await measurePackage();
} finally {
  await rm(parent, { recursive: true, force: true });
}
