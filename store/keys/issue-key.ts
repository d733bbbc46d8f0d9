/**
 * Issue and rotation of API keys. A tenant has at most two live keys of one name: the current one,
 * and its successor during a rotation. The index api_keys_live_slot enforces it; the lock on the
 * tenant turns a collision into a clear answer.
 */
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { v7 } from 'uuid';
import { hashApiKey } from './api-keys.ts';
import type { LimitChange } from './key-limits.ts';
import { recordAct } from '../audit/record-act.ts';
import { toId } from '../ids.ts';
import { type KeyRecord, findKey, limitsOf, listLiveKeys } from './key-record.ts';
import { type KeyMode, newKey } from './new-key.ts';
import { tenantOfMode } from './test-tenants.ts';
import { lockTenant } from '../tenants.ts';
import { reachable } from '../unavailable.ts';

/** Live keys of one name. */
const LIVE_KEYS_MAX = 2;

export interface NewKey {
  /** A tenant of either mode. */
  tenantId: string;
  name: string;
  scopes: readonly string[];
  /** Left out: that of the tenant. */
  mode?: KeyMode | undefined;
  limits?: LimitChange;
}

export type IssueOutcome =
  /** `key` is the secret. Show it once, and store it nowhere. */
  | { kind: 'issued'; key: string; record: KeyRecord }
  /** Nothing was changed: the name has two live keys, oldest first. */
  | { kind: 'two_live'; live: readonly KeyRecord[] };

export type RotateOutcome =
  | (IssueOutcome & { predecessor: KeyRecord })
  | { kind: 'not_found' }
  /** Nothing was changed: a revoked key has no clients to move. */
  | { kind: 'revoked'; record: KeyRecord };

/**
 * Issues a key to a tenant, which must exist. A key of the other mode goes to its counterpart,
 * which the first such key creates.
 */
export const issueKey = (pool: DatabasePool, wanted: NewKey): Promise<IssueOutcome> =>
  reachable(
    pool.transaction(async (transaction) => {
      const owner = await tenantOfMode(transaction, wanted.tenantId, wanted.mode);
      await lockTenant(transaction, owner.tenantId);
      const outcome = await insert(transaction, { ...wanted, ...owner });
      if (outcome.kind === 'issued') await recordIssue(transaction, 'key_created', outcome.record);
      return outcome;
    }),
  );

/**
 * Issues a successor with the tenant, name, scopes, quotas and networks of a key. The old key stays
 * live. The successor of a test key that reaches live orders is a live key.
 *
 * @param expiresAt RFC 3339, `null` for never; left out, the successor lives as long as the key
 */
export const rotateKey = (
  pool: DatabasePool,
  keyId: string,
  expiresAt?: string | null,
): Promise<RotateOutcome> =>
  reachable(
    pool.transaction(async (transaction): Promise<RotateOutcome> => {
      const found = await findKey(transaction, keyId);
      if (found === null) return { kind: 'not_found' };
      await lockTenant(transaction, found.tenant_id);
      const record = (await findKey(transaction, keyId)) ?? found;
      if (record.revoked_at !== null) return { kind: 'revoked', record };
      const { tenant_id: tenantId, name, scopes, mode, networks } = record;
      const { write_quota: write, read_quota: read } = record;
      const outcome = await insert(transaction, {
        tenantId,
        name,
        scopes,
        mode,
        limits: {
          write,
          read,
          networks,
          expiresAt: expiresAt === undefined ? successorEnd(record) : expiresAt,
        },
      });
      if (outcome.kind === 'issued') await recordIssue(transaction, 'key_rotated', outcome.record, keyId);
      return { ...outcome, predecessor: record };
    }),
  );

/** Records an issue. @param predecessor the key that was rotated */
const recordIssue = (
  transaction: DatabaseTransactionConnection,
  act: 'key_created' | 'key_rotated',
  record: KeyRecord,
  predecessor?: string,
): Promise<void> =>
  recordAct(transaction, {
    act,
    tenantId: record.tenant_id,
    subject: toId('key', predecessor ?? record.key_id),
    details: {
      ...(predecessor !== undefined && { successor: toId('key', record.key_id) }),
      name: record.name,
      scopes: record.scopes,
      ...limitsOf(record),
    },
  });

/** The successor of a key that expires lives as long as that from its creation. */
function successorEnd({ created_at, expires_at }: KeyRecord): string | null {
  if (expires_at === null) return null;
  return new Date(Date.now() + Date.parse(expires_at) - Date.parse(created_at)).toISOString();
}

async function insert(
  transaction: DatabaseTransactionConnection,
  { tenantId, name, scopes, mode, limits = {} }: NewKey & { mode: KeyMode },
): Promise<IssueOutcome> {
  const live = await listLiveKeys(transaction, tenantId, name);
  if (live.length >= LIVE_KEYS_MAX) return { kind: 'two_live', live };
  const keyId = v7();
  const { key, prefix } = newKey(mode);
  await transaction.query(sql.unsafe`
    INSERT INTO api_keys (key_id, tenant_id, key_hash, name, scopes, prefix, write_quota, read_quota, expires_at, networks, slot)
    VALUES (${keyId}, ${tenantId}, ${sql.binary(hashApiKey(key))}, ${name}, ${sql.array([...scopes], 'text')}, ${prefix},
            ${limits.write ?? null}, ${limits.read ?? null}, ${limits.expiresAt ?? null},
            ${sql.array([...(limits.networks ?? [])], 'text')},
            (SELECT coalesce(min(slot), 1)
               FROM generate_series(1, 2) AS slot
              WHERE slot NOT IN (SELECT taken.slot
                                   FROM api_keys AS taken
                                  WHERE taken.tenant_id = ${tenantId} AND taken.name = ${name}
                                    AND taken.revoked_at IS NULL AND taken.slot IS NOT NULL)))`);
  const record = await findKey(transaction, keyId);
  if (record === null) throw new Error('The key that was just inserted is missing');
  return { kind: 'issued', key, record };
}
