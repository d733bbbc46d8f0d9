/** `npx holdfast orders list|get|place|resume|history`, against a server. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadSpec } from '../../../api/contract/spec.ts';
import { FILTERS } from '../../../remote/cli/orders/list-orders.ts';
import { holdfast, started, untilPrinted } from '../../setup/processes/command.ts';
import { addApiKey } from '../../../store/keys/api-keys.ts';
import { SCOPES } from '../../../store/keys/scopes.ts';
import { type Shop, newApiKey, openShop } from '../../setup/shop.ts';

let shop: Shop;
let home: string;
let env: Record<string, string>;
let file: string;
beforeAll(async () => {
  shop = await openShop();
  home = await mkdtemp(join(tmpdir(), 'holdfast-orders-'));
  env = { XDG_CONFIG_HOME: home, HOLDFAST_URL: shop.url, HOLDFAST_API_KEY: shop.apiKey };
  file = join(home, 'order.json');
  await writeFile(file, JSON.stringify(ORDER));
});
afterAll(async () => {
  await shop.close();
  await rm(home, { recursive: true, force: true });
});

const ORDER = {
  customer_id: 'ada',
  series: 'W-',
  lines: [{ sku: 'KELP-1', name: 'Kelp', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }],
};
const run = (...words: string[]) => holdfast(words, env);
const pending = async () =>
  (await readdir(join(home, 'holdfast/pending'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

test('an order is placed once, shown by id and by number, and listed', async () => {
  const placed = await run('orders', 'place', file, '--key', 'cart-"17"');
  expect([placed.code, placed.stderr]).toEqual([
    0,
    `Sends the order to ${shop.url} with the idempotency key cart-"17"\n`,
  ]);
  const [, id = '', number = ''] =
    /^Placed: order (ord_\w+) \((.+)\), total 9\.00 EUR\.\n$/.exec(placed.stdout) ?? [];
  const again = await run('orders', 'place', file, '--key', 'cart-"17"', '--json');
  expect(again.json).toMatchObject({ idempotency_key: 'cart-"17"', replayed: true, order: { id, number } });
  expect(await pending()).toEqual([]);

  for (const name of [id, number]) {
    const shown = await run('orders', 'get', name);
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toMatch(/Payment +unpaid, 9\.00 EUR due of 9\.00 EUR\n/);
    expect(shown.stdout).toMatch(/KELP-1  Kelp  2 +4\.50 EUR  9\.00 EUR\n$/);
  }
  expect((await run('orders', 'get', id, '--json')).json).toMatchObject({ id, number });
  const history = await run('orders', 'history', number, '--json');
  expect(history.json).toMatchObject([{ type: 'OrderPlaced', version: 1, order_id: id }]);

  for (let n = 0; n < 3; n += 1) await shop.ask('/v2/orders', { body: { ...ORDER, customer_id: 'bob' } });
  const first = await run('orders', 'list', '--limit', '2');
  expect(first.stdout.split('\n')).toHaveLength(5);
  expect(first.stdout).toContain('There are more: use --limit N, or --all.');
  const { stdout } = await started(['orders', 'list', '--all', '--customer-id', 'bob', '--json'], env).ended;
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).customer_id)).toEqual(['bob', 'bob', 'bob']);
  expect((await run('orders', 'list', '--on-hold')).stdout).toBe('No orders.\n');
});

test('the filters are the query parameters of the contract', () => {
  const operation = loadSpec('v2').operations.find(({ id }) => id === 'listOrders');
  const parameters = operation!.parameters
    .filter((each) => each.in === 'query')
    .map(({ name }) => name.replaceAll('_', '-'));
  expect(Object.keys(FILTERS).toSorted()).toEqual(
    parameters.filter((name) => !['limit', 'cursor'].includes(name)).toSorted(),
  );
});

test('an error has the text of the problem, its places, and what to do', async () => {
  await writeFile(join(home, 'bad.json'), JSON.stringify({ ...ORDER, colour: 'red' }));
  await writeFile(join(home, 'list.json'), '[]');
  await writeFile(join(home, 'broken.json'), '{');
  const { apiKey } = await shop.addTenant(['webhooks:read']);
  const none = `hf_live_${'x'.repeat(32)}`;
  for (const [words, more, code, ...messages] of [
    [['place', join(home, 'bad.json')], {}, 1, 'Invalid body (422 invalid_body)', '/colour'],
    [['place', join(home, 'list.json')], {}, 1, 'npx holdfast import FILE'],
    [['place', join(home, 'broken.json')], {}, 1, 'is not JSON'],
    [['place', file, '--key', 'a b'], {}, 2, '--key must have 1 to 255'],
    [['get', `ord_${'0'.repeat(32)}`], {}, 1, '404 order_not_found'],
    [['get', 'W-0'], {}, 1, 'No order with number "W-0"'],
    [['list', '--payment-status', 'pade'], {}, 1, 'payment_status'],
    [['list', '--all', '--limit', '2'], {}, 2, 'exclude each other'],
    [['list', '--limit', '0'], {}, 2, '--limit must be a whole number from 1 to 10000'],
    [['list'], { HOLDFAST_API_KEY: none }, 1, '401 unauthenticated', 'API key used: HOLDFAST_API_KEY'],
    [['list'], { HOLDFAST_API_KEY: apiKey }, 1, '403 scope_missing', 'orders:read'],
    [['lst'], {}, 2, 'Did you mean list?'],
    [['list', '--custmer-id', 'a'], {}, 2, 'Did you mean --customer-id?'],
  ] as [string[], Record<string, string>, number, ...string[]][]) {
    const ended = await holdfast(['orders', ...words], { ...env, ...more });
    expect([words, ended.code, ended.stdout]).toEqual([words, code, '']);
    for (const message of messages) expect(ended.stderr).toContain(message);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(ended.stderr).not.toContain(none);
  }
  expect(await pending()).toEqual([]);
});

test('an order whose outcome is not known is kept, and resumed once', async () => {
  // A proxy that sends the order to the server, and loses every answer to it.
  const proxy = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(
          ([name]) => !/^(?:host|connection|content-length)$/.test(name),
        ),
      ) as Record<string, string>;
      const isWrite = request.method === 'POST';
      if (isLosing && !isWrite) return response.destroy();
      const answer = await fetch(shop.url + request.url, {
        method: request.method ?? 'GET',
        headers,
        ...(isWrite && { body: Buffer.concat(chunks) }),
      });
      if (isLosing) return response.destroy();
      response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') ?? '' });
      return response.end(await answer.text());
    });
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  let isLosing = true;
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const by = (...words: string[]) => holdfast(words, { ...env, HOLDFAST_URL: url });
  try {
    const command = started(['orders', 'place', file, '--key', 'lost'], { ...env, HOLDFAST_URL: url });
    await untilPrinted(command, `No answer from ${url}. Next attempt in`);
    command.child.kill('SIGINT');
    const { code, stderr } = await command.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('Stopped.\nIt is not known whether the order was placed.');
    expect(stderr).toContain('npx holdfast orders resume lost');
    expect(await pending()).toHaveLength(1);

    isLosing = false;
    // The key has been rotated meanwhile.
    const rotated = newApiKey();
    await addApiKey(shop.pool, { tenantId: shop.tenantId, key: rotated, name: 'rotated', scopes: SCOPES });
    const byRotated = (...words: string[]) =>
      holdfast(words, { ...env, HOLDFAST_URL: url, HOLDFAST_API_KEY: rotated });
    expect((await byRotated('orders', 'resume')).stdout).toMatch(
      /^No order of this API key waits .* Of other keys of this server: 1\. .* resume --all-keys\n.* another tenant/,
    );
    expect(await pending()).toHaveLength(1);
    const resumed = await byRotated('orders', 'resume', '--all-keys', '--json');
    expect(resumed.json).toEqual([
      { idempotency_key: 'lost', outcome: 'placed', order_id: expect.stringMatching(/^ord_/) },
    ]);
    expect(await pending()).toEqual([]);
    expect((await by('orders', 'resume')).stdout).toBe('No order waits for its outcome.\n');
    expect((await by('orders', 'resume', 'other')).stdout).toContain('not placed, and not kept here');
  } finally {
    proxy.close();
    proxy.closeAllConnections();
  }
});
