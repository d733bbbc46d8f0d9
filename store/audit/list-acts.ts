import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../unavailable.ts';

const actRow = z.object({
  recorded_at: z.string(),
  act: z.string(),
  tenant_id: z.uuid().nullable(),
  tenant_name: z.string().nullable(),
  subject: z.string(),
  actor_key_id: z.uuid().nullable(),
  actor_user: z.string().nullable(),
  origin: z.string(),
  /** JSON text. */
  details: z.string(),
});

/** A recorded act. Times are RFC 3339, ids are UUIDs. */
export type RecordedAct = z.output<typeof actRow>;

export interface ActsQuery {
  /** RFC 3339, inclusive. */
  since: string | undefined;
  /** With the acts on its test tenant. */
  tenantId: string | undefined;
  limit: number;
}

/** The newest acts, oldest first. */
export const listActs = (
  pool: DatabasePool,
  { since, tenantId, limit }: ActsQuery,
): Promise<readonly RecordedAct[]> =>
  reachable(
    pool.any(sql.type(actRow)`
      SELECT recorded_at, act, tenant_id, tenant.name AS tenant_name, subject, actor_key_id, actor_user, origin,
             details::text AS details
        FROM (SELECT *
                FROM administrative_acts
               WHERE ${since === undefined ? sql.fragment`true` : sql.fragment`recorded_at >= ${since}`}
                 AND ${tenantId === undefined ? sql.fragment`true` : sql.fragment`tenant_id IN (SELECT tenant_id FROM tenants WHERE tenant_id = ${tenantId} OR test_of = ${tenantId})`}
               ORDER BY recorded_at DESC, act_id DESC
               LIMIT ${limit}) AS newest
        LEFT JOIN tenants AS tenant USING (tenant_id)
       ORDER BY recorded_at, act_id`),
  );
