import { randomBytes } from 'node:crypto';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

const secretRow = z.object({ secret: z.instanceof(Buffer) });

/** A secret that all nodes of this database share; the first one to ask makes it. 32 bytes. */
export async function instanceSecret(pool: DatabasePool, name: string): Promise<Buffer> {
  await pool.query(sql.unsafe`
    INSERT INTO instance_secrets (name, secret) VALUES (${name}, ${sql.binary(randomBytes(32))}) ON CONFLICT DO NOTHING`);
  return pool.oneFirst(sql.type(secretRow)`SELECT secret FROM instance_secrets WHERE name = ${name}`);
}
