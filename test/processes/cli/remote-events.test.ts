/** `events tail`, `receipts get` and `webhooks listen`, as processes. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyWebhook } from '../../../openapi/client/client.ts';
import { holdfast, started, untilPrinted } from '../../setup/processes/command.ts';
import { type Shop, openShop, until } from '../../setup/shop.ts';

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

test('listen forwards events, signed with its secret', async () => {
  const bodies: { headers: Record<string, string>; body: string }[] = [];
  const receiver = createServer(async (request, response) => {
    bodies.push({ headers: request.headers as Record<string, string>, body: await text(request) });
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const url = `http://localhost:${(receiver.address() as AddressInfo).port}/hook`;
  const command = started(['webhooks', 'listen', '--forward-to', url], env);
  await untilPrinted(command, 'The secret of the signatures: whsec_');
  const { id, position } = await place('forwarded');
  await untilPrinted(command, id);
  await until(() => command.output().includes(`204  ${position}  `));
  command.child.kill('SIGINT');
  const { code, stderr } = await command.ended;
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining(`npx holdfast webhooks listen --forward-to ${url} --from ${position}\n`),
  ]);
  const secret = /whsec_\S+/.exec(stderr)?.[0] ?? '';
  const { data } = await verifyWebhook({ secret, ...bodies.at(-1)! });
  expect(data).toMatchObject({ order_id: id });
  expect((await stat(join(home, 'holdfast/listen-secret'))).mode & 0o777).toBe(0o600);
  receiver.close();
  receiver.closeAllConnections();

  for (const [given, message] of [
    ['http://example.com/hook', 'add --allow-remote'],
    ['localhost:3000', 'must be a URL such as'],
  ] as const) {
    const refused = await holdfast(['webhooks', 'listen', '--forward-to', given], env);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(message)]);
  }
});
