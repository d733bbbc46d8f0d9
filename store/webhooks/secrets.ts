/**
 * The signing secrets of an endpoint: the current one, and each earlier one until the time that its
 * rotation promised.
 *
 * The newest earlier secret also stands in the endpoint's row, where the release before reads and
 * writes it.
 */
import { randomBytes } from 'node:crypto';
import { type CommonQueryMethods, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { Keyring, SecretPlace } from '../secrets/keyring.ts';
import { type StoredSecret, storedSecret } from '../secrets/stored-secret.ts';
import type { Tenancy } from '../tenancy.ts';

/** Secrets that sign at the same time: 10 signatures make a header field of 480 bytes. */
export const SECRETS_MAX = 10;
const SECRET_BYTES = 32;

/** The endpoint of a secret, as the encryption binds it. */
export interface SecretOwner {
  tenantId: string;
  endpointId: string;
}

export const currentPlace = (owner: SecretOwner): SecretPlace => ['webhook secret', ...idsOf(owner)];
export const earlierPlace = (owner: SecretOwner): SecretPlace => ['earlier webhook secret', ...idsOf(owner)];

/** An id of the API has no hyphens, one of Postgres has. */
const idsOf = ({ tenantId, endpointId }: SecretOwner): string[] =>
  [tenantId, endpointId].map((id) => id.replaceAll('-', ''));

/** A new secret, as its row must hold it now. */
export const newSecret = (
  transaction: CommonQueryMethods,
  keyring: Keyring,
  owner: SecretOwner,
): Promise<StoredSecret> =>
  storedSecret(transaction, keyring, randomBytes(SECRET_BYTES), currentPlace(owner));

/** The format of Standard Webhooks. */
const secretText = (secret: Buffer) => `whsec_${secret.toString('base64')}`;

/**
 * The secrets of a claimed row, the current one first, each once.
 *
 * @param earlier_secrets stored values in hexadecimal digits, separated by commas
 * @throws {SecretNotDecrypted}
 */
export function signingSecrets(
  keyring: Keyring,
  {
    tenant_id: tenantId,
    endpoint_id: endpointId,
    secret,
    previous_secret,
    earlier_secrets,
  }: {
    tenant_id: string;
    endpoint_id: string;
    secret: Buffer;
    previous_secret: Buffer | null;
    earlier_secrets: string | null;
  },
): Buffer[] {
  const owner = { tenantId, endpointId };
  const earlier: Buffer[] = earlier_secrets?.split(',').map((each) => Buffer.from(each, 'hex')) ?? [];
  if (previous_secret !== null) earlier.unshift(previous_secret);
  const place = earlierPlace(owner);
  const all: Buffer[] = [
    keyring.open(secret, currentPlace(owner)),
    ...earlier.map((stored) => keyring.open(stored, place)),
  ];
  return all.filter((each, n) => all.findIndex((other) => other.equals(each)) === n);
}

/** The secrets of an endpoint, as clients read them. */
export interface Secrets {
  secret: string;
  /** The newest secret before it, while it signs. */
  previous_secret: string | null;
  previous_secret_expires_at: string | null;
  /** All secrets before it that still sign; the one that ends last is the first. */
  previous_secrets: { secret: string; expires_at: string }[];
}

interface Earlier {
  secret: Buffer;
  expires_at: string;
  /** Whether only the endpoint's row has it: the release before rotated. */
  inEndpoint: boolean;
}

const currentRow = z.object({ secret: z.instanceof(Buffer), previous: z.instanceof(Buffer).nullable() });
const earlierRow = z.object({
  secret: z.instanceof(Buffer),
  expires_at: z.string(),
  in_endpoint: z.boolean(),
});

/** Earlier secrets that still sign, each once; the one that ends first is the first. */
async function earlierSecrets(
  connection: CommonQueryMethods,
  keyring: Keyring,
  owner: SecretOwner,
): Promise<Earlier[]> {
  const { endpointId } = owner;
  const rows = await connection.any(sql.type(earlierRow)`
    SELECT coalesce(secret, sealed_secret) AS secret, expires_at, false AS in_endpoint
      FROM webhook_secrets
     WHERE endpoint_id = ${endpointId} AND expires_at > now()
     UNION ALL
    SELECT coalesce(previous_secret, sealed_previous_secret), previous_secret_expires_at, true
      FROM webhook_endpoints
     WHERE endpoint_id = ${endpointId} AND previous_secret_expires_at > now()
       AND num_nonnulls(previous_secret, sealed_previous_secret) = 1`);
  const found = new Map<string, Earlier>();
  for (const { secret: stored, expires_at, in_endpoint } of rows) {
    const secret = keyring.open(stored, earlierPlace(owner));
    const same = found.get(secret.toString('hex'));
    found.set(secret.toString('hex'), {
      secret,
      expires_at: same !== undefined && same.expires_at > expires_at ? same.expires_at : expires_at,
      inEndpoint: in_endpoint && same === undefined,
    });
  }
  return [...found.values()].sort(
    (a, b) => Date.parse(a.expires_at) - Date.parse(b.expires_at) || b.secret.compare(a.secret),
  );
}

/**
 * The secrets that sign an endpoint's messages; `undefined` when there is no such endpoint.
 *
 * @throws {SecretNotDecrypted}
 */
export async function readSecrets(
  connection: CommonQueryMethods,
  keyring: Keyring,
  { tenantId }: Tenancy,
  endpointId: string,
): Promise<Secrets | undefined> {
  const owner = { tenantId, endpointId };
  const row = await connection.maybeOne(sql.type(currentRow)`
    SELECT coalesce(secret, sealed_secret) AS secret,
           coalesce(previous_secret, sealed_previous_secret) AS previous
      FROM webhook_endpoints WHERE endpoint_id = ${endpointId} AND tenant_id = ${tenantId}`);
  if (row === null) return undefined;
  const earlier = (await earlierSecrets(connection, keyring, owner)).toReversed();
  const previous = row.previous === null ? undefined : keyring.open(row.previous, earlierPlace(owner));
  const newest = earlier.find(({ secret }) => previous !== undefined && secret.equals(previous));
  return {
    secret: secretText(keyring.open(row.secret, currentPlace(owner))),
    previous_secret: newest ? secretText(newest.secret) : null,
    previous_secret_expires_at: newest?.expires_at ?? null,
    previous_secrets: earlier.map(({ secret, expires_at }) => ({ secret: secretText(secret), expires_at })),
  };
}

/** The end of a rotation; `first_expires_at` when as many secrets sign as may. */
export type Rotation =
  | { rotated: { rotated_at: string; previous_secret_expires_at: string } }
  | { first_expires_at: string };

/**
 * Gives a locked endpoint a new secret. The old one also signs messages for `hours` more, and each
 * earlier one until its own end. 0 hours end all of them at once: a secret has leaked, or none of
 * them decrypts any more.
 *
 * @throws {SecretNotDecrypted} not with 0 hours, unless this node lacks the active key
 */
export async function rotateSecret(
  transaction: DatabaseTransactionConnection,
  keyring: Keyring,
  owner: SecretOwner,
  hours: number,
): Promise<Rotation> {
  const { endpointId } = owner;
  let previous: StoredSecret = { clear: sql.fragment`NULL`, sealed: sql.fragment`NULL` };
  if (hours === 0) {
    await transaction.query(sql.unsafe`DELETE FROM webhook_secrets WHERE endpoint_id = ${endpointId}`);
  } else {
    const earlier = await earlierSecrets(transaction, keyring, owner);
    if (earlier.length + 2 > SECRETS_MAX) return { first_expires_at: earlier[0]!.expires_at };
    await transaction.query(
      sql.unsafe`DELETE FROM webhook_secrets WHERE endpoint_id = ${endpointId} AND expires_at <= now()`,
    );
    for (const { secret, inEndpoint } of earlier) {
      if (!inEndpoint) continue;
      const { clear, sealed } = await storedSecret(transaction, keyring, secret, earlierPlace(owner));
      await transaction.query(sql.unsafe`
        INSERT INTO webhook_secrets (endpoint_id, secret, sealed_secret, expires_at)
        SELECT endpoint_id, ${clear}, ${sealed}, previous_secret_expires_at
          FROM webhook_endpoints WHERE endpoint_id = ${endpointId}`);
    }
    const stored = await transaction.oneFirst(sql.type(z.object({ secret: z.instanceof(Buffer) }))`
      SELECT coalesce(secret, sealed_secret) AS secret FROM webhook_endpoints WHERE endpoint_id = ${endpointId}`);
    const current = keyring.open(stored, currentPlace(owner));
    previous = await storedSecret(transaction, keyring, current, earlierPlace(owner));
    await transaction.query(sql.unsafe`
      INSERT INTO webhook_secrets (endpoint_id, secret, sealed_secret, expires_at)
      VALUES (${endpointId}, ${previous.clear}, ${previous.sealed}, now() + ${hours} * interval '1 hour')`);
  }
  const next = await newSecret(transaction, keyring, owner);
  const rotated = await transaction.one(sql.type(
    z.object({ rotated_at: z.string(), previous_secret_expires_at: z.string() }),
  )`
    UPDATE webhook_endpoints
       SET secret = ${next.clear}, sealed_secret = ${next.sealed},
           previous_secret = ${previous.clear}, sealed_previous_secret = ${previous.sealed},
           previous_secret_expires_at = now() + ${hours} * interval '1 hour', generation = generation + 1
     WHERE endpoint_id = ${endpointId}
    RETURNING now() AS rotated_at, previous_secret_expires_at`);
  return { rotated };
}
