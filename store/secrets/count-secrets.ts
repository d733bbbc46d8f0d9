/** How many secrets the database holds under each key, and in the clear. */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';

const countRow = z.object({
  /** `null`: in the clear. */
  key_id: z.string().nullable(),
  /** Current secrets of webhook endpoints. */
  webhook_secrets: z.int(),
  /** Secrets before those. */
  earlier_webhook_secrets: z.int(),
  /** Secrets of the installation, such as the one that signs cursors. */
  instance_secrets: z.int(),
});
export type SecretCount = z.output<typeof countRow>;

/** The id of the key of a sealed value, as stored (keyring.ts). */
const keyOf = (column: string) =>
  sql.fragment`encode(substring(${sql.identifier([column])} FROM 2 FOR 8), 'hex')`;

/** One row a key; the clear ones come first. */
export const countSecrets = (connection: CommonQueryMethods): Promise<readonly SecretCount[]> =>
  connection.any(sql.type(countRow)`
    SELECT key_id, sum(webhook) AS webhook_secrets, sum(earlier) AS earlier_webhook_secrets,
           sum(instance) AS instance_secrets
      FROM (SELECT ${keyOf('sealed_secret')} AS key_id, 1 AS webhook, 0 AS earlier, 0 AS instance
              FROM webhook_endpoints
             UNION ALL
            SELECT ${keyOf('sealed_previous_secret')}, 0, 1, 0
              FROM webhook_endpoints
             WHERE num_nonnulls(previous_secret, sealed_previous_secret) = 1
             UNION ALL
            SELECT ${keyOf('sealed_secret')}, 0, 1, 0 FROM webhook_secrets
             UNION ALL
            SELECT ${keyOf('sealed_secret')}, 0, 0, 1 FROM instance_secrets) AS secret
     GROUP BY key_id
     ORDER BY key_id NULLS FIRST`);

/** @returns the id of the key that seals new secrets; `null` while they are stored in the clear */
export const activeKeyId = (connection: CommonQueryMethods): Promise<string | null> =>
  connection.oneFirst(sql.type(z.object({ key_id: z.string().nullable() }))`SELECT key_id FROM secrets_key`);
