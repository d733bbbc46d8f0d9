import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import {
  addApiKey,
  createTenant,
  ensureBootstrapKey,
  findPrincipal,
  hashApiKey,
} from '../../../store/keys/api-keys.ts';
import { type NewKey, issueKey, rotateKey } from '../../../store/keys/issue-key.ts';
import { listKeys, listLiveKeys } from '../../../store/keys/key-record.ts';
import { migrate } from '../../../store/migrate.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { type DatabasePool, openPool } from '../../../store/pool.ts';
import { newKey } from '../../../store/keys/new-key.ts';
import { revokeKey } from '../../../store/keys/revoke-key.ts';
import { createNamedTenant, findTenants } from '../../../store/tenants.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { newApiKey } from '../../setup/shop.ts';

const MIGRATION = '0004_api_key_rotation.sql';
let database: TestDatabase;
let pool: DatabasePool;
let wanted: NewKey;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database, 10);
  await ensurePartitions(pool, 1, []);
});
beforeEach(async () => {
  const { tenantId } = await createTenant(pool, 'test', 1);
  wanted = { tenantId, name: 'till', scopes: ['orders:read'], mode: 'live' };
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe('a name has at most two live keys', () => {
  test('with many issues at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => issueKey(pool, wanted)));
    expect(outcomes.filter(({ kind }) => kind === 'issued')).toHaveLength(2);
    const refused = outcomes.filter((outcome) => outcome.kind === 'two_live');
    expect(refused).toHaveLength(8);
    for (const { live } of refused) expect(live).toHaveLength(2);
    expect((await issueKey(pool, { ...wanted, name: 'another' })).kind).toBe('issued');
  });

  test('with rotations and revocations at once', async () => {
    const first = await issueKey(pool, wanted);
    let keyId = first.kind === 'issued' ? first.record.key_id : '';
    for (let round = 0; round < 5; round += 1) {
      const outcomes = await Promise.all(Array.from({ length: 4 }, () => rotateKey(pool, keyId)));
      const [made, ...others] = outcomes.filter((outcome) => outcome.kind === 'issued');
      expect(others).toEqual([]);
      await revokeKey(pool, keyId);
      expect((await rotateKey(pool, keyId)).kind).toBe('revoked');
      keyId = made?.record.key_id ?? '';
    }
    expect(await listLiveKeys(pool, wanted.tenantId, 'till')).toHaveLength(1);
    expect(await listKeys(pool, wanted.tenantId)).toHaveLength(6);
  });

  test('with a plain INSERT, and with a revocation that is undone', async () => {
    const made = [await issueKey(pool, wanted), await issueKey(pool, wanted)];
    await expect(addApiKey(pool, { ...wanted, key: newApiKey(), scopes: ['orders:read'] })).rejects.toThrow();
    const [old] = made;
    if (old?.kind !== 'issued') throw new Error('not issued');
    await revokeKey(pool, old.record.key_id);
    expect((await issueKey(pool, wanted)).kind).toBe('issued');
    await expect(
      pool.query(sql.unsafe`UPDATE api_keys SET revoked_at = NULL WHERE key_id = ${old.record.key_id}`),
    ).rejects.toThrow();
  });
});

describe('a test tenant', () => {
  test('is created once, with many test keys at once', async () => {
    const issue = (n: number) => issueKey(pool, { ...wanted, name: `till ${n}`, mode: 'test' });
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, n) => issue(n)));
    const owners = outcomes.map((outcome) => outcome.kind === 'issued' && outcome.record.tenant_id);
    expect(new Set(owners).size).toBe(1);
    expect(owners).not.toContain(wanted.tenantId);
  });

  test('has a name that fits, for a long name of its live tenant', async () => {
    const made = await createNamedTenant(pool, `${'x'.repeat(92)}🦀${'x'.repeat(6)}`);
    const outcome = await issueKey(pool, { ...wanted, tenantId: made!.tenant.tenant_id, mode: 'test' });
    if (outcome.kind !== 'issued') throw new Error('not issued');
    const [tenant] = await findTenants(pool, outcome.record.tenant_id);
    expect(tenant?.name).toMatch(/^x{92}\S? \(test\)$/u);
  });

  test('is the tenant of a test bootstrap key, and gets the next keys; a live key gets a live tenant', async () => {
    const { key } = newKey('test');
    const { tenantId } = await ensureBootstrapKey(pool, key, 1);
    expect(await findPrincipal(pool, hashApiKey(key))).toMatchObject({ tenantId, mode: 'test' });
    const next = await issueKey(pool, { tenantId, name: 'next', scopes: ['orders:read'] });
    expect(next).toMatchObject({ key: expect.stringMatching(/^hf_test_/), record: { tenant_id: tenantId } });
    const lives = await Promise.all(
      ['a', 'b'].map((name) => issueKey(pool, { tenantId, name, scopes: ['orders:read'], mode: 'live' })),
    );
    const owners = new Set(lives.map((outcome) => outcome.kind === 'issued' && outcome.record.tenant_id));
    expect([owners.size, owners.has(tenantId)]).toEqual([1, false]);
    const [owner] = await findTenants(pool, String([...owners][0]));
    expect(owner).toMatchObject({ name: 'bootstrap (live)', mode: 'live', test_of: null });
    expect(await findTenants(pool, tenantId)).toMatchObject([{ mode: 'test', test_of: owner?.tenant_id }]);
    // Each start names the key again.
    expect(await ensureBootstrapKey(pool, key, 1)).toEqual({ tenantId, revoked: false });
  });

  test('is not the tenant of a live bootstrap key, nor of a test one from before test tenants', async () => {
    const { key } = newKey('live');
    const { tenantId } = await ensureBootstrapKey(pool, key, 1);
    expect(await findPrincipal(pool, hashApiKey(key))).toMatchObject({ tenantId, mode: 'live' });
    const old = newKey('test').key;
    await addApiKey(pool, { tenantId, key: old, name: 'old', scopes: ['orders:read'] });
    expect(await ensureBootstrapKey(pool, old, 1)).toEqual({ tenantId, revoked: false });
    expect(await findPrincipal(pool, hashApiKey(old))).toMatchObject({ tenantId, mode: 'live' });
  });
});

test('many calls at once create one tenant of a name', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => createNamedTenant(pool, 'the only one')));
  expect(made.filter((outcome) => outcome?.created)).toHaveLength(1);
  expect(new Set(made.map((outcome) => outcome?.tenant.tenant_id)).size).toBe(1);
});

test('a database of an older release keeps its live keys, and gets no more of a name that has too many', async () => {
  const old = await cloneDatabase();
  const before = await openPool({ databaseUrl: old.url, size: 2, log: pino({ level: 'silent' }) });
  await ensurePartitions(before, 1, []);
  await before.query(sql.unsafe`DROP INDEX api_keys_live_slot`);
  await before.query(
    sql.unsafe`ALTER TABLE api_keys DROP COLUMN slot, DROP COLUMN prefix, DROP COLUMN last_used_at`,
  );
  await before.query(sql.unsafe`DELETE FROM schema_migrations WHERE name = ${MIGRATION}`);
  const { tenantId } = await createTenant(before, 'old', 1);
  const keys = Array.from({ length: 4 }, newApiKey);
  const add = (key: string) =>
    before.query(sql.unsafe`
      INSERT INTO api_keys (key_id, tenant_id, key_hash, name, scopes)
      VALUES (${v7()}, ${tenantId}, ${sql.binary(hashApiKey(key))}, 'till', '{orders:read}')`);
  for (const key of keys) await add(key);

  expect(await migrate(old.url)).toEqual([MIGRATION]);

  for (const key of keys) expect(await findPrincipal(before, hashApiKey(key))).toMatchObject({ tenantId });
  const slots = await before.anyFirst(
    sql.type(z.object({ slot: z.int().nullable() }))`SELECT slot FROM api_keys ORDER BY created_at, key_id`,
  );
  expect(slots).toEqual([1, 2, null, null]);
  const issue = () => issueKey(before, { tenantId, name: 'till', scopes: ['orders:read'], mode: 'live' });
  const live = await listLiveKeys(before, tenantId, 'till');
  for (const { key_id } of live.slice(0, 3)) {
    expect((await issue()).kind).toBe('two_live');
    await revokeKey(before, key_id);
  }
  expect((await issue()).kind).toBe('issued');
  await before.end();
  await old.drop();
});

test('test keys of the release before keep their tenant when the database is migrated, and beside it', async () => {
  const old = await cloneDatabase();
  const before = await openPool({ databaseUrl: old.url, size: 2, log: pino({ level: 'silent' }) });
  await ensurePartitions(before, 1, []);
  await before.query(sql.unsafe`ALTER TABLE tenants DROP COLUMN test_of, DROP COLUMN mode`);
  await before.query(sql.unsafe`DELETE FROM schema_migrations WHERE name = '0026_test_tenants.sql'`);
  /** A tenant with a live and a test key, as the release before inserts them. */
  const add = async () => {
    const [tenantId, test] = [v7(), newKey('test').key];
    await before.query(sql.unsafe`
      INSERT INTO tenants (tenant_id, name, partition) VALUES (${tenantId}, 'old', 0)`);
    for (const key of [newKey('live').key, test])
      await before.query(sql.unsafe`
        INSERT INTO api_keys (key_id, tenant_id, key_hash, name, scopes, prefix)
        VALUES (${v7()}, ${tenantId}, ${sql.binary(hashApiKey(key))}, ${key.slice(0, 8)}, '{orders:read}', ${key.slice(0, 12)})`);
    return { tenantId, test };
  };
  const first = await add();
  expect(await migrate(old.url)).toEqual(['0026_test_tenants.sql']);
  for (const { tenantId, test } of [first, await add()]) {
    expect(await findPrincipal(before, hashApiKey(test))).toMatchObject({ tenantId, mode: 'live' });
    const next = await issueKey(before, { tenantId, name: 'new', scopes: ['orders:read'], mode: 'test' });
    expect(next.kind === 'issued' && next.record.tenant_id).not.toBe(tenantId);
    expect(await findPrincipal(before, hashApiKey(test))).toMatchObject({ tenantId, mode: 'live' });
  }
  await before.end();
  await old.drop();
});
