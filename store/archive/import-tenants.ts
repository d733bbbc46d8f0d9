/** Tenants of an imported log. */
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { toId } from '../ids.ts';
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
    tenants.set(tenant.tenant_id, { ...tenant, tenant_id });
  }
  const unknown = [...rename.keys()].find((from) => !tenants.has(from));
  if (unknown !== undefined) {
    throw new LogFileError(`The file has no tenant ${toId('ten', unknown)}, which --tenant-map names.`);
  }
  const created: string[] = [];
  for (const { tenant_id, name, partition, created_at } of tenants.values()) {
    const made = await transaction.maybeOne(sql.type(z.object({ tenant_id: z.uuid() }))`
      INSERT INTO tenants (tenant_id, name, partition, created_at)
      VALUES (${tenant_id}, ${name}, ${partition}, ${created_at}::timestamptz)
      ON CONFLICT DO NOTHING RETURNING tenant_id`);
    if (made) created.push(tenant_id);
    else await requireSamePartition(transaction, tenant_id, partition);
  }
  return { tenants, created };
}

/** All readers rely on it that a tenant's events are in the tenant's partition. */
async function requireSamePartition(
  transaction: DatabaseTransactionConnection,
  tenantId: string,
  partition: number,
): Promise<void> {
  const current = await transaction.oneFirst(
    sql.type(z.object({ partition: z.int() }))`SELECT partition FROM tenants WHERE tenant_id = ${tenantId}`,
  );
  if (current === partition) return;
  throw new LogFileError(
    `Tenant ${toId('ten', tenantId)} is in partition ${current} of this database, but in partition ${partition} of the file. Use another database.`,
  );
}
