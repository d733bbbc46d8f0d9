/** The package `@holdfast/client`, installed from its tarball, in projects of each kind. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildClient } from '../../../packages/client/build-client.ts';
import { hasBrowser, openBrowser } from '../../setup/processes/browser.ts';
import { type Shop, openShop } from '../../setup/shop.ts';
import { ROOT, installed } from './empty-project.ts';

const run = promisify(execFile);
const INSTALL_MS_MAX = 120_000;

/** A shop that keeps its keys, and whose network loses the first attempt. */
const PROGRAM = `
import {
  HoldfastError, HoldfastUnavailable, attemptsOf, createClient, createRetryBudget, dataOf, isReplay, tableKeys,
  verifyWebhook, type ProblemCode, type Schemas,
} from '@holdfast/client';
import { fileKeys } from '@holdfast/client/key-file';

const [, , baseUrl = '', apiKey = '', file = ''] = process.argv;
let isCut = false;
const cutOnce = (async (request: Request) => {
  if (isCut) return fetch(request);
  isCut = true;
  throw new TypeError('fetch failed');
}) as typeof fetch;
const keys = await fileKeys(file);
const holdfast = createClient({ baseUrl, apiKey, keys, budget: createRetryBudget(), fetch: cutOnce });
const order: Schemas['PlaceOrder'] = {
  customer_id: 'ada',
  lines: [{ sku: 'KELP-1', name: 'Kelp', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }],
};
const report = (code: ProblemCode): never => { throw new Error(code); };
const { data, error, response } = await holdfast.POST('/v2/orders', {
  params: { header: { 'Idempotency-Key': 'outside' } },
  body: order,
});
if (error) report(error.code);
else console.log(data.total.amount, isReplay(response), attemptsOf(response)?.attempts);
try {
  await dataOf(holdfast.GET('/v2/orders/{order_id}', { params: { path: { order_id: 'ord_1' } } }));
} catch (failure) {
  if (!(failure instanceof HoldfastError) || failure instanceof HoldfastUnavailable) throw failure;
  console.log(failure.code, failure.retry, failure.attempts);
}
for await (const event of holdfast.items('/v2/events', {})) console.log(event.type);
const resumed = await holdfast.resume('outside');
console.log(resumed.outcome, (await keys.all()).length, typeof tableKeys, typeof verifyWebhook);
`;
const OUTPUT = (isReplay: boolean) =>
  `900 ${isReplay} 2\norder_not_found never 1\nOrderPlaced\ntook_effect 0 function function\n`;

let shop: Shop;
let installation: Awaited<ReturnType<typeof installed>>;
let project: string;
beforeAll(async () => {
  shop = await openShop();
  installation = await installed(buildClient);
  project = installation.folder;
  await mkdir(join(project, 'node_modules/@types'));
  for (const name of ['@types/node', 'undici-types'])
    await symlink(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
}, INSTALL_MS_MAX);
afterAll(async () => {
  await shop.close();
  await installation?.remove();
});

const NODENEXT = { module: 'nodenext', moduleResolution: 'nodenext' };
const BUNDLER = { module: 'esnext', moduleResolution: 'bundler' };

/** Compiles the program in a package of a type. @throws the messages of the compiler */
async function compile(resolution: typeof NODENEXT, type: string, program = PROGRAM): Promise<void> {
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
  await writeFile(join(project, file), program);
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

test('the compiled program runs on the Node of the machine, and on this one', async () => {
  await compile(NODENEXT, 'module');
  const shown = (node: string) => installation.run(node, ['shop.js', shop.url, shop.apiKey, 'pending']);
  expect(await shown('node')).toBe(OUTPUT(false));
  expect(await shown(process.execPath)).toBe(OUTPUT(true));
});

test('plain JavaScript needs no compiler', async () => {
  await writeFile(
    join(project, 'plain.mjs'),
    "import { createClient } from '@holdfast/client';\n" +
      'const [, , baseUrl, apiKey] = process.argv;\n' +
      "const { data } = await createClient({ baseUrl, apiKey }).GET('/v2/events');\n" +
      'console.log(data.has_more);\n',
  );
  expect(await installation.run('node', ['plain.mjs', shop.url, shop.apiKey])).toBe('false\n');
});

test('the example of the README runs as JavaScript on an old Node, and as it stands on a new one', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const code = (/```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '').replace(
    './openapi/client/client.ts',
    '@holdfast/client',
  );
  await compile(NODENEXT, 'module', code);
  const env = { HOLDFAST_URL: shop.url, HOLDFAST_API_KEY: shop.apiKey };
  const paid = expect.stringMatching(/^ord_[0-9a-f]{32} is paid: true\n$/);
  expect(await installation.run('node', ['shop.js'], env)).toEqual(paid);
  expect(await installation.run(process.execPath, ['shop.ts'], env)).toEqual(paid);
});

(hasBrowser ? test : test.skip)('the client runs in a browser, as modules', async () => {
  const browser = (await openBrowser())!;
  try {
    const page = await browser.newPage();
    const modules = join(project, 'node_modules');
    const imports = {
      '@holdfast/client': '/modules/@holdfast/client/client.js',
      'openapi-fetch': '/modules/openapi-fetch/dist/index.mjs',
    };
    // From the origin of the API, which permits no other.
    await page.route(`${shop.url}/modules/**`, async (route) => {
      const path = new URL(route.request().url()).pathname.slice('/modules/'.length);
      const isPage = path === 'page.html';
      await route.fulfill({
        contentType: isPage ? 'text/html' : 'text/javascript',
        body: isPage
          ? `<script type="importmap">${JSON.stringify({ imports })}</script>`
          : await readFile(join(modules, path)),
      });
    });
    await page.goto(`${shop.url}/modules/page.html`);
    const program = `import('@holdfast/client').then(async ({ createClient, dataOf }) => {
      const holdfast = createClient({ baseUrl: ${JSON.stringify(shop.url)}, apiKey: ${JSON.stringify(shop.apiKey)} });
      const lines = [{ sku: 'A', name: 'a', quantity: 1, unit_price: { amount: 5, currency: 'EUR' } }];
      return (await dataOf(holdfast.POST('/v2/orders', { body: { customer_id: 'ada', lines } }))).total.amount;
    })`;
    expect(await page.evaluate(program)).toBe(5);
  } finally {
    await browser.close();
  }
});

test('its code takes less than 20 kB, with its dependency and compressed', async () => {
  const modules = join(project, 'node_modules');
  const files = (await readdir(join(modules, '@holdfast/client'), { recursive: true }))
    .filter((name) => name.endsWith('.js'))
    .map((name) => join('@holdfast/client', name));
  const texts = await Promise.all(
    [...files, 'openapi-fetch/dist/index.mjs'].map((file) => readFile(join(modules, file))),
  );
  expect(gzipSync(Buffer.concat(texts)).length).toBeLessThan(20_000);
});
