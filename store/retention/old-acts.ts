/** Removes acts that a policy no longer keeps. The table itself refuses to lose others. */
import { type DatabasePool, sql } from 'slonik';
import type { Policy } from './policies.ts';

/** One step of the removal, oldest first. @returns how many it removed */
export async function removeActs(
  pool: DatabasePool,
  { tenant_id, act_days }: Pick<Policy, 'tenant_id' | 'act_days'>,
  actsMax: number,
): Promise<number> {
  if (act_days === null) return 0;
  const { rowCount } = await pool.query(sql.unsafe`
    DELETE FROM administrative_acts
     WHERE act_id = ANY (ARRAY(
             SELECT act_id
               FROM administrative_acts
              WHERE tenant_id = ${tenant_id} AND recorded_at < now() - ${act_days} * interval '1 day'
              ORDER BY recorded_at, act_id
              LIMIT ${actsMax}))`);
  return rowCount;
}
