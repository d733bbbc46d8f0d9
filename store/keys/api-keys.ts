/** API keys and their tenants. Only the SHA-256 of a key is stored. */
import { hash, timingSafeEqual } from 'node:crypto';
import { type DatabasePool, sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { type Network, networkOf } from '../../platform/trusted-proxies.ts';
import { type CallerQuotas, kindQuotas } from './key-limits.ts';
import { type KeyMode, keyModes } from './new-key.ts';
import { SCOPES, type Scope, expandScopes, shortenScopes } from './scopes.ts';
import { recordAct } from '../audit/record-act.ts';
import { toId } from '../ids.ts';
import { ownName } from '../schema/names.ts';
import { statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';

/** The caller of a request. Ids are UUIDs. */
export interface Principal {
  keyId: string;
  tenantId: string;
  partition: number;
  /** Of the tenant. */
  mode: KeyMode;
  /** Expanded: a scope with parts, and its parts (scopes.ts). */
  scopes: ReadonlySet<string>;
  quotas: CallerQuotas;
  /** Of its callers; empty: any address. */
  networks: readonly Network[];
  /** Milliseconds since 1970; `undefined`: never. */
  expiresAt: number | undefined;
}

const findByHash = statement(
  'keys/find-api-key',
  z.object({
    key_id: z.uuid(),
    key_hash: z.instanceof(Buffer),
    scopes: z.array(z.string()),
    tenant_id: z.uuid(),
    partition: z.int(),
    mode: keyModes,
    expires_at: z.string().nullable(),
    networks: z.array(z.string()),
    write_quota: z.string().nullable(),
    read_quota: z.string().nullable(),
    tenant_write_quota: z.string().nullable(),
    tenant_read_quota: z.string().nullable(),
  }),
);

const findRecent = statement(
  'keys/recent-api-keys',
  z.object({ key_hash: z.instanceof(Buffer), tenant_id: z.uuid() }),
);

const keyState = z.object({ tenant_id: z.uuid(), revoked: z.boolean() });

export const hashApiKey = (key: string): Buffer => hash('sha256', key, 'buffer');

/**
 * @param keyHash SHA-256 of the key, 32 bytes
 * @returns the owner of a live key; `undefined` when there is none, or it is revoked or expired
 */
export async function findPrincipal(pool: DatabasePool, keyHash: Buffer): Promise<Principal | undefined> {
  const row = await reachable(pool.maybeOne(findByHash(keyHash)));
  if (row === null || !timingSafeEqual(row.key_hash, keyHash)) return undefined;
  return {
    keyId: row.key_id,
    tenantId: row.tenant_id,
    partition: row.partition,
    mode: row.mode,
    scopes: expandScopes(row.scopes),
    networks: row.networks.map(networkOf).filter((network) => network !== undefined),
    expiresAt: row.expires_at === null ? undefined : Date.parse(row.expires_at),
    quotas: {
      key: kindQuotas(row.write_quota, row.read_quota),
      tenant: kindQuotas(row.tenant_write_quota, row.tenant_read_quota),
    },
  };
}

/** @returns the live keys that were used last, at most `countMax` */
export async function recentKeys(
  pool: DatabasePool,
  countMax: number,
): Promise<{ keyHash: Buffer; tenantId: string }[]> {
  const rows = await reachable(pool.any(findRecent(countMax)));
  return rows.map(({ key_hash, tenant_id }) => ({ keyHash: key_hash, tenantId: tenant_id }));
}

/** The partition of a new tenant, by a hash: evenly spread, and the same on each node. */
export function partitionFor(tenantId: string, partitions: number): number {
  return hash('sha256', tenantId, 'buffer').readUInt32BE(0) % partitions;
}

const modeOf = (key: string): KeyMode => (key.startsWith('hf_test_') ? 'test' : 'live');

/** Whether the database has a live key. */
export const hasApiKeys = (pool: DatabasePool): Promise<boolean> =>
  pool.exists(sql.unsafe`
    SELECT FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`);

/** Creates a tenant. Its name need not be unique. */
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

/** Adds a given key to a tenant. */
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
 * Creates the bootstrap key, with all scopes and a tenant of its own, unless it exists. The tenant
 * of a test key is a test tenant. Idempotent, also when many nodes start at once.
 *
 * @returns its tenant; a revoked key stays revoked
 */
export async function ensureBootstrapKey(
  pool: DatabasePool,
  key: string,
  partitions: number,
): Promise<{ tenantId: string; revoked: boolean }> {
  return pool.transaction(async (transaction) => {
    await transaction.query(
      sql.unsafe`SELECT pg_advisory_xact_lock(hashtext(${ownName('holdfast bootstrap key')}))`,
    );
    const found = await transaction.maybeOne(sql.type(keyState)`
      SELECT tenant_id, revoked_at IS NOT NULL AS revoked FROM api_keys
       WHERE key_hash = ${sql.binary(hashApiKey(key))}`);
    if (found) return { tenantId: found.tenant_id, revoked: found.revoked };
    const tenantId = v7();
    const mode = modeOf(key);
    await transaction.query(sql.unsafe`
      INSERT INTO tenants (tenant_id, name, partition, mode)
      VALUES (${tenantId}, 'bootstrap', ${partitionFor(tenantId, partitions)}, ${mode})`);
    const keyId = v7();
    // A chosen key may be short: no more of its text is stored.
    const prefix = `hf_${mode}_`;
    await transaction.query(sql.unsafe`
      INSERT INTO api_keys (key_id, tenant_id, key_hash, name, scopes, prefix)
      VALUES (${keyId}, ${tenantId}, ${sql.binary(hashApiKey(key))}, 'bootstrap', ${sql.array([...shortenScopes(SCOPES)], 'text')}, ${prefix})`);
    await recordAct(transaction, {
      act: 'key_created',
      tenantId,
      subject: toId('key', keyId),
      details: { name: 'bootstrap', scopes: shortenScopes(SCOPES) },
    });
    return { tenantId, revoked: false };
  });
}

/** A tenant as `/ops` shows it. */
export interface ShownTenant {
  name: string;
  mode: KeyMode;
}

/** @returns names and modes of tenants, by id */
export async function tenantNames(
  pool: DatabasePool,
  tenantIds: readonly string[],
): Promise<ReadonlyMap<string, ShownTenant>> {
  if (tenantIds.length === 0) return new Map();
  const row = z.object({ tenant_id: z.uuid(), name: z.string(), mode: keyModes });
  const rows = await pool.any(sql.type(row)`
    SELECT tenant_id, name, mode FROM tenants WHERE tenant_id = ANY (${sql.array([...tenantIds], 'uuid')})`);
  return new Map(rows.map(({ tenant_id, ...shown }) => [tenant_id, shown]));
}
