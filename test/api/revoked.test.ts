/** A key that is revoked during a request; docs/keys.md promises an end within 5 seconds. */
import { connect as connectTcp } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { findPrincipal, hashApiKey } from '../../store/keys/api-keys.ts';
import { setPaused } from '../../projections/pause.ts';
import { revokeKey } from '../../store/keys/revoke-key.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';

/** The promise of docs/keys.md, plus one second for a busy machine. */
const PROMISE_MS = 5_000 + 1_000;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

/** A new caller, whose key can be revoked. */
async function aCaller() {
  const { apiKey } = await shop.addTenant();
  const principal = await findPrincipal(shop.pool, hashApiKey(apiKey));
  const { keyId = '' } = principal ?? {};
  await shop.ask('/v2/orders', { apiKey }); // every node caches the key
  const isForgotten = () => until(async () => (await shop.ask('/v2/orders', { apiKey })).status === 401);
  return { apiKey, principal: principal!, revoke: () => revokeKey(shop.pool, keyId), isForgotten };
}
const outcomeOf = ({ status, json }: { status: number; json: { code?: string } }) => [status, json.code];

test('a long poll ends with 401 before its timeout', async () => {
  const { apiKey, revoke } = await aCaller();
  const waiting = shop.ask('/v2/events?wait=30', { apiKey });
  await revoke();
  const since = performance.now();
  const answer = await waiting;
  expect(outcomeOf(answer)).toEqual([401, 'unauthenticated']);
  expect(answer.headers.get('link')).toBeNull();
  expect(performance.now() - since).toBeLessThan(PROMISE_MS);
});

test('a list that waits for a write ends with 401, without newer data', async () => {
  const { apiKey, revoke, isForgotten } = await aCaller();
  await setPaused(shop.pool, 'orders', true);
  try {
    const { headers } = await shop.ask('/v1/orders', { apiKey, body: anOrder() });
    const position = headers.get('holdfast-position')!;
    const waiting = shop.ask('/v2/orders', { apiKey, headers: { 'Holdfast-Read-After': position } });
    await revoke();
    await isForgotten();
    await setPaused(shop.pool, 'orders', false);
    const answer = await waiting;
    expect(outcomeOf(answer)).toEqual([401, 'unauthenticated']);
    expect(answer.headers.get('holdfast-position')).toBeNull();
  } finally {
    await setPaused(shop.pool, 'orders', false);
  }
});

test('an order whose body arrives after the revocation is not placed', async () => {
  const { apiKey, principal, revoke, isForgotten } = await aCaller();
  const body = JSON.stringify(anOrder());
  const socket = connectTcp(Number(new URL(shop.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.write(
    `POST /v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${apiKey}\r\nIdempotency-Key: slow\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
  );
  await revoke();
  await isForgotten();
  socket.write(body.slice(10));
  await until(() => answer.includes('\r\n\r\n'));
  socket.destroy();
  expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  const placed = await shop.pool.exists(
    sql.unsafe`SELECT 1 FROM events WHERE tenant_id = ${principal.tenantId} AND idempotency_key = 'slow'`,
  );
  expect(placed).toBe(false);
});
