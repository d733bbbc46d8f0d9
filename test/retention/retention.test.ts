/** Policies of retention: what they end, what stays, and what a node that dies leaves behind. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { parseWords } from '../setup/cli.ts';
import { retention } from '../../store/cli/retention.ts';
import { hasNewOrder } from '../../store/retention/due-subjects.ts';
import { toId } from '../../store/ids.ts';
import { PERSONAL_KEY, v2Order } from '../personal/orders.ts';
import { personalMarks } from '../personal/secrets.ts';
import { type Shop, openShop, until } from '../setup/shop.ts';
import { onOnePostgres } from '../setup/postgres/only-on.ts';

let shop: Shop;
const { email } = personalMarks(randomBytes(4).toString('hex'));
/** A node looks for due policies each 5 s. */
const PASS_MS_MAX = 30_000;

beforeAll(async () => {
  shop = await openShop({ HOLDFAST_PERSONAL_KEY: PERSONAL_KEY });
});
afterAll(() => shop?.close());

async function run(...words: string[]) {
  const parsed = await parseWords({ retention }, ['retention', ...words]);
  if (parsed.kind !== 'run') throw new Error(parsed.kind);
  const unused = () => Promise.reject(new Error('unused'));
  return parsed.command.run(parsed.given, {
    database: () => Promise.resolve(shop.pool),
    grpcAccess: unused,
    httpAccess: unused,
    secretsKeys: () => [],
    erasuresFile: () => undefined,
    personalKeys: () => [],
    write: unused,
  });
}

/** An order; `isClosed` cancels it. @returns its path */
async function anOrder(customer_id: string | null, isClosed: boolean): Promise<string> {
  const { json } = await shop.ask('/v2/orders', { body: v2Order({ customer_id, email }) });
  const path = `/v2/orders/${json.id}`;
  if (isClosed) expect((await shop.ask(`${path}/cancellation`, { body: {} })).status).toBe(201);
  return path;
}

const emailOf = async (path: string) => (await shop.ask(path)).json.email;
const isProjected = async (path: string, version: number) =>
  shop.pool.exists(sql.unsafe`
    SELECT 1 FROM orders WHERE order_id = ${path.slice('/v2/orders/ord_'.length)}::uuid AND version = ${version}`);

/** Makes all keys, and these orders, a year older. */
async function age(paths: readonly string[]): Promise<void> {
  await shop.pool.query(sql.unsafe`UPDATE customer_keys SET created_at = to_timestamp(0)`);
  for (const path of paths)
    await shop.pool.query(sql.unsafe`
      UPDATE orders
         SET document = replace(document, '"updated_at":"20', '"updated_at":"19')
       WHERE order_id = ${path.slice('/v2/orders/ord_'.length)}::uuid`);
}

test('a policy erases customers whose orders are all closed and old, and removes old acts', async () => {
  const old = await anOrder('cus_old', true);
  const guest = await anOrder(null, true);
  const open = await anOrder('cus_open', false);
  const returned = [await anOrder('cus_returned', true), await anOrder('cus_returned', true)] as const;
  for (const path of [old, guest, ...returned]) await until(() => isProjected(path, 2));
  await until(() => isProjected(open, 1));
  await age([old, guest, open, returned[0]]);
  await shop.pool.query(sql.unsafe`
    INSERT INTO administrative_acts (recorded_at, act, tenant_id, subject, actor_user, origin, details)
    SELECT now() - days * interval '1 day', 'key_created', ${shop.tenantId}, days::text, 'test', 'here', '{}'
      FROM unnest(ARRAY[20, 40]) AS days`);

  const tenant = toId('ten', shop.tenantId);
  const set = await run('set', tenant, '--personal-data', '365', '--acts', '30');
  expect(set?.text).toContain('365 days');
  await until(async () => (await emailOf(old)) === null, PASS_MS_MAX);
  await until(async () => (await emailOf(guest)) === null, PASS_MS_MAX);
  await until(async () => JSON.stringify((await run('list'))?.data).includes('"passed_at":"2'), PASS_MS_MAX);
  expect(await Promise.all([open, ...returned].map(emailOf))).toEqual([email, email, email]);

  const { json } = await shop.ask('/v2/events?types=CustomerErased');
  expect(json.data.map(({ data }: { data: object }) => data)).toEqual(
    expect.arrayContaining([
      { customer_id: 'cus_old', erased_order_id: null },
      { customer_id: null, erased_order_id: guest.slice('/v2/orders/'.length) },
    ]),
  );
  const kept = await shop.pool.anyFirst(sql.type(z.object({ subject: z.string() }))`
    SELECT subject FROM administrative_acts WHERE act = 'key_created' AND actor_user = 'test'`);
  expect(kept).toEqual(['20']);
}, 60_000);

test('the record of acts loses no act that no policy ends', async () => {
  await expect(
    shop.pool.query(sql.unsafe`DELETE FROM administrative_acts WHERE tenant_id = ${shop.tenantId}`),
  ).rejects.toThrow('append-only: DELETE refused');
});

test('an erasure whose node died before its event gets the event', async () => {
  const erasureId = v7();
  await shop.pool.query(sql.unsafe`
    INSERT INTO erasures (erasure_id, tenant_id, subject, erased_at)
    VALUES (${erasureId}, ${shop.tenantId}, 'customer:cus_gone', now() - interval '2 minutes')`);
  await run('set', toId('ten', shop.tenantId), '--personal-data', '365');
  await until(
    async () => (await shop.ask('/v2/events?types=CustomerErased')).text.includes('cus_gone'),
    PASS_MS_MAX,
  );
}, 60_000);

test('an order that came after the look at the read table keeps its customer', async () => {
  const { json } = await shop.ask('/v2/orders', { body: v2Order({ customer_id: 'cus_back', email }) });
  const head = await shop.pool.oneFirst(
    sql.type(z.object({ position: z.int() }))`SELECT position FROM log_heads WHERE partition = 0`,
  );
  const tenancy = { partition: 0, tenantId: shop.tenantId };
  expect(await hasNewOrder(shop.pool, tenancy, 'customer:cus_back', head - 1)).toBe(true);
  expect(await hasNewOrder(shop.pool, tenancy, 'customer:cus_back', head)).toBe(false);
  expect(await hasNewOrder(shop.pool, tenancy, `order:${json.id}`, head - 1)).toBe(true);
  expect(await hasNewOrder(shop.pool, tenancy, 'customer:cus_other', head - 1)).toBe(false);
});

onOnePostgres('EXPLAIN of a plain plan').test(
  'the look-up of a customer does not read all customers of the tenant',
  async () => {
    const tenant = v7();
    await shop.pool.query(sql.unsafe`
    INSERT INTO customer_keys (key_id, tenant_id, subject, sealed_key)
    SELECT gen_random_uuid(), ${tenant}::uuid, 'customer:' || n, decode(repeat('ab', 69), 'hex')
      FROM generate_series(1, 5000) AS n`);
    const plan = await shop.pool.anyFirst(sql.type(z.object({ 'QUERY PLAN': z.string() }))`
    EXPLAIN SELECT * FROM customer_keys
     WHERE subject = 'customer:7' AND tenant_id = ${tenant}::uuid AND erased_at IS NULL AND created_at <= now()`);
    expect(plan.join('\n')).toContain('customer_keys_subject');
  },
);

test('bad days are refused with what to give', async () => {
  const tenant = toId('ten', shop.tenantId);
  await expect(run('set', tenant)).rejects.toThrow('Give --personal-data, --deliveries or --acts');
  await expect(run('set', tenant, '--deliveries', '31')).rejects.toThrow(
    '--deliveries must be a whole number from 1 to 30, not 31',
  );
  await expect(run('set', randomUUID(), '--acts', '1')).rejects.toThrow('not found');
  expect((await run('set', tenant, '--personal-data', 'keep', '--acts', 'keep'))?.text).toContain('kept');
});
