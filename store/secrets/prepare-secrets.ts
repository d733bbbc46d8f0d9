/** The start of an installation: whether its secrets are encrypted, and whether it has the keys. */
import { type DatabasePool, sql } from 'slonik';
import type { Logger } from '../../platform/logger.ts';
import { activeKeyId, countSecrets } from './count-secrets.ts';
import type { Keyring } from './keyring.ts';

/** The configured keys do not fit the database. The message is complete for the operator. */
export class SecretsKeyError extends Error {
  override name = 'SecretsKeyError';
}

/**
 * Activates the first key in a database without secrets, and logs how secrets are stored.
 *
 * @throws {SecretsKeyError} a key is missing that encrypts secrets of this database
 */
export async function prepareSecrets(pool: DatabasePool, keyring: Keyring, log: Logger): Promise<void> {
  const [first] = keyring.ids;
  if (first !== undefined) {
    await pool.query(sql.unsafe`
      UPDATE secrets_key SET key_id = ${first}, activated_at = now()
       WHERE key_id IS NULL
         AND NOT EXISTS (SELECT FROM instance_secrets) AND NOT EXISTS (SELECT FROM webhook_endpoints)`);
  }
  const active = await activeKeyId(pool);
  const counts = await countSecrets(pool);
  const sumOf = (keyId: string | null) =>
    counts
      .filter(({ key_id }) => key_id === keyId)
      .reduce(
        (sum, each) => sum + each.webhook_secrets + each.earlier_webhook_secrets + each.instance_secrets,
        0,
      );
  const used = [...new Set([active, ...counts.map(({ key_id }) => key_id)])];
  const missing = used.find((id) => id !== null && !keyring.ids.includes(id));
  if (missing !== undefined && missing !== null) throw missingKey(missing, sumOf(missing), keyring);

  const clear = sumOf(null);
  if (active !== null) log.info({ keyId: active, clear }, 'webhook and cursor secrets are encrypted');
  else if (first === undefined)
    log.info('webhook and cursor secrets are stored in the clear: HOLDFAST_SECRETS_KEY is not set');
  else
    log.warn(
      { keyId: first, clear },
      'webhook and cursor secrets are stored in the clear: run holdfast secrets rotate when every node has the key',
    );
}

function missingKey(keyId: string, count: number, { ids }: Keyring): SecretsKeyError {
  const given =
    ids.length === 0
      ? 'HOLDFAST_SECRETS_KEY is not set'
      : `HOLDFAST_SECRETS_KEY (or HOLDFAST_SECRETS_KEY_FILE) has the key ${ids.join(' and ')} only`;
  return new SecretsKeyError(
    `${given}, but this database encrypts secrets under the key ${keyId} (${count} of them).\n` +
      `Add that key to HOLDFAST_SECRETS_KEY, behind a comma. If it is lost: npx holdfast secrets rotate --replace ${keyId}`,
  );
}
