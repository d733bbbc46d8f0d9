/** Builds the package `@holdfast/client`: JavaScript with declarations, for any compiler. */
import { cp, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, compile, publishedMembers, readManifest } from '../compile.ts';

const IMPORT_OF_SOURCE = /((?:from |import\()['"]\.\.?\/[\w/-]+)\.ts/g;

export async function buildClient(folder: string): Promise<void> {
  compile('packages/client/tsconfig.json', folder);
  // The compiler keeps `.ts` in the imports of declarations, which not every project can resolve.
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue;
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), text.replaceAll(IMPORT_OF_SOURCE, '$1.js'));
  }
  await cp(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  await cp(join(ROOT, 'packages/client/README.md'), join(folder, 'README.md'));
  const manifest = readManifest();
  const published = {
    name: '@holdfast/client',
    description: 'Client of the Holdfast orders API: one key for each write, and retries by the contract.',
    keywords: ['orders', 'idempotency', 'retry', 'client'],
    ...publishedMembers(manifest),
    exports: {
      '.': { types: './client.d.ts', default: './client.js' },
      './key-file': { types: './keys/key-file.d.ts', default: './keys/key-file.js' },
    },
    types: './client.d.ts',
    sideEffects: false,
    engines: { node: '>=20.3.0' },
    dependencies: { 'openapi-fetch': manifest.dependencies['openapi-fetch'] },
  };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
}
