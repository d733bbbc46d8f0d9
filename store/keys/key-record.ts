/** The record of an API key: everything but the key itself. */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../unavailable.ts';
import { keyModes } from './new-key.ts';

const keyRow = z.object({
  key_id: z.uuid(),
  tenant_id: z.uuid(),
  name: z.string(),
  /** The first characters of the key; `null` for keys older than this column. */
  prefix: z.string().nullable(),
  scopes: z.array(z.string()),
  created_at: z.string(),
  /** May be a minute old. */
  last_used_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  /** `COUNT/SECONDS`; `null`: the default of the installation. */
  write_quota: z.string().nullable(),
  read_quota: z.string().nullable(),
  expires_at: z.string().nullable(),
  /** CIDR notation; empty: any address. */
  networks: z.array(z.string()),
  /** Of its tenant: whether the key reaches live orders or test orders. */
  mode: keyModes,
});

/** Times are RFC 3339, ids are UUIDs. */
export type KeyRecord = z.output<typeof keyRow>;

/** The limits of a key, for the record of administrative acts. */
export const limitsOf = ({ write_quota, read_quota, expires_at, networks }: KeyRecord) => ({
  write_quota,
  read_quota,
  expires_at,
  networks,
});

const SELECT_KEYS = sql.fragment`
  SELECT key_id, tenant_id, api_key.name, prefix, scopes, api_key.created_at, last_used_at, revoked_at,
         api_key.write_quota, api_key.read_quota, expires_at, networks, tenant.mode
    FROM api_keys AS api_key
    JOIN tenants AS tenant USING (tenant_id)`;

/** @returns `null` when there is no such key */
export const findKey = (connection: CommonQueryMethods, keyId: string): Promise<KeyRecord | null> =>
  reachable(connection.maybeOne(sql.type(keyRow)`${SELECT_KEYS} WHERE key_id = ${keyId}`));

/** All keys of a tenant and of its test tenant, revoked ones too, oldest first. */
export const listKeys = (connection: CommonQueryMethods, tenantId: string): Promise<readonly KeyRecord[]> =>
  reachable(
    connection.any(sql.type(keyRow)`
      ${SELECT_KEYS}
       WHERE tenant_id = ${tenantId} OR tenant.test_of = ${tenantId}
       ORDER BY api_key.created_at, key_id`),
  );

/** The live keys of one name, oldest first. */
export const listLiveKeys = (
  connection: CommonQueryMethods,
  tenantId: string,
  name: string,
): Promise<readonly KeyRecord[]> =>
  reachable(
    connection.any(sql.type(keyRow)`
      ${SELECT_KEYS}
       WHERE tenant_id = ${tenantId} AND api_key.name = ${name} AND revoked_at IS NULL
       ORDER BY api_key.created_at, key_id`),
  );
