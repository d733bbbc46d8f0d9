/** Projects of a user: an empty folder, in which npm installs the tarball of a package. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Without the Node of this repository: the machine's own Node and npm. */
const PATH = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

/** The body of a first order, version 2. */
export const ORDER = {
  customer_id: 'ada',
  lines: [{ sku: 'KELP-1', name: 'Kelp', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }],
};

export interface Project {
  folder: string;
  /** Runs a program with the machine's own Node. Rejects with its output when it fails. */
  run: (file: string, args: string[], env?: Record<string, string>) => Promise<string>;
  remove: () => Promise<void>;
}

/** The Node that the machine has: CI has the oldest one of the README. */
export const machinesNode = (): string =>
  execFileSync('node', ['-p', 'process.execPath'], { env: { PATH }, encoding: 'utf8' }).trim();

/**
 * Packs a package and installs the tarball.
 *
 * @param build writes the package to a folder
 * @param args further arguments of npm install
 */
export async function installed(
  build: (folder: string) => Promise<void>,
  ...args: string[]
): Promise<Project & { tarball: string }> {
  const parent = await mkdtemp(join(tmpdir(), 'holdfast-package-'));
  const folder = join(parent, 'project');
  await mkdir(folder);
  const run = runIn(folder);
  await build(join(parent, 'built'));
  const packed = await run('npm', ['pack', join(parent, 'built'), '--json', '--pack-destination', parent]);
  const [{ filename = '' } = {}] = Object.values(JSON.parse(packed) as Record<string, { filename?: string }>);
  const tarball = join(parent, filename.replace('@', '').replace('/', '-'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await run('npm', ['install', tarball, '--prefer-offline', '--ignore-scripts', '--no-audit', ...args]);
  return { folder, run, tarball, remove: () => rm(parent, { recursive: true, force: true }) };
}

function runIn(cwd: string): Project['run'] {
  return (file, args, env = {}) => {
    const path = [dirname(machinesNode()), PATH].join(delimiter);
    const options = { cwd, env: { PATH: path, HOME: process.env['HOME'], ...env }, maxBuffer: 2 ** 26 };
    return promisify(execFile)(file, args, options).then(
      ({ stdout }) => stdout,
      (failure: { stdout: string; stderr: string; message: string }) => {
        throw new Error(`${failure.message}\n${failure.stdout}\n${failure.stderr}`);
      },
    );
  };
}
