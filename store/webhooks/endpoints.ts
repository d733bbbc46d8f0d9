/** Webhook endpoints of a tenant and their settings. */
import {
  type CommonQueryMethods,
  type DatabaseTransactionConnection,
  type FragmentSqlToken,
  sql,
} from 'slonik';
import { z } from 'zod';
import { toId } from '../ids.ts';
import type { Keyring } from '../secrets/keyring.ts';
import type { Tenancy } from '../tenancy.ts';
import { lockTenant } from '../tenants.ts';
import { newSecret } from './secrets.ts';

/** Endpoints of one tenant. */
export const ENDPOINTS_MAX = 200;

export const endpointRow = z.object({
  endpoint_id: z.uuid(),
  number: z.int(),
  url: z.string(),
  description: z.string(),
  event_types: z.array(z.string()).nullable(),
  max_per_second: z.int(),
  edition: z.string(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
  disabled_at: z.string().nullable(),
  disabled_reason: z.string().nullable(),
  failing_since: z.string().nullable(),
});
type EndpointRow = z.output<typeof endpointRow>;

const columns = sql.fragment`
  endpoint_id, number, url, description, event_types, max_per_second, edition, version, created_at, updated_at, disabled_at, disabled_reason, failing_since`;

/** The settings that a client chooses. */
export interface EndpointSettings {
  url: string;
  description: string;
  /** `null` for all types. */
  event_types: string[] | null;
  max_per_second: number;
  status: 'enabled' | 'disabled';
}

/** An endpoint as clients see it. */
export const endpointDocument = (row: EndpointRow) => ({
  id: toId('whe', row.endpoint_id),
  url: row.url,
  description: row.description,
  event_types: row.event_types,
  max_per_second: row.max_per_second,
  status: row.disabled_at === null ? 'enabled' : 'disabled',
  disabled_reason: row.disabled_reason,
  disabled_at: row.disabled_at,
  failing_since: row.failing_since,
  api_version: row.edition,
  version: row.version,
  created_at: row.created_at,
  updated_at: row.updated_at,
});

/** A new endpoint starts at the end of the log: it is sent later events only. */
const head = (partition: number) =>
  sql.fragment`(SELECT position FROM log_heads WHERE partition = ${partition})`;

/**
 * @returns `undefined` when the tenant has {@link ENDPOINTS_MAX} endpoints already
 * @throws {SecretNotDecrypted} this node lacks the active key
 */
export async function createEndpoint(
  transaction: DatabaseTransactionConnection,
  keyring: Keyring,
  { tenantId, partition }: Tenancy,
  {
    endpointId,
    edition,
    ...settings
  }: Omit<EndpointSettings, 'status'> & { endpointId: string; edition: string },
): Promise<EndpointRow | undefined> {
  await lockTenant(transaction, tenantId);
  const { clear, sealed } = await newSecret(transaction, keyring, { tenantId, endpointId });
  const row = await transaction.maybeOne(sql.type(endpointRow)`
    INSERT INTO webhook_endpoints (endpoint_id, tenant_id, partition, edition, url, description, event_types, max_per_second, since_position, secret, sealed_secret)
    SELECT ${endpointId}, ${tenantId}, ${partition}, ${edition}, ${settings.url}, ${settings.description},
           ${typesOf(settings.event_types)}, ${settings.max_per_second}, ${head(partition)}, ${clear}, ${sealed}
     WHERE (SELECT count(*) FROM webhook_endpoints WHERE tenant_id = ${tenantId}) < ${ENDPOINTS_MAX}
    RETURNING ${columns}`);
  return row ?? undefined;
}

const typesOf = (types: string[] | null) =>
  types === null ? sql.fragment`NULL` : sql.fragment`${sql.array(types, 'text')}`;

/** @param lock held until the end of the transaction */
export async function findEndpoint(
  connection: CommonQueryMethods,
  { tenantId }: Pick<Tenancy, 'tenantId'>,
  endpointId: string,
  { lock = false } = {},
): Promise<EndpointRow | undefined> {
  const row = await connection.maybeOne(sql.type(endpointRow)`
    SELECT ${columns} FROM webhook_endpoints
     WHERE endpoint_id = ${endpointId} AND tenant_id = ${tenantId} ${lock ? sql.fragment`FOR NO KEY UPDATE` : sql.fragment``}`);
  return row ?? undefined;
}

/**
 * One page, oldest first, after number `from`; `next` is its last number, `null` on the last page.
 */
export async function listEndpoints(
  connection: CommonQueryMethods,
  { tenantId, from, limit }: { tenantId: string; from: number; limit: number },
): Promise<{ rows: readonly EndpointRow[]; next: number | null }> {
  const rows = await connection.any(sql.type(endpointRow)`
    SELECT ${columns} FROM webhook_endpoints WHERE tenant_id = ${tenantId} AND number > ${from} ORDER BY number LIMIT ${limit + 1}`);
  const page = rows.slice(0, limit);
  return { rows: page, next: rows.length > limit ? page.at(-1)!.number : null };
}

/** The highest number that a list ever assigned. No valid cursor of the list has a higher one. */
export const newestNumber = (
  connection: CommonQueryMethods,
  list: 'webhook_endpoints' | 'webhook_deliveries',
): Promise<number> =>
  connection.oneFirst(
    sql.type(
      z.object({ last_value: z.int() }),
    )`SELECT last_value FROM ${sql.identifier([`${list}_number_seq`])}`,
  );

/**
 * Updates a locked endpoint. With another URL, and when it becomes enabled, it starts afresh:
 * outcomes of running attempts do not count for it, and its pending deliveries are due, at the
 * start of the retry schedule (move-backlog.sql). A lower rate waits for a second, so that no
 * requests of the old rate are in its first second.
 */
export async function updateEndpoint(
  transaction: DatabaseTransactionConnection,
  { partition }: Tenancy,
  before: EndpointRow,
  settings: EndpointSettings,
): Promise<EndpointRow> {
  const enables = settings.status === 'enabled' && before.disabled_at !== null;
  const disables = settings.status === 'disabled' && before.disabled_at === null;
  const changes: FragmentSqlToken[] = [
    sql.fragment`url = ${settings.url}`,
    sql.fragment`description = ${settings.description}`,
    sql.fragment`event_types = ${typesOf(settings.event_types)}`,
    sql.fragment`max_per_second = ${settings.max_per_second}`,
    sql.fragment`version = version + 1`,
    sql.fragment`updated_at = now()`,
  ];
  if (enables || settings.url !== before.url)
    changes.push(sql.fragment`generation = generation + 1, failures = 0, failing_since = NULL, not_before = '-infinity',
                                backlog_number = 0, backlog_restarts = true`);
  if (enables)
    changes.push(
      sql.fragment`disabled_at = NULL, disabled_reason = NULL, since_position = ${head(partition)}`,
    );
  if (disables) changes.push(sql.fragment`disabled_at = now(), disabled_reason = 'by_client'`);
  if (settings.max_per_second < before.max_per_second)
    changes.push(
      sql.fragment`next_send_at = greatest(next_send_at, clock_timestamp() + interval '1 second')`,
    );
  return transaction.one(sql.type(endpointRow)`
    UPDATE webhook_endpoints
       SET ${sql.join(changes, sql.fragment`, `)}
     WHERE endpoint_id = ${before.endpoint_id}
    RETURNING ${columns}`);
}

/**
 * Deletes an endpoint: one row, in any state of its ledger. No request, claim or relay finds its
 * deliveries from then on; the sweep removes them (removals.ts).
 */
export async function deleteEndpoint(
  transaction: DatabaseTransactionConnection,
  { tenantId }: Tenancy,
  endpointId: string,
): Promise<void> {
  await transaction.query(
    sql.unsafe`DELETE FROM webhook_endpoints WHERE endpoint_id = ${endpointId} AND tenant_id = ${tenantId}`,
  );
}
