/** Tenants of an imported log. */
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { toId } from '../ids.ts';
import { keyModes } from '../keys/new-key.ts';
import { LogFileError, type LogHeader, type LogTenant } from './log-file.ts';

/**
 * Creates the missing tenants of a log.
 *
 * @param rename new UUIDs of tenants, by their UUIDs in the file
 * @returns the tenants by their UUIDs in the file, and the UUIDs of those that were created
 * @throws {LogFileError}
 */
export async function createTenants(
  transaction: DatabaseTransactionConnection,
  header: LogHeader,
  rename: ReadonlyMap<string, string>,
): Promise<{ tenants: ReadonlyMap<string, LogTenant>; created: string[] }> {
  const tenants = new Map<string, LogTenant>();
  for (const tenant of header.tenants) {
    const tenant_id = rename.get(tenant.tenant_id) ?? tenant.tenant_id;
    if ([...tenants.values()].some((other) => other.tenant_id === tenant_id)) {
      throw new LogFileError(`Two tenants of the file would both become ${toId('ten', tenant_id)}.`);
    }
    if (!header.partitions.some(({ partition }) => partition === tenant.partition)) {
      throw new LogFileError(
        `Line 1: tenants: ${toId('ten', tenant.tenant_id)} is in a partition without events.`,
      );
    }
    const test_of = tenant.test_of && (rename.get(tenant.test_of) ?? tenant.test_of);
    tenants.set(tenant.tenant_id, { ...tenant, tenant_id, test_of });
  }
  const unknown = [...rename.keys()].find((from) => !tenants.has(from));
  if (unknown !== undefined) {
    throw new LogFileError(`The file has no tenant ${toId('ten', unknown)}, which --tenant-map names.`);
  }
  const created: string[] = [];
  for (const tenant of tenants.values()) {
    const { tenant_id, name, partition, created_at, mode = 'live' } = tenant;
    const made = await transaction.maybeOne(sql.type(z.object({ tenant_id: z.uuid() }))`
      INSERT INTO tenants (tenant_id, name, partition, created_at, mode)
      VALUES (${tenant_id}, ${name}, ${partition}, ${created_at}::timestamptz, ${mode})
      ON CONFLICT DO NOTHING RETURNING tenant_id`);
    if (made) created.push(tenant_id);
    else await requireFit(transaction, tenant);
  }
  for (const tenant of tenants.values())
    if (created.includes(tenant.tenant_id)) await joinLiveTenant(transaction, tenant);
  return { tenants, created };
}

/**
 * All readers rely on it that a tenant's events are in the tenant's partition. And live keys must
 * not reach test orders.
 */
async function requireFit(
  transaction: DatabaseTransactionConnection,
  { tenant_id: tenantId, partition, mode }: LogTenant,
): Promise<void> {
  const current = await transaction.one(
    sql.type(z.object({ partition: z.int(), mode: keyModes }))`
      SELECT partition, mode FROM tenants WHERE tenant_id = ${tenantId}`,
  );
  const tenant = `Tenant ${toId('ten', tenantId)}`;
  if (current.partition !== partition) {
    throw new LogFileError(
      `${tenant} is in partition ${current.partition} of this database, but in partition ${partition} of the file. Use another database.`,
    );
  }
  if (mode === 'test' && current.mode === 'live') {
    throw new LogFileError(
      `${tenant} is a live tenant of this database, but the file has test orders for it. Import them into a test tenant, with --tenant-map.`,
    );
  }
}

/** A test tenant whose live tenant is not in this database stays without one. */
async function joinLiveTenant(
  transaction: DatabaseTransactionConnection,
  { tenant_id: tenantId, test_of: live }: LogTenant,
): Promise<void> {
  if (live === undefined) return;
  const other = await transaction.maybeOneFirst(
    sql.type(z.object({ tenant_id: z.uuid() }))`SELECT tenant_id FROM tenants WHERE test_of = ${live}`,
  );
  if (other !== null) {
    throw new LogFileError(
      `Tenant ${toId('ten', live)} has the test tenant ${toId('ten', other)} in this database, but ${toId('ten', tenantId)} in the file. ` +
        `Use --tenant-map ${toId('ten', tenantId)}=${toId('ten', other)}`,
    );
  }
  await transaction.query(sql.unsafe`
    UPDATE tenants SET test_of = ${live}
     WHERE tenant_id = ${tenantId} AND EXISTS (SELECT FROM tenants WHERE tenant_id = ${live} AND mode = 'live')`);
}
