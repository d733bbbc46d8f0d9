/**
 * Packages that `npm ci` does not install: each tool is a folder with a manifest and a lock file of
 * its own. Its packages are installed there, beside the manifest, when they are first needed.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const INSTALL_MS_MAX = 300_000;
/** On the file system of the tools, and out of sight of the compiler and the test runner. */
const CACHE = fileURLToPath(new URL('../node_modules/.cache/tools', import.meta.url));

type Lock = { packages: Record<string, { version: string; optional?: boolean }> };

/**
 * Installs the packages of a folder, unless it has what its lock file names. Runs no scripts of
 * packages. Processes may call it at the same time.
 *
 * @param say receives a line in front of an installation, which takes seconds
 * @throws if npm fails, as without a network, with the last lines of its output
 */
export async function install(folder: string, say: (text: string) => void = sayOnStderr): Promise<void> {
  if (await isInstalled(folder)) return;
  say(`Installing the packages of ${folder}`);
  // npm works in a folder of its own, and a rename publishes the result: no caller sees a part.
  await mkdir(CACHE, { recursive: true });
  const own = await mkdtemp(join(CACHE, 'installing-'));
  try {
    for (const name of ['package.json', 'package-lock.json']) await cp(join(folder, name), join(own, name));
    await npmCi(own, folder);
    await publish(join(own, 'node_modules'), folder);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

async function publish(packages: string, folder: string): Promise<void> {
  const place = join(folder, 'node_modules');
  try {
    await rename(packages, place);
  } catch {
    if (await isInstalled(folder)) return; // another process was first
    await rm(place, { recursive: true, force: true });
    await rename(packages, place);
  }
}

const sayOnStderr = (text: string) => void process.stderr.write(`${text}\n`);

async function isInstalled(folder: string): Promise<boolean> {
  const wanted = await packagesOf(join(folder, 'package-lock.json'));
  const found = await packagesOf(join(folder, 'node_modules/.package-lock.json')).catch(
    (): Lock['packages'] => ({}),
  );
  return Object.entries(wanted).every(
    ([path, { version, optional = false }]) =>
      path === '' || found[path]?.version === version || (optional && Object.keys(found).length > 0),
  );
}

const packagesOf = async (path: string): Promise<Lock['packages']> =>
  (JSON.parse(await readFile(path, 'utf8')) as Lock).packages;

async function npmCi(own: string, folder: string): Promise<void> {
  try {
    // The caller may be `npm run -s`, which silences the npm below it.
    const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await promisify(execFile)('npm', words, {
      cwd: own,
      timeout: INSTALL_MS_MAX,
      shell: process.platform === 'win32',
    });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(`npm ci failed for ${folder}. It needs the npm registry.\n${stderr.trim()}`, {
      cause: error,
    });
  }
}
