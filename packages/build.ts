/**
 * npm run build -- [FOLDER]: builds the packages that are published, `holdfast` and
 * `@holdfast/client`, as folders that `npm pack` packs; default `build`.
 *
 * Node does not strip types under `node_modules`, so a package has JavaScript.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ROOT, fail } from './compile.ts';
import { buildClient } from './client/build-client.ts';
import { buildServer } from './holdfast/build-server.ts';

const given = process.argv[2];
if (given?.startsWith('-') === true || process.argv.length > 3) fail('Usage: npm run build -- [FOLDER]', 2);
// npm runs scripts in the folder of package.json; INIT_CWD is the caller's working directory.
// oxlint-disable-next-line node/no-process-env -- npm sets it
const output = given === undefined ? join(ROOT, 'build') : resolve(process.env['INIT_CWD'] ?? '.', given);

await mkdir(output, { recursive: true });
for (const [name, build] of [
  ['holdfast', buildServer],
  ['client', buildClient],
] as const) {
  const folder = join(output, name);
  await rm(folder, { recursive: true, force: true });
  await build(folder);
  process.stdout.write(`Built ${folder}\n`);
}
