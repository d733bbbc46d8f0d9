import { type DatabasePool, sql } from 'slonik';
import { type KeyRecord, findKey } from './key-record.ts';
import { reachable } from '../unavailable.ts';

/**
 * Ends a key. Nodes learn of it when they next look the key up, a few seconds later at most.
 *
 * @returns the key as it is then, and whether that was done now or before; `null` when there is no
 *   such key
 */
export async function revokeKey(
  pool: DatabasePool,
  keyId: string,
): Promise<{ record: KeyRecord; now: boolean } | null> {
  const { rowCount } = await reachable(
    pool.query(
      sql.unsafe`UPDATE api_keys SET revoked_at = now() WHERE key_id = ${keyId} AND revoked_at IS NULL`,
    ),
  );
  const record = await findKey(pool, keyId);
  return record && { record, now: rowCount > 0 };
}
