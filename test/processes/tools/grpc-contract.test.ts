/**
 * The .proto file: breaking changes are found, the generated files are current, and buf reads the
 * contract from a server. The first run installs buf.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { pathOf } from '../../../tools/programs.ts';
import { openShop } from '../../setup/shop.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUF = await pathOf('buf');
const run = promisify(execFile);
const ended: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

describe('the contract', () => {
  test.each([
    ['a removed field', /^ {2}string currency = 2;$/m, ''],
    ['a field of another type', 'int64 unit_price = 4;', 'int32 unit_price = 4;'],
    ['a renamed field', 'string sku = 1;', 'string code = 1;'],
    ['a removed call', /^ {2}rpc GetOrder.*$/m, ''],
  ])('%s is reported as a break', async (_name, from, to) => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-breaking-'));
    ended.push(() => rm(folder, { recursive: true }));
    await cp(join(ROOT, 'api/grpc'), folder, { recursive: true });
    const breaking = () =>
      run(process.execPath, [BUF, 'breaking', folder, '--against', 'api/grpc'], { cwd: ROOT });
    await expect(breaking()).resolves.toMatchObject({ stdout: '' });
    const file = join(folder, 'orders.proto');
    const before = await readFile(file, 'utf8');
    const after = before.replace(from, to);
    expect(after).not.toBe(before);
    await writeFile(file, after);
    await expect(breaking()).rejects.toMatchObject({
      code: 100,
      stdout: expect.stringContaining('orders.proto:'),
    });
  });

  test('the committed generated files are current', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-generated-'));
    ended.push(() => rm(folder, { recursive: true }));
    await run(process.execPath, ['api/grpc/generate.ts', folder], { cwd: ROOT });
    const names = (await readdir(folder, { recursive: true }))
      .filter((name) => /\.\w+$/.test(name))
      .toSorted();
    const committed = join(ROOT, 'api/grpc/generated');
    const there = (await readdir(committed, { recursive: true }))
      .filter((name) => /\.\w+$/.test(name))
      .toSorted();
    expect(there).toEqual(names);
    for (const name of names) {
      expect([
        name,
        (await readFile(join(committed, name))).equals(await readFile(join(folder, name))),
      ]).toEqual([name, true]);
    }
  });

  test('reflection returns the whole contract, with its imports', async () => {
    const shop = await openShop();
    ended.push(shop.close);
    const buf = (...words: string[]) =>
      run(process.execPath, [BUF, 'curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...words], {
        cwd: ROOT,
      });
    const service = `http://${shop.grpc}/holdfast.orders.v1.OrderService`;
    const { stdout: services } = await buf('--list-services', `http://${shop.grpc}`);
    expect(services.trim().split('\n')).toEqual(['grpc.health.v1.Health', 'holdfast.orders.v1.OrderService']);
    const order = {
      customerId: 'ada',
      currency: 'EUR',
      lines: [{ sku: 'A', name: 'B', quantity: 1, unitPrice: 5 }],
    };
    const { stdout } = await buf(
      '-H',
      `authorization: Bearer ${shop.apiKey}`,
      '-d',
      JSON.stringify({ idempotencyKey: 'k', order }),
      `${service}/PlaceOrder`,
    );
    expect(JSON.parse(stdout)).toMatchObject({
      order: { status: 'ORDER_STATUS_PLACED', total: '5' },
      position: '1',
    });
  });
});
