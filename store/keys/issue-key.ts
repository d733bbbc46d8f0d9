/**
 * New API keys. A tenant has at most two live keys of one name: the one that clients use, and the
 * one that they move to. The index api_keys_live_slot is what enforces it; the lock on the tenant
 * is only there for a clear answer.
 */
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { v7 } from 'uuid';
import { hashApiKey } from './api-keys.ts';
import { type KeyRecord, findKey, listLiveKeys } from './key-record.ts';
import { type KeyMode, newKey } from './new-key.ts';
import { reachable } from '../unavailable.ts';

export interface NewKey {
  tenantId: string;
  name: string;
  scopes: readonly string[];
  mode: KeyMode;
}

export type IssueOutcome =
  /** `key` is the secret itself: to be shown once, and kept nowhere. */
  | { kind: 'issued'; key: string; record: KeyRecord }
  /** Nothing was done: the name has two live keys, oldest first. */
  | { kind: 'two_live'; live: readonly KeyRecord[] };

export type RotateOutcome =
  | IssueOutcome
  | { kind: 'not_found' }
  /** Nothing was done: a revoked key has no clients that could move. */
  | { kind: 'revoked'; record: KeyRecord };

/** Gives a tenant another key. The tenant must exist. */
export const issueKey = (pool: DatabasePool, wanted: NewKey): Promise<IssueOutcome> =>
  reachable(
    pool.transaction(async (transaction) => {
      await lockTenant(transaction, wanted.tenantId);
      return insert(transaction, wanted);
    }),
  );

/**
 * Makes a successor with the name, the scopes and the mode of a key, which goes on working beside
 * it.
 */
export const rotateKey = (pool: DatabasePool, keyId: string): Promise<RotateOutcome> =>
  reachable(
    pool.transaction(async (transaction): Promise<RotateOutcome> => {
      const found = await findKey(transaction, keyId);
      if (found === null) return { kind: 'not_found' };
      await lockTenant(transaction, found.tenant_id);
      const { tenant_id: tenantId, name, scopes, prefix } = found;
      const record = (await findKey(transaction, keyId)) ?? found;
      if (record.revoked_at !== null) return { kind: 'revoked', record };
      return insert(transaction, {
        tenantId,
        name,
        scopes,
        mode: prefix?.startsWith('hf_test_') ? 'test' : 'live',
      });
    }),
  );

/**
 * One at a time makes keys of a tenant. Not FOR UPDATE, which would wait for everything that refers
 * to the tenant.
 */
async function lockTenant(transaction: DatabaseTransactionConnection, tenantId: string): Promise<void> {
  await transaction.query(sql.unsafe`SELECT FROM tenants WHERE tenant_id = ${tenantId} FOR NO KEY UPDATE`);
}

async function insert(
  transaction: DatabaseTransactionConnection,
  { tenantId, name, scopes, mode }: NewKey,
): Promise<IssueOutcome> {
  const live = await listLiveKeys(transaction, tenantId, name);
  if (live.length >= 2) return { kind: 'two_live', live };
  const keyId = v7();
  const { key, prefix } = newKey(mode);
  await transaction.query(sql.unsafe`
    INSERT INTO api_keys (key_id, tenant_id, key_hash, name, scopes, prefix, slot)
    VALUES (${keyId}, ${tenantId}, ${sql.binary(hashApiKey(key))}, ${name}, ${sql.array([...scopes], 'text')}, ${prefix},
            (SELECT coalesce(min(slot), 1)
               FROM generate_series(1, 2) AS slot
              WHERE slot NOT IN (SELECT taken.slot
                                   FROM api_keys AS taken
                                  WHERE taken.tenant_id = ${tenantId} AND taken.name = ${name}
                                    AND taken.revoked_at IS NULL AND taken.slot IS NOT NULL)))`);
  const record = await findKey(transaction, keyId);
  if (record === null) throw new Error('The key that was just made is not there');
  return { kind: 'issued', key, record };
}
