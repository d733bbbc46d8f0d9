/**
 * The search by e-mail address: a keyed hash, under a key of the tenant that the master key seals.
 * The rows of a customer's hashes are deleted when he is erased.
 */
import { type KeyObject, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Keyring, SecretPlace } from '../secrets/keyring.ts';
import { reachable } from '../unavailable.ts';
import { createLru } from './lru.ts';

const KEYS_MAX = 10_000;
const SECRET_BYTES = 32;
const TERM_BYTES = 16;

export const searchKeyPlace = (tenantId: string): SecretPlace => ['search key', tenantId];

export function createSearchTerms(pool: CommonQueryMethods, keyring: Keyring) {
  const keys = createLru<string, KeyObject>(KEYS_MAX);

  /** @param activeId of the master key that seals a new one */
  async function prepare(tenantId: string): Promise<void> {
    if (keys.get(tenantId) !== undefined) return;
    const place = searchKeyPlace(tenantId);
    const keyId = await reachable(
      pool.oneFirst(sql.type(z.object({ key_id: z.string().nullable() }))`SELECT key_id FROM personal_state`),
    );
    if (keyId === null) return;
    const fresh = keyring.seal(randomBytes(SECRET_BYTES), keyId, place);
    await reachable(
      pool.query(sql.unsafe`
        INSERT INTO search_keys (tenant_id, sealed_key) VALUES (${tenantId}, ${sql.binary(fresh)}) ON CONFLICT DO NOTHING`),
    );
    const stored = await reachable(
      pool.oneFirst(sql.type(z.object({ sealed_key: z.instanceof(Buffer) }))`
        SELECT sealed_key FROM search_keys WHERE tenant_id = ${tenantId}`),
    );
    keys.set(tenantId, createSecretKey(keyring.open(stored, place)));
  }

  return {
    prepare,
    isPrepared: (tenantId: string) => keys.get(tenantId) !== undefined,
    /**
     * @returns 32 hexadecimal digits; upper and lower case do not count
     * @throws {Error} the key of the tenant was not prepared
     */
    termOf(tenantId: string, email: string): string {
      const key = keys.get(tenantId);
      if (key === undefined) throw new Error('the search key was not prepared');
      return createHmac('sha256', key).update(email.toLowerCase()).digest().toString('hex', 0, TERM_BYTES);
    },
  };
}
