/**
 * What workers ask of Postgres: what is to be sent, by whom it is taken on, and what it came to.
 */
import { type DatabasePool, sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import type { RecordedEvent } from '../../domain/order/events.ts';
import { toId } from '../ids.ts';
import { recordedRow, toRecordedEvent } from '../log/log.ts';
import { SEPARATOR, statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';
import { holdRelay } from './replays.ts';

/** The consumer of the log that this is: the name of its checkpoint. */
export const WEBHOOKS = 'webhooks';
/** The notice that an endpoint was disabled, which the tenant's other endpoints may ask for. */
export const ENDPOINT_DISABLED = 'WebhookEndpointDisabled';

/** Seconds that whoever takes a delivery on has for it. */
export const CLAIM = 30;
/** Bytes of events that are taken on for an endpoint at a time: what slow receivers make a process keep. */
const CLAIM_BYTES = 256 * 1024;
/** Failures in a row from which on one delivery at a time is tried. */
export const FAILING = 5;
/** Days that a delivery which is through, or given up, is kept. */
const KEPT_DAYS = 30;
/** Deliveries that are removed at a time. */
const REMOVED = 1_000;

const relayEvents = statement(
  'webhooks/relay-events',
  z.object({ events: z.int(), endpoints: z.array(z.uuid()) }),
);
const claimed = {
  delivery_id: z.uuid(),
  number: z.int(),
  event_id: z.uuid(),
  created_at: z.string(),
  tries: z.int(),
  queued_at: z.string(),
  edition: z.string(),
  url: z.string(),
  max_per_second: z.int(),
  failures: z.int(),
  failing_since: z.string().nullable(),
  secret: z.instanceof(Buffer),
  previous_secret: z.instanceof(Buffer).nullable(),
};
const claimDeliveries = statement(
  'webhooks/claim-deliveries',
  z.union([
    recordedRow.extend({ ...claimed, notice: z.null(), traceparent: z.string().nullable() }),
    z.looseObject({ ...claimed, notice: z.string() }),
  ]),
);
const recordAttempts = statement('webhooks/record-attempts', z.object({}));
const findDueEndpoints = statement('webhooks/find-due-endpoints', z.object({ endpoint_id: z.uuid() }));

/**
 * Queues the next events of the log for whoever asked for them.
 *
 * @returns how many events were looked at, and the endpoints that something was queued for
 */
export const relayBatch = (
  pool: DatabasePool,
  partition: number,
  limit: number,
): Promise<{ events: number; endpoints: readonly string[] }> => pool.one(relayEvents(partition, limit));

/** A delivery that was taken on, with all that it takes to send it. */
export interface Claimed {
  delivery_id: string;
  /** What a receiver knows the message by: the same at every attempt. */
  message_id: string;
  created_at: string;
  queued_at: string;
  /** Attempts since it was queued. */
  tries: number;
  edition: string;
  url: string;
  max_per_second: number;
  /** Of the endpoint, in a row. */
  failures: number;
  failing_since: string | null;
  /** 32 bytes each; the newest first. */
  secrets: Buffer[];
  content:
    | { event: RecordedEvent & { position: number }; traceparent: string | null }
    | { notice: unknown; type: string };
}

/** Takes on what an endpoint is due, at most so many. */
export async function claimDue(pool: DatabasePool, endpointId: string, limit: number): Promise<Claimed[]> {
  const rows = await reachable(pool.any(claimDeliveries(endpointId, limit, CLAIM, FAILING, CLAIM_BYTES)));
  return rows.map((row) => ({
    delivery_id: row.delivery_id,
    message_id: toId('evt', row.event_id),
    created_at: row.created_at,
    queued_at: row.queued_at,
    tries: row.tries,
    edition: row.edition,
    url: row.url,
    max_per_second: row.max_per_second,
    failures: row.failures,
    failing_since: row.failing_since,
    secrets: [row.secret, ...(row.previous_secret === null ? [] : [row.previous_secret])],
    content:
      row.notice === null
        ? { event: toRecordedEvent(row), traceparent: row.traceparent }
        : { notice: JSON.parse(row.notice), type: ENDPOINT_DISABLED },
  }));
}

/** What became of one attempt. */
export interface Outcome {
  delivery_id: string;
  attempted_at: Date;
  duration_ms: number;
  /** HTTP status, if there was an answer. */
  code: number | null;
  /** Why there was none, or why it does not count. */
  error: string | null;
  /** The first bytes of the answer. */
  answer: string;
  /** What the delivery is now. */
  status: 'pending' | 'delivered' | 'failed';
  /** Seconds until the next attempt. */
  delay: number;
}

export async function recordOutcomes(pool: DatabasePool, outcomes: Outcome[]): Promise<void> {
  await reachable(
    pool.query(
      recordAttempts(
        outcomes.map((each) => each.delivery_id),
        outcomes.map((each) => each.attempted_at.toISOString()),
        outcomes.map((each) => each.duration_ms),
        outcomes.map((each) => each.code),
        outcomes.map((each) => each.error),
        outcomes.map((each) => each.answer).join(SEPARATOR),
        outcomes.map((each) => each.status),
        outcomes.map((each) => each.delay),
      ),
    ),
  );
}

/** Gives back what was taken on and not tried. */
export const release = (pool: DatabasePool, deliveryIds: string[]) =>
  reachable(
    pool.query(sql.unsafe`
      UPDATE webhook_deliveries SET next_attempt_at = now()
       WHERE delivery_id = ANY (${sql.array(deliveryIds, 'uuid')}) AND status = 'pending'`),
  );

/**
 * Notes how an endpoint fares: its failures in a row, 0 when the last attempt succeeded, and the
 * seconds in which nothing is to be sent to it. Its document shows whether it fails, so that a
 * change of that is a version of its own, as everything that it shows.
 */
export const noteHealth = (
  pool: DatabasePool,
  endpointId: string,
  { failures, rest }: { failures: number; rest: number },
) =>
  reachable(
    pool.query(sql.unsafe`
      UPDATE webhook_endpoints
         SET failures = ${failures},
             failing_since = CASE WHEN ${failures} > 0 THEN coalesce(failing_since, now()) END,
             version = version + CASE WHEN (failing_since IS NULL) = (${failures} > 0) THEN 1 ELSE 0 END,
             not_before = now() + ${rest} * interval '1 second'
       WHERE endpoint_id = ${endpointId}`),
  );

/** How many endpoints are enabled and have taken nothing for so many seconds. */
export const countFailing = (pool: DatabasePool, seconds: number): Promise<number> =>
  reachable(
    pool.oneFirst(sql.type(z.object({ count: z.int() }))`
      SELECT count(*)
        FROM webhook_endpoints
       WHERE disabled_at IS NULL AND failing_since <= now() - ${seconds} * interval '1 second'`),
  );

/**
 * Disables an endpoint, and says so to those of the tenant that asked to be told.
 *
 * @returns the endpoints that have been told
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
      await holdRelay(transaction, endpoint.partition);
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

/** Endpoints that something should be sent to now. */
export async function dueEndpoints(pool: DatabasePool): Promise<string[]> {
  const rows = await reachable(pool.any(findDueEndpoints()));
  return rows.map((row) => row.endpoint_id);
}

/** Removes deliveries that have been finished for long. @returns how many */
export async function removeOld(pool: DatabasePool): Promise<number> {
  const { rowCount } = await pool.query(sql.unsafe`
    DELETE FROM webhook_deliveries
     WHERE delivery_id IN (SELECT delivery_id FROM webhook_deliveries
                            WHERE status <> 'pending' AND finished_at < now() - ${KEPT_DAYS} * interval '1 day' LIMIT ${REMOVED})`);
  return rowCount;
}
