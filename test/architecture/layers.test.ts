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

/** Lints one file as a part of the project. @returns the linter's output */
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
  ['domain/x.ts', '../platform/config.ts', 'domain/ imports nothing of ours'],
  ['platform/x.ts', '../domain/money.ts', 'platform/ imports nothing of ours'],
  ['platform/x.ts', '../ops/welcome.ts', 'platform/ imports nothing of ours'],
  ['command-line/x.ts', '../store/pool.ts', 'command-line/ imports platform/ only'],
  ['command-line/x.ts', '../process/explain.ts', 'command-line/ imports platform/ only'],
  ['remote/cli/x.ts', '../../store/pool.ts', 'remote/ imports command-line/, domain/, platform/ and'],
  ['store/x.ts', '../projections/orders.ts', 'store/ imports domain/ and platform/ only'],
  ['store/cli/x.ts', '../../projections/orders.ts', 'store/ imports domain/ and platform/ only'],
  ['store/x.ts', '../process/node.ts', 'store/ imports domain/ and platform/ only'],
  ['projections/x.ts', '../api/app.ts', 'projections/ imports domain/, platform/ and store/ only'],
  ['workers/x.ts', '../projections/orders.ts', 'workers/ imports domain/, platform/ and store/ only'],
  ['api/x.ts', '../ops/welcome.ts', 'api/ imports the layers below it'],
  ['api/nouns/x.ts', '../../process/node.ts', 'api/ imports the layers below it'],
  ['api/grpc/methods/x.ts', '../client/send-orders.ts', 'The gRPC server does not import its client'],
  ['process/x.ts', '../test/setup/shop.ts', 'process/ composes the layers'],
  ['ops/x.ts', '../store/log.ts', 'openapi/ and ops/ import platform/ only'],
  ['ops/x.ts', '../process/explain.ts', 'openapi/ and ops/ import platform/ only'],
  ['examples/x.ts', '../domain/currency.ts', 'examples/ are copied'],
  ...['store', 'projections', 'workers', 'api'].map(
    (layer) =>
      [`${layer}/x.ts`, '../command-line/command.ts', 'Only cli/ folders import command-line/'] as const,
  ),
])('%s may not import %s', async (path, specifier, message) => {
  expect(await lint(path, `import { x } from '${specifier}';\nexport const y = x;\n`)).toContain(message);
});

test.each([
  ['store/x.ts', '../domain/money.ts'],
  ['projections/x.ts', '../store/log.ts'],
  ['api/x.ts', '../projections/orders.ts'],
  ['command-line/x.ts', '../platform/shutdown.ts'],
  ['store/cli/x.ts', '../../command-line/command.ts'],
  ['projections/cli/x.ts', '../../command-line/command.ts'],
  ['workers/cli/x.ts', '../../command-line/command.ts'],
  ['api/cli/x.ts', '../../command-line/command.ts'],
  ['remote/cli/x.ts', '../../openapi/client/client.ts'],
  ['api/cli/x.ts', '../grpc/client/send-orders.ts'],
  ['process/x.ts', '../api/app.ts'],
  ['examples/x.ts', '../openapi/client/v2.ts'],
])('%s may import %s', async (path, specifier) => {
  expect(await lint(path, `import { x } from '${specifier}';\nexport const y = x;\n`)).not.toContain(
    'no-restricted-imports',
  );
});

test('only config.ts reads the environment', async () => {
  expect(await lint('api/x.ts', 'export const port = process.env.PORT;\n')).toContain('no-process-env');
});
