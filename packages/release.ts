/**
 * npm run release -- VERSION [--apply]: shows what a release would contain, or with --apply writes
 * its version and its changelog. The workflow `release` publishes the tag.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildClient } from './client/build-client.ts';
import { ReleaseError, releaseOf } from './changelog.ts';
import { ROOT, fail, readManifest } from './compile.ts';
import { buildServer } from './holdfast/build-server.ts';

const BYTES_PER_KIB = 1_024;

interface Packed {
  filename: string;
  size: number;
  unpackedSize: number;
  entryCount: number;
}

/** What `npm pack` would write, as a line. */
async function contentsOf(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-release-'));
  try {
    await build(folder);
    const text = execFileSync('npm', ['pack', folder, '--dry-run', '--json', '--ignore-scripts'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 26,
    });
    const [packed] = Object.values(JSON.parse(text) as Record<string, Packed>);
    const { filename, size, unpackedSize, entryCount } = packed!;
    const sizes = `${Math.ceil(size / BYTES_PER_KIB)} KiB packed, ${Math.ceil(unpackedSize / BYTES_PER_KIB)} KiB unpacked`;
    return `${name}: ${filename}, ${sizes}, ${entryCount} files`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(join(ROOT, file), change(await readFile(join(ROOT, file), 'utf8')));
}

const setVersion = (version: string) => (text: string) =>
  text.replace(/^(\{\n  "name": "holdfast",\n  "version": )"[^"]+"/, `$1"${version}"`);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { apply: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [wanted] = positionals;
  if (wanted === undefined || positionals.length > 1)
    fail('Usage: npm run release -- VERSION [--apply], for example: npm run release -- minor', 2);
  const { version, notes, changelog } = releaseOf(await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8'), {
    wanted,
    current: readManifest().version,
    day: new Date().toISOString().slice(0, 'YYYY-MM-DD'.length),
  });
  process.stdout.write(`Release ${version}\n\n${notes}\n\n`);
  for (const [name, build] of [
    ['holdfast', buildServer],
    ['@holdfast/client', buildClient],
  ] as const)
    process.stdout.write(`${await contentsOf(name, build)}\n`);
  if (!values.apply) {
    process.stdout.write(
      `\nNothing was changed. --apply writes ${version} to package.json and CHANGELOG.md.\n`,
    );
    return;
  }
  if (execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' }) !== '')
    throw new ReleaseError('The work tree has changes. Commit them, and try again.');
  await rewrite('package.json', setVersion(version));
  await rewrite('package-lock.json', (text) =>
    setVersion(version)(text).replace(
      /("packages": \{\n    "": \{\n      "name": "holdfast",\n      "version": )"[^"]+"/,
      `$1"${version}"`,
    ),
  );
  await rewrite('CHANGELOG.md', () => changelog);
  process.stdout.write(
    `\nWrote ${version}. Publish it with:\n\n` +
      `  git commit -am 'Release ${version}' && git tag v${version} && git push origin HEAD v${version}\n`,
  );
}

await main().catch((error: unknown) => {
  if (!(error instanceof ReleaseError)) throw error;
  fail(error.message, 1);
});
