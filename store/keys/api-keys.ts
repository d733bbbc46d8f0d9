/** API keys and the tenants that they belong to. A key itself is never stored, only its SHA-256. */
import { hash, timingSafeEqual } from 'node:crypto';
import { type DatabasePool, sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { SCOPES, type Scope, expandScopes, shortenScopes } from './scopes.ts';
import { statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';

/** Who calls. Ids are UUIDs. */
export interface Principal {
  keyId: string;
  tenantId: string;
  partition: number;
  /** Sums and all of their parts, so that a look into the set is enough. */
  scopes: ReadonlySet<string>;
}

const findByHash = statement(
  'keys/find-api-key',
  z.object({
    key_id: z.uuid(),
    key_hash: z.instanceof(Buffer),
    scopes: z.array(z.string()),
    tenant_id: z.uuid(),
    partition: z.int(),
  }),
);

const keyState = z.object({ tenant_id: z.uuid(), revoked: z.boolean() });

export const hashApiKey = (key: string): Buffer => hash('sha256', key, 'buffer');

/**
 * Finds whose a key is.
 *
 * @param keyHash SHA-256 of the key, 32 bytes
 * @returns `undefined` when there is no such key, or it has been revoked
 */
export async function findPrincipal(pool: DatabasePool, keyHash: Buffer): Promise<Principal | undefined> {
  const row = await reachable(pool.maybeOne(findByHash(keyHash)));
  if (row === null || !timingSafeEqual(row.key_hash, keyHash)) return undefined;
  return {
    keyId: row.key_id,
    tenantId: row.tenant_id,
    partition: row.partition,
    scopes: expandScopes(row.scopes),
  };
}

/**
 * The partition that a new tenant goes to: spread evenly, and the same wherever it is worked out.
 */
export function partitionFor(tenantId: string, partitions: number): number {
  return hash('sha256', tenantId, 'buffer').readUInt32BE(0) % partitions;
}

/**
 * `hf_live_` or `hf_test_`: all that is kept of the text of a key that somebody else chose, however
 * short they made it.
 */
const modeOf = (key: string): string | null => /^hf_(?:live|test)_/.exec(key)?.[0] ?? null;

/** Whether there is any key that works. */
export const hasApiKeys = (pool: DatabasePool): Promise<boolean> =>
  pool.exists(sql.unsafe`SELECT FROM api_keys WHERE revoked_at IS NULL`);

/** Makes a tenant. */
export async function createTenant(
  pool: DatabasePool,
  name: string,
  partitions: number,
): Promise<{ tenantId: string }> {
  const tenantId = v7();
  await reachable(
    pool.query(sql.unsafe`
      INSERT INTO tenants (tenant_id, name, partition) VALUES (${tenantId}, ${name}, ${partitionFor(tenantId, partitions)})`),
  );
  return { tenantId };
}

/** Gives a tenant a key, kept as its hash. */
export async function addApiKey(
  pool: DatabasePool,
  { tenantId, key, name, scopes }: { tenantId: string; key: string; name: string; scopes: readonly Scope[] },
): Promise<{ keyId: string }> {
  const keyId = v7();
  await reachable(
    pool.query(sql.unsafe`
      INSERT INTO api_keys (key_id, tenant_id, key_hash, name, scopes)
      VALUES (${keyId}, ${tenantId}, ${sql.binary(hashApiKey(key))}, ${name}, ${sql.array([...shortenScopes(scopes)], 'text')})`),
  );
  return { keyId };
}

/**
 * Makes sure that a key exists, with every scope, in a tenant of its own. Any number of nodes may
 * do so at once, and again.
 *
 * @returns whose it is; a key that was revoked stays so
 */
export async function ensureBootstrapKey(
  pool: DatabasePool,
  key: string,
  partitions: number,
): Promise<{ tenantId: string; revoked: boolean }> {
  return pool.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`SELECT pg_advisory_xact_lock(hashtext('holdfast bootstrap key'))`);
    const found = await transaction.maybeOne(sql.type(keyState)`
      SELECT tenant_id, revoked_at IS NOT NULL AS revoked FROM api_keys
       WHERE key_hash = ${sql.binary(hashApiKey(key))}`);
    if (found) return { tenantId: found.tenant_id, revoked: found.revoked };
    const tenantId = v7();
    await transaction.query(sql.unsafe`
      INSERT INTO tenants (tenant_id, name, partition)
      VALUES (${tenantId}, 'bootstrap', ${partitionFor(tenantId, partitions)})`);
    await transaction.query(sql.unsafe`
      INSERT INTO api_keys (key_id, tenant_id, key_hash, name, scopes, prefix)
      VALUES (${v7()}, ${tenantId}, ${sql.binary(hashApiKey(key))}, 'bootstrap', ${sql.array([...shortenScopes(SCOPES)], 'text')}, ${modeOf(key)})`);
    return { tenantId, revoked: false };
  });
}

/** Names of tenants, by id. */
export async function tenantNames(
  pool: DatabasePool,
  tenantIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (tenantIds.length === 0) return new Map();
  const rows = await pool.any(sql.type(z.object({ tenant_id: z.uuid(), name: z.string() }))`
    SELECT tenant_id, name FROM tenants WHERE tenant_id = ANY (${sql.array([...tenantIds], 'uuid')})`);
  return new Map(rows.map(({ tenant_id, name }) => [tenant_id, name]));
}
