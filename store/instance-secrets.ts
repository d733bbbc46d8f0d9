/** Secrets of the installation, stored in its database. */
/** Secrets of the installation, stored in its database. */
import { randomBytes } from 'node:crypto';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

const secretRow = z.object({ secret: z.instanceof(Buffer) });

/** @returns a secret that all nodes of this database share, 32 bytes; the first call creates it */
export async function instanceSecret(pool: DatabasePool, name: string): Promise<Buffer> {
  await pool.query(sql.unsafe`
    INSERT INTO instance_secrets (name, secret) VALUES (${name}, ${sql.binary(randomBytes(32))}) ON CONFLICT DO NOTHING`);
  return pool.oneFirst(sql.type(secretRow)`SELECT secret FROM instance_secrets WHERE name = ${name}`);
}
