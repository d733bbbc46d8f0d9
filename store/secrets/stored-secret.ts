/** How a secret stands in its row: in the clear or sealed, in one column each. */
import { type CommonQueryMethods, type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Keyring, SecretPlace } from './keyring.ts';

/** Values of the two columns of a secret; one of them is NULL. */
export interface StoredSecret {
  clear: FragmentSqlToken;
  sealed: FragmentSqlToken;
}

const NOTHING = sql.fragment`NULL::bytea`;
const bytes = (value: Buffer) => sql.fragment`${sql.binary(value)}`;

/**
 * A secret as its row must hold it now: sealed once a key is active (activate-key.ts).
 *
 * @param transaction the one that writes it; another key becomes active only after it
 * @throws {SecretNotDecrypted} this node lacks the active key
 */
export async function storedSecret(
  transaction: CommonQueryMethods,
  keyring: Keyring,
  secret: Buffer,
  place: SecretPlace,
): Promise<StoredSecret> {
  const keyId = await transaction.oneFirst(
    sql.type(z.object({ key_id: z.string().nullable() }))`SELECT key_id FROM secrets_key FOR SHARE`,
  );
  return keyId === null
    ? { clear: bytes(secret), sealed: NOTHING }
    : { clear: NOTHING, sealed: bytes(keyring.seal(secret, keyId, place)) };
}
