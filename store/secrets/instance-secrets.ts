/** Secrets of the installation, stored in its database. */
import { randomBytes } from 'node:crypto';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Keyring, SecretPlace } from './keyring.ts';
import { storedSecret } from './stored-secret.ts';

export const instancePlace = (name: string): SecretPlace => ['instance secret', name];

const secretRow = z.object({ secret: z.instanceof(Buffer) });

/**
 * @returns a secret that all nodes of this database share, 32 bytes; the first call creates it
 * @throws {SecretNotDecrypted}
 */
export async function instanceSecret(pool: DatabasePool, keyring: Keyring, name: string): Promise<Buffer> {
  const stored = await pool.transaction(async (transaction) => {
    const { clear, sealed } = await storedSecret(transaction, keyring, randomBytes(32), instancePlace(name));
    await transaction.query(sql.unsafe`
      INSERT INTO instance_secrets (name, secret, sealed_secret) VALUES (${name}, ${clear}, ${sealed}) ON CONFLICT DO NOTHING`);
    return transaction.oneFirst(
      sql.type(
        secretRow,
      )`SELECT coalesce(secret, sealed_secret) AS secret FROM instance_secrets WHERE name = ${name}`,
    );
  });
  return keyring.open(stored, instancePlace(name));
}
