/** The record of an API key: everything but the key itself. */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../unavailable.ts';

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
});

/** Times are RFC 3339, ids are UUIDs. */
export type KeyRecord = z.output<typeof keyRow>;

const COLUMNS = sql.fragment`key_id, tenant_id, name, prefix, scopes, created_at, last_used_at, revoked_at,
  write_quota, read_quota, expires_at, networks`;

/** @returns `null` when there is no such key */
export const findKey = (connection: CommonQueryMethods, keyId: string): Promise<KeyRecord | null> =>
  reachable(connection.maybeOne(sql.type(keyRow)`SELECT ${COLUMNS} FROM api_keys WHERE key_id = ${keyId}`));

/** All keys of a tenant, revoked ones too, oldest first. */
export const listKeys = (connection: CommonQueryMethods, tenantId: string): Promise<readonly KeyRecord[]> =>
  reachable(
    connection.any(sql.type(keyRow)`
      SELECT ${COLUMNS} FROM api_keys WHERE tenant_id = ${tenantId} ORDER BY created_at, key_id`),
  );

/** The live keys of one name, oldest first. */
export const listLiveKeys = (
  connection: CommonQueryMethods,
  tenantId: string,
  name: string,
): Promise<readonly KeyRecord[]> =>
  reachable(
    connection.any(sql.type(keyRow)`
      SELECT ${COLUMNS} FROM api_keys
       WHERE tenant_id = ${tenantId} AND name = ${name} AND revoked_at IS NULL
       ORDER BY created_at, key_id`),
  );
