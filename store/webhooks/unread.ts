/**
 * Deliveries whose message cannot be made: this release cannot read the event, or a secret does not
 * decrypt. They stay pending, with the reason on record, and count as no failure of their endpoint.
 */
import { type CommonQueryMethods, type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { knownEvents } from '../../domain/order/upcast.ts';
import { reachable } from '../unavailable.ts';
import { CLAIM_SECONDS, type Claimed } from './claims.ts';

/**
 * Why a delivery waits: only a newer release knows its event, the data of its event is bad, or the
 * secret of its endpoint does not decrypt.
 */
export const UNREAD_REASONS = ['event_not_understood', 'event_not_rendered', 'secret_not_decrypted'] as const;
export type UnreadReason = (typeof UNREAD_REASONS)[number];

/** A delivery that cannot be rendered is tried again after this time. */
const RENDER_AGAIN_SECONDS = 900;
/** Then another node may have the key, or the operator has added it. */
const UNSIGNED_REST_SECONDS = 10;
/** A node that knows the event claims it within this time; then an older node parks it. */
const DUE_SECONDS_MIN = 10;
/** A parked delivery is due after this time, or at once by a node that knows its event. */
const PARKED_SECONDS = 3_600;
/** Due deliveries of one endpoint that one step reads. */
const READ_DELIVERIES_MAX = 1_000;

/** Whether this release knows the event of a delivery. */
const isKnown = (): FragmentSqlToken => sql.fragment`
  (coalesce((${knownEvents()}::jsonb ->> delivery.event_type)::integer, 0) >= delivery.schema_version) IS NOT FALSE`;

/** Puts off claimed deliveries that cannot be rendered, and records the reason. */
export const deferUnrendered = (pool: CommonQueryMethods, claimed: readonly Claimed[]) =>
  reachable(
    pool.query(sql.unsafe`
      UPDATE webhook_deliveries AS delivery
         SET last_error = 'event_not_rendered',
             next_attempt_at = now() + ${RENDER_AGAIN_SECONDS} * interval '1 second'
        FROM ${sql.unnest(
          claimed.map((each) => [each.delivery_id, each.claim]),
          ['uuid', 'text'],
        )} AS unrendered (delivery_id, claim)
       WHERE delivery.delivery_id = unrendered.delivery_id
         -- For the planner: without it, and with = 'pending', it reads all pending deliveries.
         AND delivery.delivery_id = ANY (${sql.array(
           claimed.map((each) => each.delivery_id),
           'uuid',
         )})
         AND delivery.status NOT IN ('delivered', 'failed')
         AND delivery.claimed_until = unrendered.claim::timestamptz AND delivery.next_attempt_at = delivery.claimed_until`),
  );

/**
 * Lets an endpoint rest whose messages cannot be signed, and records the reason at the deliveries
 * that were claimed. Its receiver is not at fault: no failure is counted.
 */
export const restUnsigned = (
  pool: CommonQueryMethods,
  endpointId: string,
  claimed: readonly { delivery_id: string }[],
) =>
  reachable(
    pool.query(sql.unsafe`
      WITH rested AS (
        UPDATE webhook_endpoints
           SET not_before = greatest(not_before, now() + ${UNSIGNED_REST_SECONDS} * interval '1 second')
         WHERE endpoint_id = ${endpointId}
      )
      UPDATE webhook_deliveries
         SET last_error = 'secret_not_decrypted'
       WHERE delivery_id = ANY (${sql.array(
         claimed.map(({ delivery_id }) => delivery_id),
         'uuid',
       )}) AND status NOT IN ('delivered', 'failed') -- for the planner, as above`),
  );

/**
 * Parks due deliveries that only a newer release can send, and records the reason: claims of this
 * node need not pass them. Does nothing while this release knows all events of the log.
 */
export const parkUnknown = (pool: CommonQueryMethods): Promise<void> =>
  reachable(
    (async () => {
      const unknown = await pool.any(sql.unsafe`
        SELECT kind.type
          FROM event_kinds AS kind
         WHERE coalesce((${knownEvents()}::jsonb ->> kind.type)::integer, 0) < kind.schema_version
         LIMIT 1`);
      if (unknown.length > 0) await parkDue(pool);
    })(),
  );

const parkDue = (pool: CommonQueryMethods) =>
  pool.query(sql.unsafe`
    WITH unknown AS MATERIALIZED (
      SELECT delivery.delivery_id
        FROM webhook_endpoints AS endpoint
       CROSS JOIN LATERAL (
               SELECT delivery_id, event_type, schema_version
                 FROM webhook_deliveries
                WHERE endpoint_id = endpoint.endpoint_id AND status = 'pending'
                  AND next_attempt_at < now() - ${DUE_SECONDS_MIN} * interval '1 second'
                ORDER BY next_attempt_at, number
                LIMIT ${READ_DELIVERIES_MAX}
             ) AS delivery
       WHERE endpoint.disabled_at IS NULL AND NOT (${isKnown()})
    ), locked AS MATERIALIZED (
      SELECT delivery_id
        FROM webhook_deliveries
       WHERE delivery_id IN (SELECT delivery_id FROM unknown)
         AND status = 'pending' AND next_attempt_at <= now()
         FOR UPDATE SKIP LOCKED
    )
    UPDATE webhook_deliveries
       SET last_error = 'event_not_understood',
           next_attempt_at = now() + ${PARKED_SECONDS} * interval '1 second'
     WHERE delivery_id IN (SELECT delivery_id FROM locked)`);

/**
 * Queues deliveries that an older node parked and that this release can send.
 *
 * @returns ids of their endpoints
 */
export async function requeueKnown(pool: CommonQueryMethods): Promise<string[]> {
  const endpoints = await reachable(
    pool.anyFirst(sql.type(z.object({ endpoint_id: z.uuid() }))`
      WITH known AS MATERIALIZED (
        SELECT delivery_id
          FROM webhook_deliveries AS delivery
         WHERE status = 'pending' AND last_error = 'event_not_understood'
           -- Spelled as in the index.
           AND last_error IN ('event_not_understood', 'event_not_rendered')
           -- A worker may have claimed it.
           AND next_attempt_at > now() + ${CLAIM_SECONDS} * interval '1 second'
           AND ${knownEvents()}::jsonb ? event_type
           AND ${isKnown()}
         LIMIT ${READ_DELIVERIES_MAX}
           FOR UPDATE SKIP LOCKED
      )
      UPDATE webhook_deliveries
         SET next_attempt_at = now(), last_error = NULL
       WHERE delivery_id IN (SELECT delivery_id FROM known)
      RETURNING endpoint_id`),
  );
  return [...new Set(endpoints)];
}

/** The number of pending deliveries that wait for a reason. */
export async function countUnread(pool: CommonQueryMethods): Promise<Record<UnreadReason, number>> {
  const rows = await reachable(
    pool.any(sql.type(z.object({ reason: z.enum(UNREAD_REASONS), deliveries: z.int() }))`
      SELECT last_error AS reason, count(*) AS deliveries
        FROM webhook_deliveries AS delivery
       WHERE status = 'pending' AND last_error IN ('event_not_understood', 'event_not_rendered')
         -- Those of a deleted endpoint remain for a while.
         AND EXISTS (SELECT FROM webhook_endpoints AS endpoint WHERE endpoint.endpoint_id = delivery.endpoint_id)
       GROUP BY last_error
       UNION ALL
      SELECT last_error, count(*)
        FROM webhook_deliveries AS delivery
       WHERE status = 'pending' AND last_error = 'secret_not_decrypted'
         AND EXISTS (SELECT FROM webhook_endpoints AS endpoint WHERE endpoint.endpoint_id = delivery.endpoint_id)
       GROUP BY last_error`),
  );
  const counts = { event_not_understood: 0, event_not_rendered: 0, secret_not_decrypted: 0 };
  for (const { reason, deliveries } of rows) counts[reason] = deliveries;
  return counts;
}
