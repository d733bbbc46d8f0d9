/** The health of endpoints: failures in a row, rest, and the end of an endpoint that is dead. */
import { type DatabasePool, sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import { toId } from '../ids.ts';
import { reachable } from '../unavailable.ts';
import { lockDeliveries } from './relay-batch.ts';

/**
 * Type of the notice that an endpoint was disabled. Other endpoints of the tenant can receive it.
 */
export const ENDPOINT_DISABLED = 'WebhookEndpointDisabled';

/** Why an attempt failed. */
export interface Failure {
  /** HTTP status of the answer, if there was one. */
  status?: number | undefined;
  error: string;
}

/**
 * Records the failures of an endpoint in a row, 0 after a success, and how long it rests: until
 * then nothing is sent; and the newest failure, `last`, until a success. The document of the
 * endpoint shows whether it fails, so that a change of this is a new version of the document.
 */
export const recordHealth = (
  pool: DatabasePool,
  endpointId: string,
  { failures, restSeconds, last }: { failures: number; restSeconds: number; last?: Failure | undefined },
) =>
  reachable(
    pool.query(sql.unsafe`
      UPDATE webhook_endpoints
         SET failures = ${failures},
             last_status = ${last?.status ?? null},
             last_error = ${last?.error ?? null},
             failing_since = CASE WHEN ${failures} > 0 THEN coalesce(failing_since, now()) END,
             version = version + CASE WHEN (failing_since IS NULL) = (${failures} > 0) THEN 1 ELSE 0 END,
             not_before = now() + ${restSeconds} * interval '1 second'
       WHERE endpoint_id = ${endpointId}`),
  );

/** Counts the enabled endpoints whose attempts have all failed for `seconds` or longer. */
export const countFailing = (pool: DatabasePool, seconds: number): Promise<number> =>
  reachable(
    pool.oneFirst(sql.type(z.object({ count: z.int() }))`
      SELECT count(*)
        FROM webhook_endpoints
       WHERE disabled_at IS NULL AND failing_since <= now() - ${seconds} * interval '1 second'`),
  );

/**
 * Disables an endpoint, and queues a notice for the tenant's endpoints that want such notices.
 *
 * @returns ids of the endpoints that have a notice queued
 */
export const disableEndpoint = (
  pool: DatabasePool,
  endpointId: string,
  reason: 'gone' | 'exhausted',
): Promise<readonly string[]> =>
  reachable(
    pool.transaction(async (transaction) => {
      const endpoint = await transaction.maybeOne(sql.type(
        z.object({ tenant_id: z.uuid(), partition: z.int(), disabled_at: z.string() }),
      )`
        UPDATE webhook_endpoints
           SET disabled_at = now(), disabled_reason = ${reason}, version = version + 1, updated_at = now()
         WHERE endpoint_id = ${endpointId} AND disabled_at IS NULL
        RETURNING tenant_id, partition, disabled_at`);
      if (endpoint === null) return [];
      await lockDeliveries(transaction, endpoint.partition);
      const notice = { endpoint_id: toId('whe', endpointId), reason, disabled_at: endpoint.disabled_at };
      return transaction.anyFirst(sql.type(z.object({ endpoint_id: z.uuid() }))`
        INSERT INTO webhook_deliveries (endpoint_id, event_id, event_type, partition, notice)
        SELECT endpoint_id, ${v7()}, ${ENDPOINT_DISABLED}, partition, ${JSON.stringify(notice)}
          FROM webhook_endpoints
         WHERE tenant_id = ${endpoint.tenant_id} AND disabled_at IS NULL
           AND (event_types IS NULL OR ${ENDPOINT_DISABLED} = ANY (event_types))
        RETURNING endpoint_id`);
    }),
  );
