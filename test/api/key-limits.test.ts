/** The end of a key and the networks of its callers, on each door. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { findPrincipal, hashApiKey } from '../../store/keys/api-keys.ts';
import { createExpiryWarning } from '../../store/keys/key-expiry.ts';
import { limitKey } from '../../store/keys/key-limits.ts';
import { connect } from '../grpc/client.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

/** The promise of docs/keys.md. */
const PROPAGATION_MS_MAX = 5_000;

async function open(env: Record<string, string> = {}) {
  const shop = await openShop(env);
  ended.push(shop.close);
  const { keyId } = (await findPrincipal(shop.pool, hashApiKey(shop.apiKey)))!;
  const client = connect(shop.grpc, shop.apiKey);
  ended.push(client.close);
  return { shop, keyId, client };
}
const request = () => ({ idempotency_key: randomUUID(), order: anOrder() });
const codeOf = async ({ ask }: Shop, from?: string) => {
  const headers: Record<string, string> = from === undefined ? {} : { 'X-Forwarded-For': from };
  const { status, json } = await ask('/v2/orders', { headers });
  return [status, json.code];
};

test('an expired key is refused within 5 seconds, on every door and open stream', async () => {
  const { shop, keyId, client } = await open();
  const stream = client.placeOrders();
  const watch = client.watchEvents({});
  const codes: number[] = [];
  for (const each of [stream, watch]) {
    each.on('error', ({ code }: { code: number }) => codes.push(code));
    each.resume();
  }
  stream.write(request());
  await client.placeOrder(request());
  expect(await codeOf(shop)).toEqual([200, undefined]);

  await limitKey(shop.pool, keyId, { expiresAt: new Date(Date.now() + 500).toISOString() });
  const limitedAt = performance.now();
  await until(async () => (await codeOf(shop))[0] === 401, 500 + PROPAGATION_MS_MAX);
  await until(() => codes.length === 2, 500 + PROPAGATION_MS_MAX - (performance.now() - limitedAt));
  expect(codes).toEqual([16, 16]);
  expect(await codeOf(shop)).toEqual([401, 'unauthenticated']);
  await expect(client.placeOrder(request())).rejects.toMatchObject({ code: 16 });
}, 30_000);

test('a key that has not ended yet works, and works for longer when its end is moved', async () => {
  const { shop, keyId } = await open();
  await limitKey(shop.pool, keyId, { expiresAt: new Date(Date.now() - 1_000).toISOString() });
  await until(async () => (await codeOf(shop))[0] === 401, PROPAGATION_MS_MAX);
  await limitKey(shop.pool, keyId, { expiresAt: new Date(Date.now() + 60_000).toISOString() });
  await until(async () => (await codeOf(shop))[0] === 200, PROPAGATION_MS_MAX);
}, 30_000);

test('a key is refused outside its networks, as the trusted proxies report the client', async () => {
  const { shop, keyId } = await open({ HOLDFAST_TRUST_PROXY: 'on', HOLDFAST_RATE_LIMIT_READ: '20/60' });
  await limitKey(shop.pool, keyId, { networks: ['203.0.113.0/24', '2001:db8::/32'] });
  await until(async () => (await codeOf(shop))[0] === 403, PROPAGATION_MS_MAX);
  const outside = ['198.51.100.1', '2001:db9::1', '203.0.113.9, 198.51.100.1', '1:2:3:4:5:6:7:8::1'];
  for (const from of outside) expect(await codeOf(shop, from)).toEqual([403, 'address_not_allowed']);
  // It counts against the address, not against the key.
  const headers = { 'X-Forwarded-For': '198.51.100.1' };
  const refused = await shop.ask('/v1/orders', { headers });
  expect(refused.status).toBe(403);
  expect(refused.headers.get('ratelimit-policy')).toMatch(/^"unauthenticated"/);
  expect(JSON.stringify(refused.json)).not.toContain('198.51.100.1');
  for (const from of ['203.0.113.9', '203.0.113.9:4711', '::ffff:203.0.113.9', '[2001:db8::7]:80'])
    expect(await codeOf(shop, from)).toEqual([200, undefined]);
}, 30_000);

test('a gRPC call is refused outside the networks of its key, also an open stream', async () => {
  const { shop, keyId, client } = await open();
  const watch = client.watchEvents({});
  const failed = Promise.withResolvers<{ code: number }>();
  watch.on('error', failed.resolve);
  watch.resume();
  await client.placeOrder(request());
  await limitKey(shop.pool, keyId, { networks: ['10.0.0.0/8'] });
  const limitedAt = performance.now();
  expect((await failed.promise).code).toBe(7);
  expect(performance.now() - limitedAt).toBeLessThan(PROPAGATION_MS_MAX + 500);
  // A client that claims another address is not a proxy.
  const liar = connect(shop.grpc, shop.apiKey, { more: { 'x-forwarded-for': '10.1.2.3' } });
  ended.push(liar.close);
  await expect(liar.placeOrder(request())).rejects.toMatchObject({ code: 7 });
  await limitKey(shop.pool, keyId, { networks: ['10.0.0.0/8', '127.0.0.0/8'] });
  await until(
    () =>
      client.placeOrder(request()).then(
        () => true,
        () => false,
      ),
    PROPAGATION_MS_MAX,
  );
}, 30_000);

test('a gRPC call has the address that a trusted proxy reports', async () => {
  const { shop, keyId } = await open({ HOLDFAST_TRUST_PROXY: '127.0.0.0/8' });
  await limitKey(shop.pool, keyId, { networks: ['10.0.0.0/8'] });
  const client = connect(shop.grpc, shop.apiKey, { more: { 'x-forwarded-for': '10.1.2.3' } });
  const stranger = connect(shop.grpc, shop.apiKey, { more: { 'x-forwarded-for': '192.0.2.1' } });
  ended.push(client.close, stranger.close);
  expect((await client.placeOrder(request())).replayed).toBe(false);
  await expect(stranger.placeOrder(request())).rejects.toMatchObject({ code: 7 });
}, 30_000);

test('the log warns once a day before a used key expires', async () => {
  const { shop, keyId } = await open();
  const lines: { msg: string; days: number }[] = [];
  const log = pino({}, { write: (text: string) => void lines.push(JSON.parse(text)) });
  let now = Date.now();
  const warn = createExpiryWarning(log, () => now);
  const days = 86_400_000;
  await limitKey(shop.pool, keyId, { expiresAt: new Date(now + 15.5 * days).toISOString() });
  const principal = await findPrincipal(shop.pool, hashApiKey(shop.apiKey));
  for (let day = 0; day < 3; day += 1) {
    warn(principal);
    warn(principal);
    now += days;
  }
  expect(lines.map(({ msg, days }) => [msg, days])).toEqual([['api key expires soon', 14]]);
  warn(undefined);
});
