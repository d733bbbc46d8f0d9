/** Open streams whose key is revoked or loses its scope end within 5 seconds (docs/keys.md). */
import { randomUUID } from 'node:crypto';
import { type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { type Principal, findPrincipal, hashApiKey } from '../../store/keys/api-keys.ts';
import { revokeKey } from '../../store/keys/revoke-key.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';
import { type OrdersClient, connect, failureOf, take, unpacked } from './client.ts';

/** The promise of docs/keys.md, plus a margin for a busy machine. */
const PROMISE_MS = 5_000 + 1_000;
const UNAUTHENTICATED = {
  code: status.UNAUTHENTICATED,
  message: 'This API key is not valid.',
  details: { ErrorInfo: { metadata: { code: 'unauthenticated', retry: 'never' } } },
};

let shop: Shop;
let client: OrdersClient;
let principal: Principal;
const ends: (() => void)[] = [];

/** A new caller, whose key can be revoked. */
async function call(at: Shop): Promise<void> {
  const { apiKey } = await at.addTenant();
  principal = (await findPrincipal(at.pool, hashApiKey(apiKey)))!;
  client = connect(at.grpc, apiKey);
  ends.push(client.close);
}
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());
beforeEach(() => call(shop));
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const revoke = ({ pool } = shop) => revokeKey(pool, principal.keyId);
const request = () => ({ idempotency_key: randomUUID(), order: anOrder() });
/** Idempotency keys of the tenant's orders. */
const placedKeys = ({ pool } = shop) =>
  pool.anyFirst(sql.type(z.object({ idempotency_key: z.string() }))`
    SELECT idempotency_key FROM events WHERE tenant_id = ${principal.tenantId} ORDER BY position`);
async function lasts(failure: Promise<unknown>): Promise<number> {
  const since = performance.now();
  await failure;
  return performance.now() - since;
}

describe('a stream of orders', () => {
  test('ends; accepted orders are answered, and later ones are not placed', async () => {
    const stream = client.placeOrders();
    const placed: string[] = [];
    const refused: { code: number }[] = [];
    stream.on('data', (answer) => {
      if (answer.outcome === 'placed') placed.push(answer.idempotency_key);
      else refused.push(unpacked(answer.refused));
    });
    const failure = failureOf(take(stream));
    const sending = setInterval(() => stream.write(request()), 5);
    ends.push(() => clearInterval(sending));
    await until(() => placed.length > 50);
    await revoke();
    expect(await lasts(failure)).toBeLessThan(PROMISE_MS);
    expect(await failure).toMatchObject(UNAUTHENTICATED);
    // The log equals the answers.
    expect((await placedKeys()).toSorted()).toEqual(placed.toSorted());
    for (const each of refused) expect(each).toMatchObject(UNAUTHENTICATED);
  });

  test('ends while it is idle', async () => {
    const failure = failureOf(take(client.placeOrders()));
    await client.placeOrder(request());
    await revoke();
    expect(await lasts(failure)).toBeLessThan(PROMISE_MS);
    expect(await failure).toMatchObject(UNAUTHENTICATED);
  });

  test('ends when its key loses the scope', async () => {
    const failure = failureOf(take(client.placeOrders()));
    await client.placeOrder(request());
    await shop.pool.query(
      sql.unsafe`UPDATE api_keys SET scopes = '{orders:read}' WHERE key_id = ${principal.keyId}`,
    );
    expect(await failure).toMatchObject({
      code: status.PERMISSION_DENIED,
      details: { ErrorInfo: { metadata: { code: 'scope_missing' } } },
    });
  });

  test('continues when another key is revoked', async () => {
    const stream = client.placeOrders();
    const answers: unknown[] = [];
    stream.on('data', (answer) => answers.push(answer.outcome));
    await call(shop);
    const failure = failureOf(take(client.placeOrders()));
    await client.placeOrder(request());
    await revoke();
    expect(await failure).toMatchObject(UNAUTHENTICATED);
    stream.write(request());
    await until(() => answers.length === 1);
    expect(answers).toEqual(['placed']);
    stream.end();
  });
});

test('an order that waits for its quota is refused after the revocation', async () => {
  const small = await openShop({ REDIS_URL: '', HOLDFAST_RATE_LIMIT_WRITE: '3/60' });
  await call(small);
  const stream = client.placeOrders();
  const answers: { outcome: string; refused: Parameters<typeof unpacked>[0] }[] = [];
  stream.on('data', (answer) => answers.push(answer));
  const failure = failureOf(take(stream));
  for (let n = 0; n < 5; n += 1) stream.write(request());
  await until(() => answers.length === 3);
  await revoke(small);
  expect(await lasts(failure)).toBeLessThan(PROMISE_MS);
  expect(await failure).toMatchObject(UNAUTHENTICATED);
  expect(answers.map(({ outcome }) => outcome)).toEqual(['placed', 'placed', 'placed', 'refused', 'refused']);
  expect(unpacked(answers[3]!.refused)).toMatchObject(UNAUTHENTICATED);
  expect(await placedKeys(small)).toHaveLength(3);
  await small.close();
});

describe('a stream of events', () => {
  test.each([
    ['is silent', 0],
    ['is busy', 5],
  ])('ends while it %s', async (_how, everyMs) => {
    await client.placeOrder(request());
    const stream = client.watchEvents({ after: 0 });
    const positions: number[] = [];
    stream.on('data', ({ position }) => positions.push(position));
    const failure = failureOf(take(stream));
    await until(() => positions.length > 0);
    // Another key of the same tenant continues to place orders.
    const other = randomUUID().replaceAll('-', '');
    await shop.pool.query(sql.unsafe`
      INSERT INTO api_keys (key_id, tenant_id, key_hash, name, scopes)
      VALUES (gen_random_uuid(), ${principal.tenantId}, ${sql.binary(hashApiKey(`hf_test_${other}`))}, 'other', '{orders:write}')`);
    const writer = connect(shop.grpc, `hf_test_${other}`);
    ends.push(writer.close);
    const placing =
      everyMs > 0 && setInterval(() => void writer.placeOrder(request()).catch(() => {}), everyMs);
    ends.push(() => placing && clearInterval(placing));
    await revoke();
    expect(await lasts(failure)).toBeLessThan(PROMISE_MS);
    expect(await failure).toMatchObject(UNAUTHENTICATED);
    const seen = positions.length;
    await writer.placeOrder(request());
    expect(positions).toHaveLength(seen);
  });
});

test('an outage of Postgres ends no stream of orders with a valid key', async () => {
  const stream = client.placeOrders();
  const answers: { outcome: string; refused: Parameters<typeof unpacked>[0] }[] = [];
  stream.on('data', (answer) => answers.push(answer));
  let failure: ServiceError | undefined;
  stream.on('error', (error: ServiceError) => (failure = error));
  const outcome = async () => {
    const before = answers.length;
    stream.write(request());
    await until(() => answers.length > before, 20_000);
    return answers.at(-1)!;
  };
  expect((await outcome()).outcome).toBe('placed');
  await shop.database.suspend();
  // Until the cached key has expired, and a look-up of it has failed.
  for (const since = performance.now(); performance.now() - since < 4_500;) {
    expect(unpacked((await outcome()).refused)).toMatchObject({
      code: status.UNAVAILABLE,
      details: { ErrorInfo: { metadata: { code: 'unavailable', retry: 'same_key_after' } } },
    });
  }
  await shop.database.resume();
  await until(async () => (await outcome()).outcome === 'placed', 20_000);
  expect(failure).toBeUndefined();
  stream.end();
}, 60_000);
