/** The start of an installation: whether personal data is sealed, and whether it has the keys. */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Logger } from '../../platform/logger.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { SecretsKeyError } from '../secrets/prepare-secrets.ts';
import { applyList, readList } from './erasure-list.ts';

/** @returns the id of the master key that seals new data keys; `null`: data is in the clear */
const activePersonalKey = (connection: CommonQueryMethods): Promise<string | null> =>
  connection.oneFirst(
    sql.type(z.object({ key_id: z.string().nullable() }))`SELECT key_id FROM personal_state`,
  );

/** How personal data is stored, for the readiness check and `/ops`. */
export async function storageOfPersonal(connection: CommonQueryMethods): Promise<string> {
  const keyId = await activePersonalKey(connection);
  return keyId === null ? 'in the clear' : `sealed under ${keyId}`;
}

/** One master key of those in use; a scan of all data keys would make the start slow. */
const oneOfEach = (connection: CommonQueryMethods, known: readonly string[]) =>
  connection.anyFirst(sql.type(z.object({ key_id: z.string() }))`
    SELECT encode(substring(sealed_key FROM 2 FOR 8), 'hex') AS key_id
      FROM search_keys
     WHERE encode(substring(sealed_key FROM 2 FOR 8), 'hex') <> ALL (${sql.array([...known], 'text')})
     LIMIT 1`);

/**
 * Activates the first key in a database without events, and logs how personal data is stored.
 * Erases again what a list outside of the database names: the database may be restored.
 *
 * @param erasuresFile path of that list
 * @throws {ErasureListError} the list is damaged
 *
 * @throws {SecretsKeyError} a key is missing that seals data keys of this database
 */
export async function preparePersonal(
  pool: DatabasePool,
  keyring: Keyring,
  log: Logger,
  erasuresFile?: string,
): Promise<void> {
  const [first] = keyring.ids;
  if (first !== undefined) {
    await pool.query(sql.unsafe`
      UPDATE personal_state SET key_id = ${first}, activated_at = now(), is_all_sealed = true
       WHERE key_id IS NULL AND (SELECT position FROM events LIMIT 1) IS NULL AND (SELECT key_id FROM customer_keys LIMIT 1) IS NULL`);
  }
  const active = await activePersonalKey(pool);
  const used = [...(active === null ? [] : [active]), ...(await oneOfEach(pool, keyring.ids))];
  const missing = used.find((id) => !keyring.ids.includes(id));
  if (missing !== undefined) throw missingKey(missing, keyring);
  const erasures = erasuresFile === undefined ? [] : await readList(erasuresFile);
  const destroyed = await applyList(pool, erasures);
  if (destroyed > 0) log.warn({ destroyed }, 'erasures applied again to a restored database');
  if (active !== null) log.info({ keyId: active }, 'personal data is sealed');
  else if (first === undefined)
    log.warn('personal data is stored in the clear and cannot be erased: HOLDFAST_PERSONAL_KEY is not set');
  else
    log.warn(
      { keyId: first },
      'personal data is stored in the clear: run holdfast personal rotate when every node has the key',
    );
}

function missingKey(keyId: string, { ids }: Keyring): SecretsKeyError {
  const given =
    ids.length === 0
      ? 'HOLDFAST_PERSONAL_KEY is not set'
      : `HOLDFAST_PERSONAL_KEY has the key ${ids.join(' and ')} only`;
  return new SecretsKeyError(
    `${given}, but personal data of this database is sealed under the master key ${keyId}.\n` +
      'Add that key to HOLDFAST_PERSONAL_KEY, behind a comma. Without it, personal data cannot be read.',
  );
}
