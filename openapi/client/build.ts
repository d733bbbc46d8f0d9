/**
 * npm run client -- FOLDER: writes the client as JavaScript with declarations, for a project of its
 * own.
 *
 * The source imports `./x.ts`, which Node runs as it is, and which a compiler elsewhere refuses
 * (TS5097).
 */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Says that these files are ES modules, whatever the package around them says. */
const MANIFEST = `${JSON.stringify({ name: 'holdfast-client', private: true, type: 'module' }, null, 2)}\n`;

function fail(message: string, exitCode: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(exitCode);
}

const given = process.argv[2];
if (given === undefined) fail('npm run client -- FOLDER: name a folder, such as ../shop/holdfast.', 2);
// npm runs scripts in the folder of package.json; INIT_CWD is where the person stands.
// oxlint-disable-next-line node/no-process-env -- not a setting of ours
const folder = resolve(process.env['INIT_CWD'] ?? '.', given);

await mkdir(folder, { recursive: true });
const manifest = join(folder, 'package.json');
const present = await readFile(manifest, 'utf8').catch(() => undefined);
if (present !== undefined && present !== MANIFEST) {
  fail(`${folder} is a package of its own. Name a folder in it, such as ${join(given, 'holdfast')}.`, 2);
}
const { status, stdout } = spawnSync(
  process.execPath,
  [at('../../node_modules/typescript/bin/tsc'), '-p', at('tsconfig.json'), '--outDir', folder],
  { encoding: 'utf8' },
);
if (status !== 0) fail(`The client could not be compiled:\n${stdout}`, 1);
await writeFile(manifest, MANIFEST);
// The compiler leaves the names in declarations as they are; not every setting of a reader finds
// those.
for (const name of (await readdir(folder)).filter((each) => each.endsWith('.d.ts'))) {
  const text = await readFile(join(folder, name), 'utf8');
  await writeFile(join(folder, name), text.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"));
}
process.stdout.write(
  `The client is in ${folder}: import { createClient } from '…/client.js'. It needs openapi-fetch.\n`,
);
