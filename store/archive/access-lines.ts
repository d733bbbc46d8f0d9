/**
 * Lines of a log file with the API keys and the webhook endpoints of its tenants. They stand
 * between header and events: keys by their hashes, secrets of endpoints as the database has them.
 */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { issueText } from '../../domain/issue-text.ts';
import { text } from '../../domain/text.ts';
import { networkOf } from '../../platform/trusted-proxies.ts';
import { SCOPES } from '../keys/scopes.ts';
import { reachable } from '../unavailable.ts';
import { instant, LogFileError, uuid } from './log-file.ts';

const quota = z
  .string()
  .regex(/^[1-9]\d{0,5}\/[1-9]\d{0,4}$/, 'must be COUNT/SECONDS, such as 100/60')
  .nullable();
/** 32 bytes in the clear, or 69 sealed ones (secrets/keyring.ts). */
const secret = z
  .string()
  .regex(/^(?:[0-9a-f]{64}|[0-9a-f]{138})$/, 'must be a secret of 64 or 138 hexadecimal digits');

const apiKey = z.strictObject({
  key_id: uuid,
  tenant_id: uuid,
  /** SHA-256 */
  key_hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
  name: text(100),
  scopes: z.array(z.enum(SCOPES)).min(1).max(64),
  created_at: instant,
  slot: z.int().min(1).max(2).nullable(),
  prefix: z
    .string()
    .regex(/^hf_(?:live|test)_[A-Za-z0-9]{0,4}$/, 'must be the first characters of a key')
    .nullable(),
  write_quota: quota,
  read_quota: quota,
  expires_at: instant.nullable(),
  networks: z
    .array(
      z
        .string()
        .refine((network) => networkOf(network) !== undefined, 'must be a network, such as 10.0.0.0/8'),
    )
    .max(50),
});
export type ApiKeyLine = z.output<typeof apiKey>;

const endpoint = z.strictObject({
  endpoint_id: uuid,
  tenant_id: uuid,
  edition: z.enum(['v1', 'v2']),
  url: z.url({ protocol: /^https?$/ }).max(2_048),
  description: z.string().max(500),
  /** `null`: all. */
  event_types: z.array(z.string().min(1).max(64)).min(1).max(50).nullable(),
  max_per_second: z.int().min(1).max(1_000),
  version: z.int().min(1).max(2_147_483_647),
  created_at: instant,
  updated_at: instant,
  disabled_at: instant.nullable(),
  disabled_reason: z.enum(['by_client', 'gone', 'exhausted']).nullable(),
  /** It has all events up to this position, or does not want them. */
  delivered_position: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  secret,
  /** Those that still sign, beside the current one. */
  earlier_secrets: z.array(z.strictObject({ secret, expires_at: instant })).max(20),
});
export type EndpointLine = z.output<typeof endpoint>;
/** Postgres returns JSON as text. */
const endpointRow = endpoint.extend({ earlier_secrets: z.string() });

export interface AccessLines {
  keys: ApiKeyLine[];
  endpoints: EndpointLine[];
}

const time = (column: string) =>
  sql.fragment`to_char(${sql.identifier([column])} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/**
 * The live keys and the endpoints of all tenants. An endpoint continues before its first event
 * that is pending or not yet relayed, so none is lost; the receiver gets some events again.
 */
export async function readAccess(pool: DatabasePool): Promise<AccessLines> {
  const keys = await reachable(
    pool.any(sql.type(apiKey)`
      SELECT key_id, tenant_id, encode(key_hash, 'hex') AS key_hash, name, scopes, ${time('created_at')} AS created_at,
             slot, prefix, write_quota, read_quota, ${time('expires_at')} AS expires_at, networks
        FROM api_keys
       WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
       ORDER BY tenant_id, key_id`),
  );
  const endpoints = await reachable(
    // Checkpoints are a step of their own: with Citus they are on workers, endpoints are not.
    pool.any(sql.type(endpointRow)`
      WITH relayed AS MATERIALIZED (
        SELECT partition, position FROM checkpoints WHERE consumer = 'webhooks'
      )
      SELECT endpoint_id, tenant_id, edition, url, description, event_types, max_per_second, version,
             ${time('created_at')} AS created_at, ${time('updated_at')} AS updated_at,
             ${time('disabled_at')} AS disabled_at, disabled_reason,
             greatest(since_position, types_since_position,
                      least((SELECT position
                               FROM relayed
                              WHERE relayed.partition = endpoint.partition),
                            (SELECT position
                               FROM webhook_relay_backlogs AS backlog
                              WHERE backlog.partition = endpoint.partition AND backlog.tenant_id = endpoint.tenant_id),
                            (SELECT min(position) - 1
                               FROM webhook_deliveries AS delivery
                              WHERE delivery.endpoint_id = endpoint.endpoint_id AND status = 'pending'))) AS delivered_position,
             encode(coalesce(secret, sealed_secret), 'hex') AS secret,
             coalesce((SELECT json_agg(json_build_object('secret', encode(stored, 'hex'), 'expires_at', ${time('expires_at')})
                                       ORDER BY expires_at)
                         FROM (SELECT coalesce(earlier.secret, earlier.sealed_secret) AS stored, expires_at
                                 FROM webhook_secrets AS earlier
                                WHERE earlier.endpoint_id = endpoint.endpoint_id
                                UNION
                               SELECT coalesce(previous_secret, sealed_previous_secret), previous_secret_expires_at
                                WHERE num_nonnulls(previous_secret, sealed_previous_secret) = 1) AS earlier
                        WHERE expires_at > now()), '[]') AS earlier_secrets
        FROM webhook_endpoints AS endpoint
       ORDER BY number`),
  );
  return {
    keys: [...keys],
    endpoints: endpoints.map(({ earlier_secrets: earlier, ...row }) =>
      Object.assign(row, { earlier_secrets: JSON.parse(earlier) as EndpointLine['earlier_secrets'] }),
    ),
  };
}

/** The lines, without newlines: `{"api_key": …}`, then `{"webhook_endpoint": …}`. */
export const writeAccess = ({ keys, endpoints }: AccessLines): string[] => [
  ...keys.map((api_key) => JSON.stringify({ api_key })),
  ...endpoints.map((webhook_endpoint) => JSON.stringify({ webhook_endpoint })),
];

/**
 * @param number of the line in the file
 * @throws {LogFileError}
 */
export const readApiKey = (line: string, number: number): ApiKeyLine =>
  read(z.strictObject({ api_key: apiKey }), line, number).api_key;

/**
 * @param number of the line in the file
 * @throws {LogFileError}
 */
export const readEndpoint = (line: string, number: number): EndpointLine =>
  read(z.strictObject({ webhook_endpoint: endpoint }), line, number).webhook_endpoint;

function read<T>(schema: z.ZodType<T>, line: string, number: number): T {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new LogFileError(`Line ${number}: this is not JSON.`);
  }
  const result = schema.safeParse(parsed, { error: issueText });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new LogFileError(`Line ${number}: ${(issue?.path ?? []).join('/')}: ${issue?.message}.`);
}
