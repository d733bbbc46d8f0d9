/** The health of endpoints: failures in a row, rest, and the end of an endpoint that is dead. */
import { type CommonQueryMethods, type DatabaseTransactionConnection, sql } from 'slonik';
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

/** The pending deliveries of an endpoint that failed this long are due when it recovers. */
const OUTAGE_SECONDS_MIN = 60;

/**
 * Records the failures of an endpoint in a row, 0 after a success, and how long it rests: until
 * then nothing is sent; and the newest failure, `last`, until a success. Has no effect when the
 * endpoint was changed since `generation`. The document of the endpoint shows whether it fails, so
 * that a change of this is a new version of the document.
 *
 * A shorter outage leaves the retries as they are: they come within minutes. Otherwise one event
 * that the receiver always refuses would be sent again after each success of another.
 */
export const recordHealth = (
  pool: CommonQueryMethods,
  { endpointId, generation, claim }: { endpointId: string; generation: number; claim: string },
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
             not_before = now() + ${restSeconds} * interval '1 second',
             backlog_number = CASE WHEN ${failures} = 0 AND failing_since <= now() - ${OUTAGE_SECONDS_MIN} * interval '1 second'
                                   THEN 0 ELSE backlog_number END,
             backlog_restarts = backlog_restarts AND backlog_number IS NOT NULL
       WHERE endpoint_id = ${endpointId} AND generation = ${generation}
         AND clock_timestamp() < ${claim}::timestamptz`),
  );

/** Counts the enabled endpoints whose attempts have all failed for `seconds` or longer. */
export const countFailing = (pool: CommonQueryMethods, seconds: number): Promise<number> =>
  reachable(
    pool.oneFirst(sql.type(z.object({ count: z.int() }))`
      SELECT count(*)
        FROM webhook_endpoints
       WHERE disabled_at IS NULL AND failing_since <= now() - ${seconds} * interval '1 second'`),
  );

/** Why Holdfast disables an endpoint. */
export type End = { reason: 'gone' } | { reason: 'exhausted'; deliveryId: string };

/**
 * Disables an endpoint, and queues a notice for the tenant's endpoints that want such notices.
 * Refuses when the endpoint was changed since `generation`, and when the delivery that exhausted
 * its attempts was queued again.
 *
 * @returns ids of the endpoints that have a notice queued; `undefined` when it did not disable
 */
export const disableEndpoint = (
  pool: CommonQueryMethods,
  { endpointId, generation }: { endpointId: string; generation: number },
  end: End,
): Promise<readonly string[] | undefined> =>
  reachable(
    pool.transaction(async (transaction) => {
      const locked = await transaction.maybeOne(sql.unsafe`
        SELECT FROM webhook_endpoints
         WHERE endpoint_id = ${endpointId} AND generation = ${generation} AND disabled_at IS NULL
           FOR NO KEY UPDATE`);
      if (locked === null) return undefined;
      // A redelivery holds the same lock, so this sees it.
      if (end.reason === 'exhausted' && !(await hasFailed(transaction, end.deliveryId))) return undefined;
      const endpoint = await transaction.one(sql.type(
        z.object({ tenant_id: z.uuid(), partition: z.int(), disabled_at: z.string() }),
      )`
        UPDATE webhook_endpoints
           SET disabled_at = now(), disabled_reason = ${end.reason}, version = version + 1, updated_at = now()
         WHERE endpoint_id = ${endpointId}
        RETURNING tenant_id, partition, disabled_at`);
      await lockDeliveries(transaction, endpoint.partition);
      const notice = {
        endpoint_id: toId('whe', endpointId),
        reason: end.reason,
        disabled_at: endpoint.disabled_at,
      };
      return transaction.anyFirst(sql.type(z.object({ endpoint_id: z.uuid() }))`
        INSERT INTO webhook_deliveries (endpoint_id, event_id, event_type, partition, notice)
        SELECT endpoint_id, ${v7()}, ${ENDPOINT_DISABLED}, partition, ${JSON.stringify(notice)}
          FROM webhook_endpoints
         WHERE tenant_id = ${endpoint.tenant_id} AND disabled_at IS NULL
           AND (event_types IS NULL OR ${ENDPOINT_DISABLED} = ANY (event_types))
        RETURNING endpoint_id`);
    }),
  );

/** Whether a delivery failed for good, and no running replay queues it again. */
const hasFailed = (transaction: DatabaseTransactionConnection, deliveryId: string) =>
  transaction.exists(sql.unsafe`
    SELECT FROM webhook_deliveries AS delivery
     WHERE delivery_id = ${deliveryId} AND status = 'failed'
       AND NOT EXISTS (SELECT FROM webhook_replays AS replay
                        WHERE replay.endpoint_id = delivery.endpoint_id AND replay.finished_at IS NULL
                          AND replay.position < delivery.position AND delivery.position <= replay.up_to_position)`);
