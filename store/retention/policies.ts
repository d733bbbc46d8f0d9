/** How long tenants keep what they need not keep for ever; docs/privacy.md has the rules. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { recordAct } from '../audit/record-act.ts';
import { reachable } from '../unavailable.ts';

/** What a policy can end, with the most days of each. */
export const RETENTION_DAYS_MAX = { personal: 36_500, delivery: 30, act: 36_500 };
export type RetentionKind = keyof typeof RETENTION_DAYS_MAX;
export const RETENTION_KINDS = Object.keys(RETENTION_DAYS_MAX) as RetentionKind[];

/** Days, or `null` without a policy; what is left out stays. */
export type PolicyChange = Partial<Record<RetentionKind, number | null>>;

const policyRow = z.object({
  tenant_id: z.uuid(),
  tenant_name: z.string(),
  partition: z.int(),
  personal_days: z.int().nullable(),
  delivery_days: z.int().nullable(),
  act_days: z.int().nullable(),
  /** The end of the last pass, RFC 3339. */
  passed_at: z.string().nullable(),
});
export type Policy = z.output<typeof policyRow>;

const columns = sql.fragment`
  policy.tenant_id, tenant.name AS tenant_name, tenant.partition, personal_days, delivery_days, act_days, passed_at`;

/** The policies of all tenants or of one, by name. */
export const listPolicies = (pool: DatabasePool, tenantId?: string): Promise<readonly Policy[]> =>
  reachable(
    pool.any(sql.type(policyRow)`
      SELECT ${columns}
        FROM retention_policies AS policy
        JOIN tenants AS tenant USING (tenant_id)
       WHERE ${tenantId === undefined ? sql.fragment`true` : sql.fragment`tenant_id = ${tenantId}`}
       ORDER BY tenant.name, tenant_id`),
  );

/** Changes the policy of a tenant. It is due at once. */
export const setPolicy = (pool: DatabasePool, tenantId: string, change: PolicyChange): Promise<Policy> =>
  reachable(
    pool.transaction(async (transaction) => {
      const column = (kind: RetentionKind) => {
        const days = change[kind];
        const name = sql.identifier([`${kind}_days`]);
        return days === undefined ? sql.fragment`${name} = policy.${name}` : sql.fragment`${name} = ${days}`;
      };
      await transaction.query(sql.unsafe`
        INSERT INTO retention_policies (tenant_id) VALUES (${tenantId}) ON CONFLICT DO NOTHING`);
      await transaction.query(sql.unsafe`
        UPDATE retention_policies AS policy
           SET ${column('personal')}, ${column('delivery')}, ${column('act')},
               next_run_at = now(), after_created = NULL, after_key_id = NULL
         WHERE tenant_id = ${tenantId}`);
      const set = await transaction.one(sql.type(policyRow)`
        SELECT ${columns} FROM retention_policies AS policy JOIN tenants AS tenant USING (tenant_id)
         WHERE tenant_id = ${tenantId}`);
      const { personal_days, delivery_days, act_days } = set;
      const details = { personal_days, delivery_days, act_days };
      await recordAct(transaction, { act: 'retention_set', tenantId, subject: set.tenant_name, details });
      return set;
    }),
  );

const claimedRow = policyRow.extend({
  after_created: z.string().nullable(),
  after_key_id: z.uuid().nullable(),
});
/** A policy that this node works on, and where its pass over the data keys goes on. */
export type ClaimedPolicy = z.output<typeof claimedRow>;

/**
 * Takes the policy that has been due for longest; no other node takes it meanwhile.
 *
 * @param leaseSeconds after this time, it is due again: its node may have died
 */
export const claimPolicy = (pool: DatabasePool, leaseSeconds: number): Promise<ClaimedPolicy | null> =>
  pool.maybeOne(sql.type(claimedRow)`
    WITH due AS (
      SELECT tenant_id
        FROM retention_policies
       WHERE next_run_at <= now()
       ORDER BY next_run_at
       LIMIT 1
         FOR UPDATE SKIP LOCKED
    ), claimed AS (
      UPDATE retention_policies AS policy
         SET next_run_at = now() + ${leaseSeconds} * interval '1 second'
       WHERE tenant_id = (SELECT tenant_id FROM due)
      RETURNING *
    )
    SELECT ${columns}, to_char(after_created AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.USZ') AS after_created,
           after_key_id
      FROM claimed AS policy
      JOIN tenants AS tenant USING (tenant_id)`);

/** Where a pass has come to, RFC 3339 with microseconds; `null` at its end. */
export type PassPlace = { created: string; keyId: string } | null;

/**
 * Gives a policy back.
 *
 * @param inSeconds until it is due again
 */
export const putOff = (
  pool: DatabasePool,
  tenantId: string,
  { place, inSeconds }: { place: PassPlace; inSeconds: number },
): Promise<unknown> =>
  pool.query(sql.unsafe`
    UPDATE retention_policies
       SET next_run_at = now() + ${inSeconds} * interval '1 second',
           after_created = ${place?.created ?? null}::timestamptz, after_key_id = ${place?.keyId ?? null},
           passed_at = CASE WHEN ${place === null} THEN now() ELSE passed_at END
     WHERE tenant_id = ${tenantId}`);
