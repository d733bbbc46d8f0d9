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
import type { Tenancy } from '../tenancy.ts';

/** Secrets that sign at the same time: 10 signatures make a header field of 480 bytes. */
export const SECRETS_MAX = 10;

/** 32 random bytes. */
export const newSecret = () => sql.binary(randomBytes(32));

/** The format of Standard Webhooks. */
const secretText = (secret: Buffer) => `whsec_${secret.toString('base64')}`;

/**
 * The secrets of a claimed row, the current one first, each once.
 *
 * @param earlier_secrets in hexadecimal digits, separated by commas
 */
export function signingSecrets({
  secret,
  previous_secret,
  earlier_secrets,
}: {
  secret: Buffer;
  previous_secret: Buffer | null;
  earlier_secrets: string | null;
}): Buffer[] {
  const earlier = earlier_secrets?.split(',').map((each) => Buffer.from(each, 'hex')) ?? [];
  const all = [secret, ...(previous_secret === null ? [] : [previous_secret]), ...earlier];
  return all.filter((each, n) => all.findIndex((other) => other.equals(each)) === n);
}

/** Earlier secrets that still sign, of the table and of the endpoint's row. */
const earlierSecrets = (endpointId: string) => sql.fragment`
  (SELECT secret, max(expires_at) AS expires_at
     FROM (SELECT secret, expires_at FROM webhook_secrets WHERE endpoint_id = ${endpointId}
            UNION ALL
           SELECT previous_secret, previous_secret_expires_at FROM webhook_endpoints
            WHERE endpoint_id = ${endpointId} AND previous_secret IS NOT NULL) AS earlier
    WHERE expires_at > now()
    GROUP BY secret)`;

/** The secrets of an endpoint, as clients read them. */
export interface Secrets {
  secret: string;
  /** The newest secret before it, while it signs. */
  previous_secret: string | null;
  previous_secret_expires_at: string | null;
  /** All secrets before it that still sign; the one that ends last is the first. */
  previous_secrets: { secret: string; expires_at: string }[];
}

const currentRow = z.object({ secret: z.instanceof(Buffer), previous: z.instanceof(Buffer).nullable() });
const earlierRow = z.object({ secret: z.instanceof(Buffer), expires_at: z.string() });

/** The secrets that sign an endpoint's messages; `undefined` when there is no such endpoint. */
export async function readSecrets(
  connection: CommonQueryMethods,
  { tenantId }: Tenancy,
  endpointId: string,
): Promise<Secrets | undefined> {
  const row = await connection.maybeOne(sql.type(currentRow)`
    SELECT secret, previous_secret AS previous
      FROM webhook_endpoints WHERE endpoint_id = ${endpointId} AND tenant_id = ${tenantId}`);
  if (row === null) return undefined;
  const earlier = await connection.any(sql.type(earlierRow)`
    SELECT secret, expires_at FROM ${earlierSecrets(endpointId)} AS earlier ORDER BY expires_at DESC, secret`);
  const { previous } = row;
  const newest = earlier.find(({ secret }) => previous !== null && secret.equals(previous));
  return {
    secret: secretText(row.secret),
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
 * earlier one until its own end. 0 hours end all of them at once: a secret has leaked.
 */
export async function rotateSecret(
  transaction: DatabaseTransactionConnection,
  endpointId: string,
  hours: number,
): Promise<Rotation> {
  if (hours === 0) {
    await transaction.query(sql.unsafe`DELETE FROM webhook_secrets WHERE endpoint_id = ${endpointId}`);
  } else {
    const earlier = await transaction.any(
      sql.type(
        earlierRow,
      )`SELECT secret, expires_at FROM ${earlierSecrets(endpointId)} AS earlier ORDER BY expires_at`,
    );
    if (earlier.length + 2 > SECRETS_MAX) return { first_expires_at: earlier[0]!.expires_at };
    await transaction.query(sql.unsafe`
      WITH expired AS (
        DELETE FROM webhook_secrets WHERE endpoint_id = ${endpointId} AND expires_at <= now()
      )
      INSERT INTO webhook_secrets (endpoint_id, secret, expires_at)
      SELECT ${endpointId}, secret, expires_at FROM ${earlierSecrets(endpointId)} AS earlier
       UNION ALL
      SELECT endpoint_id, secret, now() + ${hours} * interval '1 hour'
        FROM webhook_endpoints WHERE endpoint_id = ${endpointId}
          ON CONFLICT (endpoint_id, secret) DO NOTHING`);
  }
  const rotated = await transaction.one(sql.type(
    z.object({ rotated_at: z.string(), previous_secret_expires_at: z.string() }),
  )`
    UPDATE webhook_endpoints
       SET previous_secret = secret, previous_secret_expires_at = now() + ${hours} * interval '1 hour',
           secret = ${newSecret()}, generation = generation + 1
     WHERE endpoint_id = ${endpointId}
    RETURNING now() AS rotated_at, previous_secret_expires_at`);
  return { rotated };
}
