import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

const erasureRow = z.object({ erasure_id: z.uuid(), subject: z.string() });

/** An erasure gets its event within seconds; a client that repeats a request has a minute. */
const SETTLED_SECONDS = 60;
/** Older ones were imported, or applied again after a restore: their events are in another log. */
const RECENT_DAYS = 7;

/** Erasures of a tenant whose event is missing: the id of its stream is that of the erasure. */
export const unrecordedErasures = (pool: DatabasePool, tenantId: string) =>
  pool.any(sql.type(erasureRow)`
    SELECT erasure_id, subject
      FROM erasures
     WHERE erased_at BETWEEN now() - ${RECENT_DAYS} * interval '1 day' AND now() - ${SETTLED_SECONDS} * interval '1 second'
       AND tenant_id = ${tenantId}
       AND (SELECT event.position
              FROM events AS event
             WHERE event.order_id = erasures.erasure_id AND event.version = 1 AND event.tenant_id = erasures.tenant_id
             LIMIT 1) IS NULL
     LIMIT 100`);
