/** Makes this process a node of an older release, and writes what a node of a newer one writes. */
import { randomBytes } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import { EVENT_SCHEMAS, type EventType } from '../../domain/order/events.ts';
import { toUuid } from '../../store/ids.ts';
import type { DatabasePool } from '../../store/pool.ts';

/**
 * Removes an event type from this release.
 *
 * @returns adds it again, as an upgrade of the node does
 */
export function forget(type: EventType): () => void {
  const schemas: Record<string, unknown> = EVENT_SCHEMAS;
  const known = schemas[type];
  delete schemas[type];
  return () => void (schemas[type] = known);
}

/** Appends the next event of an order as a newer node does. @returns its position */
export const appendRow = (
  pool: DatabasePool,
  orderId: string,
  { type, schemaVersion = 1, data = '{}' }: { type: string; schemaVersion?: number; data?: string },
): Promise<number> =>
  pool.oneFirst(sql.type(z.object({ position: z.int() }))`
    WITH last AS (
      SELECT * FROM events WHERE order_id = ${toUuid(orderId)} ORDER BY version DESC LIMIT 1
    ), head AS (
      UPDATE log_heads SET position = position + 1
       WHERE partition = (SELECT partition FROM last)
      RETURNING position
    )
    INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type,
                        schema_version, data, idempotency_key, fingerprint, recorded_at, key_id)
    SELECT partition, head.position, tenant_id, order_id, version + 1, gen_random_uuid(), ${type},
           ${schemaVersion}, ${data}, gen_random_uuid()::text, ${sql.binary(randomBytes(32))}, now(), key_id
      FROM last CROSS JOIN head
    RETURNING position`);
