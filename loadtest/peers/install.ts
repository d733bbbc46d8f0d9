/** Installs DBOS and Restate beside their servers: 240 MB that `npm ci` does not load. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FOLDER = fileURLToPath(new URL('installed', import.meta.url));
const INSTALL_MS_MAX = 300_000;

type Lock = { packages: Record<string, { version: string; optional?: boolean }> };
const lockAt = async (path: string): Promise<Lock['packages']> =>
  (JSON.parse(await readFile(`${FOLDER}/${path}`, 'utf8')) as Lock).packages;

/** Runs `npm ci` unless the folder has what the lock file names. Runs no scripts of packages. */
export async function install(say: (text: string) => void): Promise<void> {
  const wanted = await lockAt('package-lock.json');
  const found = await lockAt('node_modules/.package-lock.json').catch((): Lock['packages'] => ({}));
  const isThere = Object.entries(wanted).every(
    ([path, { version, optional = false }]) =>
      path === '' || found[path]?.version === version || (optional && Object.keys(found).length > 0),
  );
  if (isThere) return;
  say('Installing DBOS and Restate into loadtest/peers/installed.');
  await promisify(execFile)('npm', ['ci', '--prefix', FOLDER, '--ignore-scripts'], {
    timeout: INSTALL_MS_MAX,
    shell: process.platform === 'win32',
  });
}
