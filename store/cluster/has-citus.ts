/** Whether the database of a pool has Citus, asked once a pool. */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

const known = new WeakMap<DatabasePool, boolean>();

export async function hasCitus(pool: DatabasePool): Promise<boolean> {
  const answer = known.get(pool) ?? (await ask(pool));
  known.set(pool, answer);
  return answer;
}

async function ask(pool: CommonQueryMethods): Promise<boolean> {
  const { exists } = await pool.one(sql.type(z.object({ exists: z.boolean() }))`
    SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AS exists`);
  return exists;
}
