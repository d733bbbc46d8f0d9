/**
 * npm run client -- FOLDER: compiles the client to JavaScript with declarations, for use in another
 * project.
 *
 * The source imports `./x.ts`. Node runs that directly, but another compiler refuses it (TS5097).
 */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const absolute = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Marks the files as ES modules, whatever the `type` of the surrounding package. */
const MANIFEST = `${JSON.stringify({ name: 'holdfast-client', private: true, type: 'module' }, null, 2)}\n`;

function fail(message: string, exitCode: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(exitCode);
}

const given = process.argv[2];
if (given === undefined)
  fail('Usage: npm run client -- FOLDER, for example: npm run client -- ../shop/holdfast', 2);
// npm runs scripts in the folder of package.json; INIT_CWD is the caller's working directory.
// oxlint-disable-next-line node/no-process-env -- npm sets it
const folder = resolve(process.env['INIT_CWD'] ?? '.', given);

await mkdir(folder, { recursive: true });
const manifest = join(folder, 'package.json');
const present = await readFile(manifest, 'utf8').catch(() => undefined);
if (present !== undefined && present !== MANIFEST) {
  fail(`${folder} contains another package. Use a folder inside it, such as ${join(given, 'holdfast')}.`, 2);
}
const { status, stdout } = spawnSync(
  process.execPath,
  [absolute('../../node_modules/typescript/bin/tsc'), '-p', absolute('tsconfig.json'), '--outDir', folder],
  { encoding: 'utf8' },
);
if (status !== 0) fail(`The client does not compile:\n${stdout}`, 1);
await writeFile(manifest, MANIFEST);
// The compiler keeps `.ts` in the imports of declarations, which not every project can resolve.
for (const name of (await readdir(folder)).filter((each) => each.endsWith('.d.ts'))) {
  const text = await readFile(join(folder, name), 'utf8');
  await writeFile(join(folder, name), text.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"));
}
process.stdout.write(
  `Wrote the client to ${folder}. Import { createClient } from '…/client.js'; install openapi-fetch.\n`,
);
