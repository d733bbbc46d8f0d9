/** Limits of a key and of a tenant: quotas, the end of a key, the networks of its callers. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { type Rate, parseRate } from '../../platform/rate.ts';
import { recordAct } from '../audit/record-act.ts';
import { toId } from '../ids.ts';
import { reachable } from '../unavailable.ts';
import { type KeyRecord, findKey, limitsOf } from './key-record.ts';

/** Quotas of one subject; `undefined`: none of its own. */
export interface KindQuotas {
  read: Rate | undefined;
  write: Rate | undefined;
}

export interface CallerQuotas {
  /** Without one the default of the installation counts. */
  key: KindQuotas;
  /** Of all keys of the tenant together. Without one nothing bounds them together. */
  tenant: KindQuotas;
}

/** Quotas as the columns hold them. A text that a later release wrote counts as none. */
export const kindQuotas = (write: string | null, read: string | null): KindQuotas => ({
  read: read === null ? undefined : parseRate(read),
  write: write === null ? undefined : parseRate(write),
});

/** Each `undefined` stays as it is; `null` removes the limit. */
export interface QuotaChange {
  /** `COUNT/SECONDS` */
  write?: string | null | undefined;
  read?: string | null | undefined;
}

export interface LimitChange extends QuotaChange {
  /** RFC 3339. */
  expiresAt?: string | null | undefined;
  /** CIDR notation; empty: any address. */
  networks?: readonly string[] | undefined;
}

/** The quotas of a key and its tenant, as stored. */
export type StoredQuotas = z.output<typeof quotasRow>;

const quotasRow = z.object({
  key_id: z.uuid(),
  write: z.string().nullable(),
  read: z.string().nullable(),
  tenant_write: z.string().nullable(),
  tenant_read: z.string().nullable(),
});

/** The quotas of some keys. */
export const quotasOfKeys = (
  pool: DatabasePool,
  keyIds: readonly string[],
): Promise<readonly StoredQuotas[]> =>
  reachable(
    pool.any(sql.type(quotasRow)`
      SELECT key_id, api_key.write_quota AS write, api_key.read_quota AS read,
             coalesce(tenant.write_quota, live.write_quota) AS tenant_write,
             coalesce(tenant.read_quota, live.read_quota) AS tenant_read
        FROM api_keys AS api_key
        JOIN tenants AS tenant USING (tenant_id)
        LEFT JOIN tenants AS live ON live.tenant_id = tenant.test_of
       WHERE key_id = ANY (${sql.array([...keyIds], 'uuid')})`),
  );

const changed = (column: 'write_quota' | 'read_quota' | 'expires_at', given: string | null | undefined) =>
  given === undefined ? sql.fragment`${sql.identifier([column])}` : sql.fragment`${given}`;

/**
 * Changes the limits of a key. Nodes cache keys, so the former ones may count for a few seconds.
 *
 * @returns the key; `null` when there is no such key
 */
export const limitKey = (
  pool: DatabasePool,
  keyId: string,
  { write, read, expiresAt, networks }: LimitChange,
): Promise<KeyRecord | null> =>
  reachable(
    pool.transaction(async (transaction) => {
      await transaction.query(sql.unsafe`
        UPDATE api_keys
           SET write_quota = ${changed('write_quota', write)}, read_quota = ${changed('read_quota', read)},
               expires_at = ${changed('expires_at', expiresAt)},
               networks = ${networks === undefined ? sql.fragment`networks` : sql.array([...networks], 'text')}
         WHERE key_id = ${keyId}`);
      const record = await findKey(transaction, keyId);
      if (record !== null)
        await recordAct(transaction, {
          act: 'key_limited',
          tenantId: record.tenant_id,
          subject: toId('key', record.key_id),
          details: limitsOf(record),
        });
      return record;
    }),
  );

/** Changes the quotas of an existing tenant. */
export const limitTenant = async (
  pool: DatabasePool,
  tenantId: string,
  { write, read }: QuotaChange,
): Promise<void> => {
  await reachable(
    pool.transaction(async (transaction) => {
      await transaction.query(sql.unsafe`
        UPDATE tenants
           SET write_quota = ${changed('write_quota', write)}, read_quota = ${changed('read_quota', read)}
         WHERE tenant_id = ${tenantId}`);
      const subject = toId('ten', tenantId);
      const details = { write_quota: write, read_quota: read };
      await recordAct(transaction, { act: 'tenant_limited', tenantId, subject, details });
    }),
  );
};
