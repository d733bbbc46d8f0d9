/** What an erasure refuses of the appends that were sealed before it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { sql } from 'slonik';
import { z } from 'zod';
import { type Shop, openShop } from '../setup/shop.ts';
import { PERSONAL_KEY } from './orders.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_PERSONAL_KEY: PERSONAL_KEY });
});
afterAll(() => shop?.close());

const SEALED_KEY_HEX = '00'.repeat(40);
const keyRow = z.object({ created_at: z.string(), erased_at: z.string().nullable() });

const newest = () =>
  shop.pool.oneFirst(sql.type(z.object({ erasures: z.int() }))`SELECT erasures FROM personal_state`);
/** A batch under one key, of somebody who knows so many erasures. */
const use = (known: number, keyId: string, subject?: string) =>
  shop.pool.query(sql.unsafe`
    SELECT use_personal_keys(0, ${known}::bigint, ${
      subject === undefined
        ? null
        : JSON.stringify([[keyId, shop.tenantId, `customer:${subject}`, SEALED_KEY_HEX]])
    }::json, ${sql.array([keyId], 'uuid')})`);
const erase = (subject: string) =>
  shop.pool.query(sql.unsafe`
    SELECT erase_subject(0, ${randomUUID()}, ${shop.tenantId}, ${`customer:${subject}`})`);
const keyOf = (keyId: string) =>
  shop.pool.one(sql.type(keyRow)`
    SELECT created_at, erased_at FROM customer_keys WHERE key_id = ${keyId}`);
const REFUSED = 'personal data was erased after this batch was sealed';

test('an erasure refuses batches of its own subject, and of no other', async () => {
  const [own, other] = [randomUUID(), randomUUID()];
  const known = await newest();
  await use(known, own, 'own');
  await use(known, other, 'other');
  await erase('own');
  expect(await newest()).toBe(known + 1);
  await use(known, other);
  await expect(use(known, own)).rejects.toThrow(REFUSED);
  // Also when its key would be new: what is erased stays erased.
  await expect(use(known, own, 'own')).rejects.toThrow(REFUSED);
});

test('a key that is stored after an erasure was made after it', async () => {
  const keyId = randomUUID();
  const known = await newest();
  const client = new Client({ connectionString: shop.database.url });
  await client.connect();
  try {
    await client.query('BEGIN; SELECT now()'); // the transaction begins before the erasure
    await erase('late');
    const made = JSON.stringify([[keyId, shop.tenantId, 'customer:late', SEALED_KEY_HEX]]);
    await client.query('SELECT use_personal_keys(0, $1, $2, $3)', [known, made, [keyId]]);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
  const listed = await shop.pool.oneFirst(sql.type(z.object({ erased_at: z.string() }))`
    SELECT erased_at FROM erasures WHERE subject = 'customer:late'`);
  const { created_at, erased_at } = await keyOf(keyId);
  expect(erased_at).toBeNull();
  expect(Date.parse(created_at)).toBeGreaterThanOrEqual(Date.parse(listed));
});

test('a restored database refuses batches that were sealed before', async () => {
  await expect(use((await newest()) + 1, randomUUID(), 'restored')).rejects.toThrow(REFUSED);
});
