/** Revocation of API keys. */
import { type DatabasePool, sql } from 'slonik';
import { recordAct } from '../audit/record-act.ts';
import { toId } from '../ids.ts';
import { type KeyRecord, findKey } from './key-record.ts';
import { reachable } from '../unavailable.ts';

/**
 * Revokes a key. Nodes cache keys, so the key may work for a few more seconds.
 *
 * @returns the key, and whether this call revoked it; `null` when there is no such key
 */
export async function revokeKey(
  pool: DatabasePool,
  keyId: string,
): Promise<{ record: KeyRecord; now: boolean } | null> {
  return reachable(
    pool.transaction(async (transaction) => {
      const { rowCount } = await transaction.query(
        sql.unsafe`UPDATE api_keys SET revoked_at = now() WHERE key_id = ${keyId} AND revoked_at IS NULL`,
      );
      const record = await findKey(transaction, keyId);
      if (record !== null && rowCount > 0)
        await recordAct(transaction, {
          act: 'key_revoked',
          tenantId: record.tenant_id,
          subject: toId('key', record.key_id),
          details: { name: record.name },
        });
      return record && { record, now: rowCount > 0 };
    }),
  );
}
