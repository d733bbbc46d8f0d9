import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile, cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-layers-'));
  await cp(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Lints one file as if it stood in the project, and answers what is said. */
async function lint(path: string, source: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, source);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '--deny-warnings', path],
      { cwd: folder },
      (_error, stdout) => resolve(stdout),
    );
  });
}

test.each([
  ['domain/x.ts', '../store/log.ts', 'domain/ imports nothing of ours'],
  ['domain/x.ts', 'node:fs', 'domain/ does no I/O'],
  ['domain/order/x.ts', '../../api/app.ts', 'domain/ imports nothing of ours'],
  ['store/x.ts', '../projections/orders.ts', 'store/ imports domain/ only'],
  ['projections/x.ts', '../api/app.ts', 'projections/ imports domain/ and store/ only'],
  ['workers/x.ts', '../projections/orders.ts', 'workers/ imports domain/ and store/ only'],
  ['api/x.ts', '../ops/welcome.ts', 'api/ imports the layers below it'],
  ['ops/x.ts', '../store/log.ts', 'openapi/ and ops/ import no layer'],
])('%s may not import %s', async (path, specifier, message) => {
  expect(await lint(path, `import { x } from '${specifier}';\nexport const y = x;\n`)).toContain(message);
});

test.each([
  ['store/x.ts', '../domain/money.ts'],
  ['projections/x.ts', '../store/log.ts'],
  ['api/x.ts', '../projections/orders.ts'],
])('%s may import %s', async (path, specifier) => {
  expect(await lint(path, `import { x } from '${specifier}';\nexport const y = x;\n`)).not.toContain(
    'no-restricted-imports',
  );
});

test('only config.ts reads the environment', async () => {
  expect(await lint('api/x.ts', 'export const port = process.env.PORT;\n')).toContain('no-process-env');
});
