/** Lists as CSV: over HTTP, and as a file of `holdfast orders export`. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { amountCell, csvLine } from '../../../api/lists/csv.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { type Shop, openShop } from '../../setup/shop.ts';
import { withTestKey } from '../../setup/test-key.ts';

const ORDERS = 7;

let shop: Shop;
let folder: string;
let position = '';
let ids: string[];
beforeAll(async () => {
  shop = await openShop();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-csv-'));
  ids = [];
  for (let n = 0; n < ORDERS; n += 1) {
    const { json, headers, status } = await shop.ask('/v2/orders', {
      body: {
        lines: [
          { sku: 'KELP-1', name: 'Kelp', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } },
          { name: '=HYPERLINK("http://evil")', quantity: 1, unit_price: { amount: 5, currency: 'EUR' } },
        ],
        email: 'ada@example.com',
        phone: '+353 1 234',
        note: 'Ring the bell, "twice"\nThen wait',
        tags: ['=1+1', '-b2b'],
        rounding: { amount: -1, currency: 'EUR' },
        ordered_at: '2024-03-01T12:00:00Z',
      },
    });
    expect(status).toBe(201);
    ids.push(json.id);
    position = headers.get('holdfast-position')!;
  }
});
afterAll(async () => {
  await shop.close();
  await rm(folder, { recursive: true, force: true });
});

const ask = (path: string, accept: string) =>
  shop.ask(path, { headers: { Accept: accept, 'Holdfast-Read-After': position } });

/** A reader of RFC 4180, by its grammar. */
function rowsOf(csv: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  for (let match = field.exec(csv); match !== null && match[0] !== ''; match = field.exec(csv)) {
    rows.at(-1)!.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === '\r\n') rows.push([]);
  }
  expect(rows.pop()).toEqual([]); // the last line ends with a line break
  const [header, ...lines] = rows;
  return lines.map((cells) => {
    expect(cells).toHaveLength(header!.length);
    return Object.fromEntries(header!.map((name, n) => [name, cells[n]!]));
  });
}

describe('the list of orders', () => {
  test('is CSV for a client that prefers it, with amounts as decimals beside their currency', async () => {
    const { status, headers, text } = await ask('/v2/orders?order=asc', 'text/csv');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    const rows = rowsOf(text);
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(rows[0]).toMatchObject({
      currency: 'EUR',
      total: '9.04',
      rounding: '-0.01',
      amount_due: '9.04',
      payment_status: 'unpaid',
      on_hold: 'false',
      lines: '2 × KELP-1; 1 × =HYPERLINK("http://evil")',
      note: 'Ring the bell, "twice"\nThen wait',
      // Harmless in a spreadsheet.
      phone: "'+353 1 234",
      tags: "'=1+1; -b2b",
      shipping_country: '',
      customer_id: '',
      ordered_at: '2024-03-01T12:00:00.000Z',
    });
  });

  test('has pages by Link', async () => {
    const seen: string[] = [];
    let next: string | undefined = '/v2/orders?order=asc&limit=3';
    while (next !== undefined) {
      const { headers, text }: Awaited<ReturnType<typeof ask>> = await ask(next, 'text/csv');
      seen.push(...rowsOf(text).map(({ id }) => id!));
      next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(ids);
  });
});

test.each([
  ['/v2/orders', 'application/json', 'application/json'],
  ['/v2/orders', '*/*', 'application/json'],
  ['/v2/orders', 'text/*, application/json;q=0.5', 'text/csv'],
  ['/v2/orders', 'text/csv;q=0.1, application/json', 'application/json'],
  ['/v2/orders', 'text/html, */*;q=0.1', 'application/json'],
  ['/v2/orders', 'application/json;q=0, */*', 'text/csv'],
])('%s with Accept: %s answers %s', async (path, accept, type) => {
  const { status, headers } = await ask(path, accept);
  expect([status, headers.get('content-type')?.split(';')[0]]).toEqual([200, type]);
});

test.each([
  ['/v1/orders', 'text/csv'],
  ['/v2/events', 'text/csv'],
  ['/v2/orders', 'text/html'],
  ['/v2/orders', 'text/csv;q=0'],
])('%s with Accept: %s is 406', async (path, accept) => {
  const { status, json } = await ask(path, accept);
  expect([status, json.code]).toEqual([406, 'not_acceptable']);
});

test('daily sales are CSV too', async () => {
  const { text, headers } = await ask('/v2/daily-sales?since=2024-01-01&until=2024-12-31', 'text/csv');
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(rowsOf(text)).toMatchObject([
    {
      day: '2024-03-01',
      currency: 'EUR',
      orders_placed: '7',
      gross: '63.35',
      rounding: '-0.07',
      ordered: '63.28',
    },
  ]);
});

test.each([
  ['=1+1', `'=1+1\r\n`],
  ['+1', `'+1\r\n`],
  ['-1', `'-1\r\n`],
  ['@a', `'@a\r\n`],
  ['\tx', `'\tx\r\n`],
  ['\rx', `"'\rx"\r\n`],
  ['=a,"b"', `"'=a,""b"""\r\n`],
  ['a=1', 'a=1\r\n'],
  ['', '\r\n'],
  [null, '\r\n'],
  [-1, '-1\r\n'],
  [amountCell({ amount: -5, currency: 'EUR' }), '-0.05\r\n'],
  [amountCell({ amount: 1_234, currency: 'JPY' }), '1234\r\n'],
  [amountCell({ amount: 1_234, currency: 'KWD' }), '1.234\r\n'],
])('the cell %j is written as %j', (cell, line) => {
  expect(csvLine([cell])).toBe(line);
});

describe('holdfast orders export', () => {
  const run = (...words: string[]) =>
    holdfast(['orders', 'export', ...words], { DATABASE_URL: shop.database.url });

  test('writes all orders as CSV, readable by its owner only', async () => {
    const file = join(folder, 'orders.csv');
    const { code, json } = await run('--file', file, '--json');
    expect([code, json]).toMatchObject([0, { file, format: 'csv', orders: ORDERS }]);
    expect(await readFile(file, 'utf8')).toBe((await ask('/v2/orders?order=asc', 'text/csv')).text);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('writes NDJSON with the documents of the API', async () => {
    const file = join(folder, 'orders.ndjson');
    expect((await run('--file', file)).stdout).toContain(`Wrote ${ORDERS} orders`);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const { json } = await ask('/v2/orders?order=asc', 'application/json');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(json.data);
    const printed = await run('--file', '-', '--format', 'ndjson');
    expect(printed.stdout).toBe(`${lines.join('\n')}\n`);
  });

  test('exports the only live tenant, beside a test tenant', async () => {
    const tests = await withTestKey(shop);
    const file = join(folder, 'live.csv');
    expect((await run('--file', file, '--json')).json).toMatchObject({ orders: ORDERS });
    const ofTests = await run('--file', file, '--tenant', tests.tenantId, '--json');
    expect(ofTests.json).toMatchObject({ orders: 0 });
  });

  test('refuses an unknown format, an impossible file, and to guess the tenant', async () => {
    expect(await run('--file', '-', '--format', 'xml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--format must be csv or ndjson'),
    });
    expect(await run('--file', join(folder, 'no', 'such', 'folder.csv'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot be written (ENOENT)'),
    });
    const { tenantId } = await shop.addTenant();
    expect((await run('--file', '-')).stderr).toContain('several tenants');
    expect((await run('--file', '-', '--tenant', tenantId)).stdout.split('\r\n')).toHaveLength(2);
  });
});
