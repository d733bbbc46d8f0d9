/**
 * Test tenants. The test keys of a live tenant belong to a test tenant of its own: orders, feed,
 * webhooks, series, idempotency keys and quotas are by tenant, so neither reaches the other's.
 */
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { recordAct } from '../audit/record-act.ts';
import { toId } from '../ids.ts';
import { listPartitions } from '../partitions.ts';
import { ownName } from '../schema/names.ts';
import { partitionFor } from './api-keys.ts';
import { type KeyMode, keyModes } from './new-key.ts';

const NAME_LENGTH_MAX = 100;

const givenRow = z.object({
  tenant_id: z.uuid(),
  name: z.string(),
  mode: keyModes,
  counterpart: z.uuid().nullable(),
});
type Given = z.output<typeof givenRow>;

/**
 * Finds the tenant of the keys of a mode, and creates it when it is missing.
 *
 * @param tenantId an existing tenant, of either mode
 * @param mode `undefined`: that of the tenant
 * @returns the tenant itself, or its counterpart of the other mode
 */
export async function tenantOfMode(
  transaction: DatabaseTransactionConnection,
  tenantId: string,
  mode: KeyMode | undefined,
): Promise<{ tenantId: string; mode: KeyMode }> {
  // One at a time, so that a tenant gets one counterpart.
  await transaction.query(
    sql.unsafe`SELECT pg_advisory_xact_lock(hashtext(${ownName('holdfast test tenants')}))`,
  );
  const given = await transaction.one(sql.type(givenRow)`
    SELECT tenant.tenant_id, tenant.name, tenant.mode, coalesce(tenant.test_of, test.tenant_id) AS counterpart
      FROM tenants AS tenant
      LEFT JOIN tenants AS test ON test.test_of = tenant.tenant_id
     WHERE tenant.tenant_id = ${tenantId}`);
  if (mode === undefined || mode === given.mode) return { tenantId, mode: given.mode };
  return { tenantId: given.counterpart ?? (await createCounterpart(transaction, given, mode)), mode };
}

/** @returns the UUID of the new tenant */
async function createCounterpart(
  transaction: DatabaseTransactionConnection,
  given: Given,
  mode: KeyMode,
): Promise<string> {
  const suffix = ` (${mode})`;
  const name = given.name.slice(0, NAME_LENGTH_MAX - suffix.length).toWellFormed() + suffix;
  const { length: partitions } = await listPartitions(transaction);
  const tenantId = v7();
  const testOf = mode === 'test' ? given.tenant_id : null;
  await transaction.query(sql.unsafe`
    INSERT INTO tenants (tenant_id, name, partition, mode, test_of)
    VALUES (${tenantId}, ${name}, ${partitionFor(tenantId, partitions)}, ${mode}, ${testOf})`);
  if (mode === 'live')
    await transaction.query(
      sql.unsafe`UPDATE tenants SET test_of = ${tenantId} WHERE tenant_id = ${given.tenant_id}`,
    );
  await recordAct(transaction, {
    act: 'tenant_created',
    tenantId,
    subject: toId('ten', tenantId),
    details: { name, mode, [mode === 'test' ? 'test_of' : 'live_of']: toId('ten', given.tenant_id) },
  });
  return tenantId;
}
