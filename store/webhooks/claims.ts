/** Deliveries that are due: find the endpoints, claim the deliveries, give back those not sent. */
import { type KeyObject, createSecretKey } from 'node:crypto';
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { RecordedEvent } from '../../domain/order/events.ts';
import { knownEvents } from '../../domain/order/upcast.ts';
import { toId } from '../ids.ts';
import { recordedRow, toRecordedEvent } from '../log/event-row.ts';
import { type Keyring, SecretNotDecrypted } from '../secrets/keyring.ts';
import { statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';
import { ENDPOINT_DISABLED } from './endpoint-health.ts';
import { signingSecrets } from './secrets.ts';
import {
  REQUEST_LATENESS_MS_MAX,
  type Reservation,
  SENDER_LATENESS_MS,
  SLOTS_AHEAD_MS_MAX,
  SLOT_WINDOW_MS,
} from './send-slots.ts';

/** A claim lasts this long; then another worker may claim the delivery. */
export const CLAIM_SECONDS = 30;
/** Bytes of event data in one claim. Bounds what a slow receiver keeps in memory. */
const CLAIM_BYTES_MAX = 256 * 1024;
/** Pending deliveries that one step of a backlog reads: more than a claim sends. */
const BACKLOG_STEP_MAX = 500;
/** After this many failures in a row, a claim holds one delivery, until the endpoint recovers. */
export const SINGLE_CLAIMS_FAILURES_MIN = 5;

const claimedColumns = {
  delivery_id: z.uuid(),
  endpoint_id: z.uuid(),
  tenant_id: z.uuid(),
  event_id: z.uuid(),
  created_at: z.string(),
  tries: z.int(),
  attempts: z.int(),
  queued_at: z.string(),
  edition: z.string(),
  url: z.string(),
  max_per_second: z.int(),
  failures: z.int(),
  failing_since: z.string().nullable(),
  generation: z.int(),
  has_backlog: z.boolean(),
  queueing: z.string(),
  claim: z.string(),
  due_at: z.string(),
  secret: z.instanceof(Buffer),
  previous_secret: z.instanceof(Buffer).nullable(),
  earlier_secrets: z.string().nullable(),
  wait_ms: z.number(),
  reserved_until: z.string(),
};
/** The columns of the event are checked row by row: a bad one must not fail the claim. */
const claimRow = z.looseObject({
  ...claimedColumns,
  notice: z.string().nullable(),
  traceparent: z.string().nullable(),
  /** Of the event; `null` for a notice. */
  partition: z.int().nullable(),
});
type ClaimRow = z.output<typeof claimRow>;
const claimRows = statement('webhooks/claim-deliveries', claimRow);
const findEndpoints = statement('webhooks/find-due-endpoints', z.object({ endpoint_id: z.uuid() }), {
  keepsPlan: false,
});

/** A claimed delivery, with everything that its attempt needs. */
export interface Claimed {
  delivery_id: string;
  endpoint_id: string;
  /** The same at each attempt. */
  message_id: string;
  created_at: string;
  queued_at: string;
  /** Attempts since the delivery was queued. */
  tries: number;
  /** All recorded attempts. */
  attempts: number;
  edition: string;
  url: string;
  /** Failures of the endpoint in a row. */
  failures: number;
  failing_since: string | null;
  /** The version of the endpoint, as far as the outcome of an attempt depends on it. */
  generation: number;
  /** Whether pending deliveries of the endpoint wait for {@link moveBacklog}. */
  has_backlog: boolean;
  /** When the delivery was queued, exact to the microsecond. */
  queueing: string;
  /** The end of the claim, exact to the microsecond; it identifies the claim of a delivery. */
  claim: string;
  /** When the delivery became due, exact to the microsecond. */
  due_at: string;
  /** 32 bytes each; the newest first. */
  secrets: KeyObject[];
  content:
    | {
        /** Throws when the log has no such event, or one that this release cannot read. */
        readEvent: () => RecordedEvent & { position: number };
        traceparent: string | null;
        partition: number;
      }
    | { notice: unknown; type: string };
}

/** A claim, with a send slot for each of its deliveries. */
export interface Claim {
  /** Why no message of the endpoint can be signed; then no delivery has a secret. */
  unsigned: SecretNotDecrypted | undefined;
  /** In the order of the log. */
  deliveries: Claimed[];
  reservation: Reservation;
}

/**
 * The enabled endpoints that have a delivery due and a send slot soon. Moves the backlogs of
 * recovered endpoints one step on, so that their deliveries are due.
 *
 * @returns ids
 */
export async function findDueEndpoints(pool: CommonQueryMethods): Promise<string[]> {
  await moveBacklog(pool);
  const rows = await reachable(pool.any(findEndpoints(SLOTS_AHEAD_MS_MAX)));
  return rows.map((row) => row.endpoint_id);
}

/**
 * Claims the next due deliveries of an endpoint, for {@link CLAIM_SECONDS}, and reserves their send
 * slots. Those of events that only a newer release knows stay for its nodes.
 *
 * @returns `undefined` when no delivery is due, or no slot begins soon
 */
export async function claimDeliveries(
  pool: CommonQueryMethods,
  keyring: Keyring,
  endpointId: string,
  deliveriesMax: number,
): Promise<Claim | undefined> {
  const rows = await reachable(
    pool.any(
      claimRows(
        endpointId,
        deliveriesMax,
        CLAIM_SECONDS,
        SINGLE_CLAIMS_FAILURES_MIN,
        CLAIM_BYTES_MAX,
        SLOT_WINDOW_MS,
        REQUEST_LATENESS_MS_MAX,
        SLOTS_AHEAD_MS_MAX,
        SENDER_LATENESS_MS,
        knownEvents(),
      ),
    ),
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  const { wait_ms, reserved_until, max_per_second } = first;
  const secrets = secretsOf(keyring, first);
  const unsigned = secrets instanceof SecretNotDecrypted ? secrets : undefined;
  return {
    unsigned,
    deliveries: rows.map((row) => toClaimed(row, secrets instanceof SecretNotDecrypted ? [] : secrets)),
    reservation: { slots: rows.length, max_per_second, wait_ms, reserved_until },
  };
}

/** Once a claim: all its rows are of one endpoint. */
function secretsOf(keyring: Keyring, row: ClaimRow): KeyObject[] | SecretNotDecrypted {
  try {
    return signingSecrets(keyring, row).map((secret) => createSecretKey(secret));
  } catch (error) {
    if (error instanceof SecretNotDecrypted) return error;
    throw error;
  }
}

const toClaimed = (row: ClaimRow, secrets: KeyObject[]): Claimed => ({
  delivery_id: row.delivery_id,
  endpoint_id: row.endpoint_id,
  message_id: toId('evt', row.event_id),
  created_at: row.created_at,
  queued_at: row.queued_at,
  tries: row.tries,
  attempts: row.attempts,
  edition: row.edition,
  url: row.url,
  failures: row.failures,
  failing_since: row.failing_since,
  generation: row.generation,
  has_backlog: row.has_backlog,
  queueing: row.queueing,
  claim: row.claim,
  due_at: row.due_at,
  secrets,
  content: contentOf(row),
});

const contentOf = (row: ClaimRow): Claimed['content'] =>
  row.notice === null
    ? {
        readEvent: () => toRecordedEvent(recordedRow.parse(row)),
        traceparent: row.traceparent,
        partition: row.partition!,
      }
    : { notice: JSON.parse(row.notice), type: ENDPOINT_DISABLED };

const moveBacklogs = statement('webhooks/move-backlog', z.object({}), { keepsPlan: false });

/** Makes the next deliveries of a recovered or changed endpoint due; of all without an id. */
export const moveBacklog = (pool: CommonQueryMethods, endpointId: string | null = null) =>
  reachable(pool.query(moveBacklogs(endpointId, BACKLOG_STEP_MAX)));

/** Ends the claims of deliveries that were not attempted: each is due again as it was before. */
export const releaseDeliveries = (pool: CommonQueryMethods, claimed: readonly Claimed[]) =>
  reachable(
    pool.query(sql.unsafe`
      UPDATE webhook_deliveries AS delivery
         SET next_attempt_at = released.due_at::timestamptz, claimed_until = NULL
        FROM ${sql.unnest(
          claimed.map((each) => [each.delivery_id, each.due_at, each.claim]),
          ['uuid', 'text', 'text'],
        )} AS released (delivery_id, due_at, claim)
       WHERE delivery.delivery_id = released.delivery_id
         -- For the planner: without it, and with = 'pending', it reads all pending deliveries.
         AND delivery.delivery_id = ANY (${sql.array(
           claimed.map((each) => each.delivery_id),
           'uuid',
         )})
         AND delivery.status NOT IN ('delivered', 'failed')
         AND delivery.claimed_until = released.claim::timestamptz AND delivery.next_attempt_at = delivery.claimed_until`),
  );
