/** `events tail` and `receipts get`, as processes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { holdfast, started, untilPrinted } from '../../setup/processes/command.ts';
import { type Shop, openShop } from '../../setup/shop.ts';

let shop: Shop;
let home: string;
let env: Record<string, string>;
beforeAll(async () => {
  shop = await openShop();
  home = await mkdtemp(join(tmpdir(), 'holdfast-events-'));
  env = { XDG_CONFIG_HOME: home, HOLDFAST_URL: shop.url, HOLDFAST_API_KEY: shop.apiKey };
});
afterAll(async () => {
  await shop.close();
  await rm(home, { recursive: true, force: true });
});

const ORDER = { lines: [{ name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }] };
const place = async (key: string): Promise<{ id: string; position: number }> => {
  const { json, headers } = await shop.ask('/v2/orders', { body: ORDER, key });
  return { id: json.id, position: Number(headers.get('Holdfast-Position')) };
};

test('tail prints events, and at Ctrl-C the position to go on from', async () => {
  const first = await place('first');
  const all = await started(['events', 'tail', '--from', '0', '--limit', '1', '--json'], env).ended;
  expect([all.code, JSON.parse(all.stdout)]).toEqual([0, expect.objectContaining({ order_id: first.id })]);

  const command = started(['events', 'tail', '--from', String(first.position), '--type', 'OrderPlaced'], env);
  await untilPrinted(command, 'Stop with Ctrl-C');
  const second = await place('second');
  await untilPrinted(command, second.id);
  command.child.kill('SIGINT');
  const { code, stdout, stderr } = await command.ended;
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(new RegExp(`^${second.position}  \\S+  OrderPlaced  ${second.id}  v1\\n$`)),
  ]);
  expect(stderr).toContain(`npx holdfast events tail --from ${second.position}\n`);

  const fresh = started(['events', 'tail', '--limit', '1'], env);
  await untilPrinted(fresh, 'Stop with Ctrl-C');
  await place('third');
  expect((await fresh.ended).stdout).toContain('OrderPlaced');
  const wrong = await holdfast(['events', 'tail', '--from', '999999'], env);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('after_position')]);
});

test('a receipt tells what a key did', async () => {
  const { id } = await place('first');
  const { code, stdout } = await holdfast(['receipts', 'get', 'first'], env);
  expect([code, stdout]).toEqual([0, expect.stringContaining(`Order        ${id}, version 1\n`)]);
  expect((await holdfast(['receipts', 'get', 'first', '--json'], env)).json).toMatchObject({ order_id: id });
  const none = await holdfast(['receipts', 'get', 'nothing'], env);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('404 idempotency_key_not_found')]);
});
