/**
 * Rotates the master key: seals the living data keys again, and touches no event. Erased keys have
 * nothing to seal: once the old master key is destroyed, no backup opens them.
 */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Subject } from '../../domain/personal/subject.ts';
import { recordAct } from '../audit/record-act.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { dataKeyPlace } from './data-keys.ts';
import { searchKeyPlace } from './search-terms.ts';

/** Keys of one transaction. */
const STEP_KEYS_MAX = 1_000;
const NO_KEY = '00000000-0000-0000-0000-000000000000';

const useRow = z.object({ key_id: z.string(), data_keys: z.int(), search_keys: z.int() });
const stateRow = z.object({ key_id: z.string().nullable(), is_all_sealed: z.boolean(), erasures: z.int() });

export interface PersonalStatus extends z.output<typeof stateRow> {
  /** How many keys the database holds under each master key. */
  master_keys: readonly z.output<typeof useRow>[];
}

export async function personalStatus(pool: CommonQueryMethods): Promise<PersonalStatus> {
  const state = await pool.one(sql.type(stateRow)`
    SELECT key_id, is_all_sealed, (SELECT count(*) FROM erasures) AS erasures FROM personal_state`);
  const master_keys = await pool.any(sql.type(useRow)`
    SELECT key_id, count(*) FILTER (WHERE is_data) AS data_keys, count(*) FILTER (WHERE NOT is_data) AS search_keys
      FROM (SELECT encode(substring(sealed_key FROM 2 FOR 8), 'hex') AS key_id, true AS is_data
              FROM customer_keys WHERE sealed_key IS NOT NULL
             UNION ALL
            SELECT encode(substring(sealed_key FROM 2 FOR 8), 'hex'), false FROM search_keys) AS used
     GROUP BY key_id ORDER BY key_id`);
  return { ...state, master_keys };
}

const dataKeyRow = z.object({
  partition: z.int(),
  uuid: z.uuid(),
  tenant_id: z.uuid(),
  subject: z.string(),
  sealed_key: z.instanceof(Buffer),
});
const searchKeyRow = z.object({ tenant_id: z.uuid(), sealed_key: z.instanceof(Buffer) });

/**
 * Makes the first key of the keyring the active one, then seals each key under it. Safe to
 * interrupt and to repeat.
 *
 * @returns the number of keys that were sealed again
 * @throws {SecretNotDecrypted} the keyring lacks the master key of one
 */
export async function rotateMaster(pool: DatabasePool, keyring: Keyring): Promise<number> {
  const target = keyring.ids[0]!;
  await pool.transaction(async (transaction) => {
    const { rowCount } = await transaction.query(sql.unsafe`
      UPDATE personal_state SET key_id = ${target}, activated_at = now() WHERE key_id IS DISTINCT FROM ${target}`);
    if (rowCount > 0)
      await recordAct(transaction, { act: 'personal_key_activated', tenantId: null, subject: target });
  });
  let rotated = 0;
  for (const row of await pool.any(sql.type(searchKeyRow)`SELECT tenant_id, sealed_key FROM search_keys`)) {
    if (keyring.keyIdOf(row.sealed_key) === target) continue;
    const place = searchKeyPlace(row.tenant_id);
    const sealed = keyring.seal(keyring.open(row.sealed_key, place), target, place);
    await pool.query(sql.unsafe`
      UPDATE search_keys SET sealed_key = ${sql.binary(sealed)} WHERE tenant_id = ${row.tenant_id}`);
    rotated += 1;
  }
  for (let after = NO_KEY; ;) {
    const rows = await pool.any(sql.type(dataKeyRow)`
      SELECT partition, key_id AS uuid, tenant_id, subject, sealed_key FROM customer_keys
       WHERE key_id > ${after} AND sealed_key IS NOT NULL ORDER BY key_id LIMIT ${STEP_KEYS_MAX}`);
    const last = rows.at(-1);
    if (last === undefined) return rotated;
    const next = rows.flatMap(({ partition, uuid, tenant_id, subject, sealed_key }) => {
      if (keyring.keyIdOf(sealed_key) === target) return [];
      const place = dataKeyPlace({
        keyId: uuid.replaceAll('-', ''),
        tenantId: tenant_id,
        subject: subject as Subject,
      });
      const sealed = keyring.seal(keyring.open(sealed_key, place), target, place).toString('hex');
      return [{ partition, row: [uuid, sealed] }];
    });
    // A key that was erased meanwhile stays erased. With Citus, an UPDATE is of one partition.
    for (const [partition, keys] of Map.groupBy(next, (each) => each.partition))
      await pool.query(sql.unsafe`
        UPDATE customer_keys SET sealed_key = decode(next.sealed, 'hex')
          FROM ${sql.unnest(
            keys.map(({ row }) => row),
            ['uuid', 'text'],
          )} AS next (key_id, sealed)
         WHERE customer_keys.key_id = next.key_id AND customer_keys.partition = ${partition}
           AND customer_keys.sealed_key IS NOT NULL`);
    rotated += next.length;
    after = last.uuid;
  }
}
