/** Personal data that moves: exports, imports, older files, rotation of the master key. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { exportLog } from '../../store/archive/export-log.ts';
import { importLog } from '../../store/archive/import-log.ts';
import { createPersonalData } from '../../store/personal/personal-data.ts';
import { personalStatus, rotateMaster } from '../../store/personal/rotate-master.ts';
import { sealStored } from '../../store/personal/seal-stored.ts';
import { createKeyring } from '../../store/secrets/keyring.ts';
import type { DatabasePool } from '../../store/pool.ts';
import { cloneDatabase } from '../setup/database.ts';
import { type Shop, openShop, until } from '../setup/shop.ts';
import { PERSONAL_KEY, v2Order } from './orders.ts';
import { dumpOf, personalMarks } from './secrets.ts';

const seed = randomBytes(4).toString('hex');
const MARK = new RegExp(seed, 'i');
const { reason, metadata: _metadata, ...contact } = personalMarks(seed);
const keyring = createKeyring([Buffer.from(PERSONAL_KEY, 'base64')], 'personal');
const env = { HOLDFAST_PERSONAL_KEY: PERSONAL_KEY };
const merge = { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*' };

async function exported(pool: DatabasePool): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLog(pool, { from: 1, to: Number.MAX_SAFE_INTEGER })) lines.push(line);
  return lines;
}
async function* each(lines: readonly string[]) {
  yield* lines;
}
const imported = (pool: DatabasePool, lines: readonly string[]) =>
  importLog(pool, each(lines), new Map(), keyring);

/** Makes `erasures_applied` of all subjects that are erased from now on, if only once more. */
async function noteErasures(pool: DatabasePool): Promise<void> {
  await pool.query(sql.unsafe`CREATE TABLE erasures_applied (subject text)`);
  await pool.query(sql.unsafe`
    CREATE FUNCTION note_erasure() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO erasures_applied VALUES (NEW.subject); RETURN NEW; END'`);
  await pool.query(sql.unsafe`
    CREATE TRIGGER note BEFORE INSERT ON erasures FOR EACH ROW EXECUTE FUNCTION note_erasure()`);
}

/** An order with a life, of a customer. */
async function lifeOf(shop: Shop, customerId: string | null) {
  const placing = { key: randomUUID(), body: v2Order({ customer_id: customerId, ...contact }) };
  const placed = await shop.ask('/v2/orders', placing);
  const path = `/v2/orders/${placed.json.id}`;
  await shop.ask(path, { method: 'PATCH', body: { note: `2 ${contact.note}` }, headers: merge });
  await shop.ask(path, {
    method: 'PATCH',
    body: { shipping_address: { city: contact.note } },
    headers: merge,
  });
  await shop.ask(`${path}/holds`, { body: { reason } });
  await shop.ask(`${path}/cancellation`, { body: { reason } });
  return { path, placing, placed };
}
const find = async (shop: Shop, apiKey: string) =>
  (await shop.ask(`/v2/orders?email=${encodeURIComponent(contact.email)}`, { apiKey })).json.data.length;

describe('an exported log', () => {
  let from: Shop;
  let to: Shop;
  beforeAll(async () => {
    from = await openShop(env);
    to = await openShop(env);
  });
  afterAll(async () => {
    await from.close();
    await to.close();
  });

  test('brings living customers along, and no erased one, also from an older file', async () => {
    const living = await lifeOf(from, 'cus_living');
    const guest = await lifeOf(from, null);
    const erased = await lifeOf(from, 'cus_erased');
    const older = await exported(from.pool);
    await from.ask('/v2/customers/cus_erased/personal-data', { method: 'DELETE' });
    const lines = await exported(from.pool);
    expect(lines.join('\n')).not.toMatch(MARK);
    expect(JSON.parse(lines[0]!)).toMatchObject({ erasures: 1, data_keys: 2 });

    // The older file has the key of the erased customer. The list of erasures is here already.
    await to.pool.query(sql.unsafe`
      INSERT INTO erasures (erasure_id, tenant_id, subject, erased_at)
      VALUES (${randomUUID()}, ${from.tenantId}, 'customer:cus_erased', now())`);
    // Those of others have nothing to do with the file.
    await to.pool.query(sql.unsafe`
      INSERT INTO erasures (erasure_id, tenant_id, subject, erased_at)
      SELECT gen_random_uuid(), gen_random_uuid(), subject, now()
        FROM generate_series(1, 20) AS n, LATERAL (VALUES ('customer:cus_erased'), ('customer:' || n)) AS one (subject)`);
    await noteErasures(to.pool);
    await imported(to.pool, older);
    expect(
      await to.pool.any(sql.type(z.object({ subject: z.string() }))`SELECT subject FROM erasures_applied`),
    ).toEqual([{ subject: 'customer:cus_erased' }]);
    expect(await dumpOf(to.pool)).not.toMatch(MARK);
    await to.restart();
    const { addApiKey } = await import('../../store/keys/api-keys.ts');
    const { newApiKey } = await import('../setup/shop.ts');
    const { SCOPES } = await import('../../store/keys/scopes.ts');
    const apiKey = newApiKey();
    await addApiKey(to.pool, { tenantId: from.tenantId, key: apiKey, name: 'moved', scopes: SCOPES });
    for (const { path, placing, placed } of [living, guest]) {
      expect((await to.ask(path, { apiKey })).text).toBe((await from.ask(path)).text);
      const repeat = await to.ask('/v2/orders', { ...placing, apiKey });
      expect([repeat.status, repeat.text]).toEqual([201, placed.text]);
    }
    const gone = await to.ask(erased.path, { apiKey });
    expect(gone.json).toMatchObject({ email: null, erased_at: expect.any(String) });
    expect(gone.text).not.toMatch(MARK);
    await until(async () => (await find(to, apiKey)) === 2);
  });

  test('from after the erasure is imported whole, and cannot be imported without its master key', async () => {
    const database = await cloneDatabase();
    const shop = await openShop(env, Date.now, database);
    const lines = await exported(from.pool);
    await expect(importLog(shop.pool, each(lines))).rejects.toThrow('Set HOLDFAST_PERSONAL_KEY');
    await imported(shop.pool, lines);
    expect(await dumpOf(shop.pool)).not.toMatch(MARK);
    expect((await exported(shop.pool)).length).toBe(lines.length);
    await shop.close();
  });
});

test('what was stored in the clear is sealed, also by an import, and then erased', async () => {
  const database = await cloneDatabase();
  const clear = await openShop({}, Date.now, { ...database, drop: async () => {} });
  expect((await clear.ask('/v2/customers/cus_old/personal-data', { method: 'DELETE' })).json).toMatchObject({
    status: 409,
    code: 'personal_data_not_sealed',
  });
  const old = await lifeOf(clear, 'cus_old');
  const other = await lifeOf(clear, 'cus_other');
  await until(async () => (await find(clear, clear.apiKey)) === 2);
  const plain = await exported(clear.pool);
  const shown = (await clear.ask(other.path)).text;
  const { apiKey } = clear;
  await clear.close();

  const shop = await openShop(env, Date.now, database);
  await rotateMaster(shop.pool, keyring);
  const personal = createPersonalData(shop.pool, keyring);
  expect(await sealStored(shop.pool, personal)).toBeGreaterThan(0);
  expect(await sealStored(shop.pool, personal)).toBe(0);
  expect(await dumpOf(shop.pool)).not.toMatch(MARK);
  expect((await shop.ask(other.path, { apiKey })).text).toBe(shown);
  expect(await find(shop, apiKey)).toBe(2);
  const repeat = await shop.ask('/v2/orders', { ...other.placing, apiKey });
  expect([repeat.status, repeat.text]).toEqual([201, other.placed.text]);
  await shop.ask('/v2/customers/cus_old/personal-data', { method: 'DELETE', apiKey });
  expect((await shop.ask(old.path, { apiKey })).json).toMatchObject({ email: null, shipping_address: null });
  expect(await find(shop, apiKey)).toBe(1);

  // Another master key opens what lives, and the old one alone does not.
  const next = createKeyring([randomBytes(32), Buffer.from(PERSONAL_KEY, 'base64')], 'personal');
  await rotateMaster(shop.pool, next);
  const { master_keys } = await personalStatus(shop.pool);
  expect(master_keys).toMatchObject([{ key_id: next.ids[0] }]);
  await shop.close();

  const target = await openShop(env);
  await imported(target.pool, plain);
  expect(await dumpOf(target.pool)).not.toMatch(MARK);
  await target.close();
});
