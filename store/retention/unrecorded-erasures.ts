import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Tenancy } from '../tenancy.ts';

const erasureRow = z.object({ erasure_id: z.uuid(), subject: z.string() });

/** An erasure gets its event within seconds; a client that repeats a request has a minute. */
const SETTLED_SECONDS = 60;
/** Older ones were imported, or applied again after a restore: their events are in another log. */
const RECENT_DAYS = 7;

const STEP_ERASURES_MAX = 100;

/** Erasures of a tenant whose event is missing: the id of its stream is that of the erasure. */
export async function unrecordedErasures(pool: DatabasePool, { tenantId, partition }: Tenancy) {
  const recent = await pool.any(sql.type(erasureRow)`
    SELECT erasure_id, subject
      FROM erasures
     WHERE erased_at BETWEEN now() - ${RECENT_DAYS} * interval '1 day' AND now() - ${SETTLED_SECONDS} * interval '1 second'
       AND tenant_id = ${tenantId}`);
  const unrecorded: z.output<typeof erasureRow>[] = [];
  for (const erasure of recent) {
    const recorded = await pool.any(sql.unsafe`
      SELECT position
        FROM events
       WHERE order_id = ${erasure.erasure_id} AND version = 1 AND tenant_id = ${tenantId}
         AND partition = ${partition}
       LIMIT 1`);
    if (recorded.length === 0) unrecorded.push(erasure);
    if (unrecorded.length === STEP_ERASURES_MAX) break;
  }
  return unrecorded;
}
