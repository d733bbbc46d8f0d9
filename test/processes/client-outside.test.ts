/**
 * The client in a separate project: `npm run client`, a strict compiler, and the oldest supported
 * Node.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../setup/shop.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** The program of docs/client.md, with the import for such a project. */
const PROGRAM = `
import { HoldfastUnavailable, attemptsOf, createClient, isReplay, type ProblemCode } from './holdfast/client.js';
import { createRetryBudget } from './holdfast/retry-budget.js';

const [, , baseUrl = '', apiKey = ''] = process.argv;
let isCut = false;
const cutOnce = (async (request: Request) => {
  if (isCut) return fetch(request);
  isCut = true;
  throw new TypeError('fetch failed');
}) as typeof fetch;
const holdfast = createClient({ baseUrl, apiKey, budget: createRetryBudget(), fetch: cutOnce });
const order = {
  customer_id: 'ada',
  lines: [{ sku: 'KELP-1', name: 'Kelp', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }],
};
const report = (code: ProblemCode): never => { throw new Error(code); };
try {
  const { data, error, response } = await holdfast.POST('/v2/orders', {
    params: { header: { 'Idempotency-Key': 'outside' } },
    body: order,
  });
  if (error) report(error.code);
  else console.log(data.total.amount, isReplay(response), attemptsOf(response)?.attempts);
} catch (failure) {
  if (failure instanceof HoldfastUnavailable) console.error(failure.key);
  else throw failure;
}
`;

let shop: Shop;
let project: string;
beforeAll(async () => {
  shop = await openShop();
  project = await mkdtemp(join(tmpdir(), 'holdfast-outside-'));
  await run(process.execPath, ['openapi/client/build.ts', join(project, 'holdfast')], { cwd: ROOT });
  await mkdir(join(project, 'node_modules/@types'), { recursive: true });
  for (const name of ['openapi-fetch', 'openapi-typescript-helpers', '@types/node', 'undici-types']) {
    await symlink(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  }
  await writeFile(join(project, 'shop.ts'), PROGRAM);
});
afterAll(async () => {
  await shop.close();
  await rm(project, { recursive: true });
});

const NODENEXT = { module: 'nodenext', moduleResolution: 'nodenext' };
const BUNDLER = { module: 'esnext', moduleResolution: 'bundler' };

/** Compiles the program in a package of a type. @throws the messages of the compiler */
async function compile(resolution: typeof NODENEXT, type: string): Promise<void> {
  // Top-level await requires a module: a CommonJS package needs the extension .mts.
  const file = type === 'module' || resolution === BUNDLER ? 'shop.ts' : 'shop.mts';
  const compilerOptions = {
    ...resolution,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
    outDir: '.',
  };
  await writeFile(join(project, file), PROGRAM);
  await writeFile(join(project, 'package.json'), JSON.stringify({ type }));
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', project], { cwd: project }).catch(
    ({ stdout }: { stdout: string }) => expect(stdout).toBe(''),
  );
}

describe('compiles, strictly and with the declarations checked, in a project', () => {
  test.each([
    ['nodenext', 'module', NODENEXT],
    ['nodenext', 'commonjs', NODENEXT],
    ['bundler', 'module', BUNDLER],
    ['bundler', 'commonjs', BUNDLER],
  ] as const)('under %s, of the type %s', async (_name, type, resolution) => {
    await compile(resolution, type);
  });
});

test('the compiled client runs on Node 20', async () => {
  await compile(NODENEXT, 'module');
  // Node 20 has no Promise.withResolvers, so a later Node runs without it too.
  const without = '--import=data:text/javascript,delete Promise.withResolvers;delete Promise.try';
  const shown = async () =>
    (await run(process.execPath, [without, 'shop.js', shop.url, shop.apiKey], { cwd: project })).stdout;
  expect(await shown()).toBe('900 false 2\n');
  expect(await shown()).toBe('900 true 2\n');
});

test('a second build replaces the first, and a foreign package is not changed', async () => {
  const build = (folder: string) => run(process.execPath, ['openapi/client/build.ts', folder], { cwd: ROOT });
  const before = await readdir(join(project, 'holdfast'));
  await build(join(project, 'holdfast'));
  expect(await readdir(join(project, 'holdfast'))).toEqual(before);
  const manifest = await readFile(join(project, 'package.json'), 'utf8');
  await expect(build(project)).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('contains another package'),
  });
  expect(await readFile(join(project, 'package.json'), 'utf8')).toBe(manifest);
});
