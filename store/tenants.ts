/** Tenants, for the operator's commands. */
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { partitionFor } from './keys/api-keys.ts';
import { keyModes } from './keys/new-key.ts';
import { recordAct } from './audit/record-act.ts';
import { parseId, toId } from './ids.ts';
import { listPartitions } from './partitions.ts';
import { ownName } from './schema/names.ts';
import { reachable } from './unavailable.ts';

const tenantRow = z.object({
  tenant_id: z.uuid(),
  name: z.string(),
  partition: z.int(),
  created_at: z.string(),
  /** `COUNT/SECONDS`, of all keys together; `null`: none. */
  write_quota: z.string().nullable(),
  read_quota: z.string().nullable(),
  mode: keyModes,
  /** The live tenant of a test tenant; `null`: it has none. */
  test_of: z.uuid().nullable(),
});
const listedRow = tenantRow.extend({ live_keys: z.int() });

/** Times are RFC 3339, ids are UUIDs. */
export type Tenant = z.output<typeof tenantRow>;
export type ListedTenant = z.output<typeof listedRow>;

const COLUMNS = sql.fragment`tenant_id, name, partition, created_at, write_quota, read_quota, mode, test_of`;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The log has no such partition. */
export class NoPartitionError extends Error {
  override name = 'NoPartitionError';
  /** Those that it has. */
  readonly partitions: readonly number[];

  constructor(partitions: readonly number[]) {
    super(`the log has ${partitions.length} partitions`);
    this.partitions = partitions;
  }
}

/**
 * Creates a tenant, unless one has the name. Names are unique here for the operator's sake; the
 * schema allows duplicates, and {@link createTenant} creates them.
 *
 * @param partition where its orders are for ever; default: by the hash of its id
 * @returns the tenant, and whether this call created it
 * @throws {NoPartitionError}
 */
export const createNamedTenant = (
  pool: DatabasePool,
  name: string,
  partition?: number,
): Promise<{ tenant: Tenant; created: boolean }> =>
  reachable(
    pool.transaction(async (transaction) => {
      await transaction.query(
        sql.unsafe`SELECT pg_advisory_xact_lock(hashtext(${ownName('holdfast tenant name')}))`,
      );
      const before = await transaction.any(sql.type(tenantRow)`
        SELECT ${COLUMNS} FROM tenants WHERE name = ${name} ORDER BY created_at LIMIT 1`);
      if (before[0]) return { tenant: before[0], created: false };
      const partitions = await listPartitions(transaction);
      const tenantId = v7();
      const home = partition ?? partitionFor(tenantId, partitions.length);
      if (!partitions.includes(home)) throw new NoPartitionError(partitions);
      const tenant = await transaction.one(sql.type(tenantRow)`
        INSERT INTO tenants (tenant_id, name, partition) VALUES (${tenantId}, ${name}, ${home})
        RETURNING ${COLUMNS}`);
      await recordAct(transaction, {
        act: 'tenant_created',
        tenantId,
        subject: toId('ten', tenantId),
        details: { name, ...(partition !== undefined && { partition }) },
      });
      return { tenant, created: true };
    }),
  );

/**
 * Locks a tenant until the end of the transaction, so that transactions that check a limit of it
 * run one after the other. FOR UPDATE would also block foreign keys.
 */
export async function lockTenant(
  transaction: DatabaseTransactionConnection,
  tenantId: string,
): Promise<void> {
  await transaction.query(sql.unsafe`SELECT FROM tenants WHERE tenant_id = ${tenantId} FOR NO KEY UPDATE`);
}

/** All tenants, oldest first, with the number of live keys of each. */
export const listTenants = (pool: DatabasePool): Promise<readonly ListedTenant[]> =>
  reachable(
    pool.any(sql.type(listedRow)`
      SELECT ${COLUMNS}, coalesce(keys.live, 0) AS live_keys
        FROM tenants
        LEFT JOIN (SELECT tenant_id, count(*) AS live 
                     FROM api_keys
                    WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
                    GROUP BY tenant_id) AS keys
             USING (tenant_id)
       ORDER BY created_at, tenant_id`),
  );

/**
 * Finds tenants by id (`ten_…` or its UUID) or by name.
 *
 * @returns at most ten, the oldest of those that share the name
 */
export const findTenants = (pool: DatabasePool, idOrName: string): Promise<readonly Tenant[]> => {
  const id = parseId('ten', idOrName) ?? (UUID.test(idOrName) ? idOrName : undefined);
  const which = id === undefined ? sql.fragment`name = ${idOrName}` : sql.fragment`tenant_id = ${id}`;
  return reachable(
    pool.any(sql.type(tenantRow)`
      SELECT ${COLUMNS} FROM tenants WHERE ${which} ORDER BY created_at, tenant_id LIMIT 10`),
  );
};
