/** API keys and webhook endpoints of an imported log. */
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { toId } from '../ids.ts';
import { keyModes } from '../keys/new-key.ts';
import { type ApiKeyLine, type EndpointLine, readApiKey, readEndpoint } from './access-lines.ts';
import { LogFileError, type LogHeader, type LogTenant } from './log-file.ts';

const CLEAR_SECRET_LENGTH = 64;

/** Reads the next line of the file, and its number. */
type NextLine = () => Promise<{ line: string; number: number }>;

/**
 * Adds the keys and endpoints whose lines follow the header.
 *
 * @param tenants of this database, by their UUIDs in the file
 * @throws {LogFileError}
 */
export async function importAccess(
  transaction: DatabaseTransactionConnection,
  { keys = 0, endpoints = 0 }: LogHeader,
  tenants: ReadonlyMap<string, LogTenant>,
  next: NextLine,
): Promise<void> {
  const tenantOf = (tenantId: string, number: number): LogTenant => {
    const tenant = tenants.get(tenantId);
    if (tenant === undefined)
      throw new LogFileError(`Line ${number}: tenant_id: the header does not name this tenant.`);
    return tenant;
  };
  for (let n = 0; n < keys; n += 1) {
    const { line, number } = await next();
    const key = readApiKey(line, number);
    await addKey(transaction, key, tenantOf(key.tenant_id, number), number);
  }
  for (let n = 0; n < endpoints; n += 1) {
    const { line, number } = await next();
    const endpoint = readEndpoint(line, number);
    await addEndpoint(transaction, endpoint, tenantOf(endpoint.tenant_id, number), number);
  }
}

async function addKey(
  transaction: DatabaseTransactionConnection,
  key: ApiKeyLine,
  { tenant_id: tenantId }: LogTenant,
  number: number,
): Promise<void> {
  const mode = await transaction.oneFirst(
    sql.type(z.object({ mode: keyModes }))`SELECT mode FROM tenants WHERE tenant_id = ${tenantId}`,
  );
  if (key.prefix !== null && !key.prefix.startsWith(`hf_${mode}_`))
    throw new LogFileError(
      `Line ${number}: prefix: tenant ${toId('ten', tenantId)} is a ${mode} tenant here.`,
    );
  const added = await transaction.query(sql.unsafe`
    INSERT INTO api_keys (key_id, tenant_id, key_hash, name, scopes, created_at, slot, prefix, write_quota, read_quota, expires_at, networks)
    VALUES (${key.key_id}, ${tenantId}, ${sql.binary(Buffer.from(key.key_hash, 'hex'))}, ${key.name}, ${sql.array(key.scopes, 'text')},
            ${key.created_at}::timestamptz, ${key.slot}, ${key.prefix}, ${key.write_quota}, ${key.read_quota},
            ${key.expires_at}::timestamptz, ${sql.array(key.networks, 'text')})
        ON CONFLICT DO NOTHING`);
  if (added.rowCount === 0)
    throw new LogFileError(
      `Line ${number}: this database has the key ${toId('key', key.key_id)} already, or two live keys of its name.`,
    );
}

async function addEndpoint(
  transaction: DatabaseTransactionConnection,
  endpoint: EndpointLine,
  tenant: LogTenant,
  number: number,
): Promise<void> {
  const { endpoint_id: endpointId, secret, earlier_secrets: earlier } = endpoint;
  const isSealed = [secret, ...earlier.map((each) => each.secret)].some(
    ({ length }) => length !== CLEAR_SECRET_LENGTH,
  );
  if (isSealed && tenant.tenant_id !== endpoint.tenant_id)
    throw new LogFileError(
      `Line ${number}: secret: it is encrypted for its tenant. Leave the tenant out of --tenant-map, or export ` +
        'after npx holdfast secrets rotate --to-clear.',
    );
  const added = await transaction.query(sql.unsafe`
    INSERT INTO webhook_endpoints (endpoint_id, tenant_id, partition, edition, url, description, event_types, max_per_second, since_position,
                                   version, created_at, updated_at, disabled_at, disabled_reason, secret, sealed_secret)
    VALUES (${endpointId}, ${tenant.tenant_id}, ${tenant.partition}, ${endpoint.edition}, ${endpoint.url}, ${endpoint.description},
            ${endpoint.event_types === null ? null : sql.array(endpoint.event_types, 'text')}, ${endpoint.max_per_second},
            ${endpoint.delivered_position}, ${endpoint.version}, ${endpoint.created_at}::timestamptz, ${endpoint.updated_at}::timestamptz,
            ${endpoint.disabled_at}::timestamptz, ${endpoint.disabled_reason}, ${clear(secret)}, ${sealed(secret)})
        ON CONFLICT DO NOTHING`);
  if (added.rowCount === 0)
    throw new LogFileError(
      `Line ${number}: this database has the endpoint ${toId('whe', endpointId)} already.`,
    );
  for (const { secret: old, expires_at: expiresAt } of earlier)
    await transaction.query(sql.unsafe`
      INSERT INTO webhook_secrets (endpoint_id, secret, sealed_secret, expires_at)
      VALUES (${endpointId}, ${clear(old)}, ${sealed(old)}, ${expiresAt}::timestamptz)`);
}

const binary = (digits: string) => sql.binary(Buffer.from(digits, 'hex'));
const clear = (digits: string) => (digits.length === CLEAR_SECRET_LENGTH ? binary(digits) : null);
const sealed = (digits: string) => (digits.length === CLEAR_SECRET_LENGTH ? null : binary(digits));
