/** Limits of a key and of a tenant: quotas, the end of a key, the networks of its callers. */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { type Rate, parseRate } from '../../platform/rate.ts';
import { reachable } from '../unavailable.ts';
import { type KeyRecord, findKey } from './key-record.ts';

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
      return findKey(transaction, keyId);
    }),
  );

/** Changes the quotas of an existing tenant. */
export const limitTenant = async (
  connection: CommonQueryMethods,
  tenantId: string,
  { write, read }: QuotaChange,
): Promise<void> => {
  await reachable(
    connection.query(sql.unsafe`
      UPDATE tenants
         SET write_quota = ${changed('write_quota', write)}, read_quota = ${changed('read_quota', read)}
       WHERE tenant_id = ${tenantId}`),
  );
};
