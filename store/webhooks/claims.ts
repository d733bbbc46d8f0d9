/** Deliveries that are due: find the endpoints, claim the deliveries, give back those not sent. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { RecordedEvent } from '../../domain/order/events.ts';
import { knownEvents } from '../../domain/order/known-events.ts';
import { toId } from '../ids.ts';
import { recordedRow, toRecordedEvent } from '../log/event-row.ts';
import { statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';
import { ENDPOINT_DISABLED } from './endpoint-health.ts';

/** A claim lasts this long; then another worker may claim the delivery. */
export const CLAIM_SECONDS = 30;
/** Bytes of event data in one claim. Bounds what a slow receiver keeps in memory. */
const CLAIM_BYTES_MAX = 256 * 1024;
/** After this many failures in a row, a claim holds one delivery, until the endpoint recovers. */
export const SINGLE_CLAIMS_FAILURES_MIN = 5;

const claimedColumns = {
  delivery_id: z.uuid(),
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
/** The columns of the event are checked row by row: a bad one must not fail the claim. */
const claimedRow = z.looseObject({
  ...claimedColumns,
  notice: z.string().nullable(),
  traceparent: z.string().nullable(),
});
const claimRows = statement('webhooks/claim-deliveries', claimedRow);
const findEndpoints = statement('webhooks/find-due-endpoints', z.object({ endpoint_id: z.uuid() }));

/** A claimed delivery, with everything that its attempt needs. */
export interface Claimed {
  delivery_id: string;
  /** The same at each attempt. */
  message_id: string;
  created_at: string;
  queued_at: string;
  /** Attempts since the delivery was queued. */
  tries: number;
  edition: string;
  url: string;
  max_per_second: number;
  /** Failures of the endpoint in a row. */
  failures: number;
  failing_since: string | null;
  /** 32 bytes each; the newest first. */
  secrets: Buffer[];
  content:
    | { event: RecordedEvent & { position: number }; traceparent: string | null }
    | { notice: unknown; type: string }
    /** The log has no such event, or one that this release cannot read. */
    | { unreadable: unknown };
}

/** @returns ids of the enabled endpoints that have a delivery due */
export async function findDueEndpoints(pool: DatabasePool): Promise<string[]> {
  const rows = await reachable(pool.any(findEndpoints()));
  return rows.map((row) => row.endpoint_id);
}

/**
 * Claims the next due deliveries of an endpoint, for {@link CLAIM_SECONDS}. Those of events that
 * only a newer release knows stay for its nodes.
 */
export async function claimDeliveries(
  pool: DatabasePool,
  endpointId: string,
  deliveriesMax: number,
): Promise<Claimed[]> {
  const rows = await reachable(
    pool.any(
      claimRows(
        endpointId,
        deliveriesMax,
        CLAIM_SECONDS,
        SINGLE_CLAIMS_FAILURES_MIN,
        CLAIM_BYTES_MAX,
        knownEvents(),
      ),
    ),
  );
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
    content: contentOf(row),
  }));
}

function contentOf(row: z.output<typeof claimedRow>): Claimed['content'] {
  if (row.notice !== null) return { notice: JSON.parse(row.notice), type: ENDPOINT_DISABLED };
  try {
    return { event: toRecordedEvent(recordedRow.parse(row)), traceparent: row.traceparent };
  } catch (error) {
    return { unreadable: error };
  }
}

/** Ends the claims of deliveries that were not attempted: they are due at once. */
export const releaseDeliveries = (pool: DatabasePool, deliveryIds: string[]) =>
  reachable(
    pool.query(sql.unsafe`
      UPDATE webhook_deliveries SET next_attempt_at = now()
       WHERE delivery_id = ANY (${sql.array(deliveryIds, 'uuid')}) AND status = 'pending'`),
  );
