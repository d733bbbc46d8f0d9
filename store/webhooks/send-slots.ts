/**
 * Send slots: the times at which requests to an endpoint may begin. Postgres hands them out under
 * the lock of the endpoint's row, so that all nodes together keep `max_per_second`.
 *
 * Slots are `SLOT_WINDOW_MS / max_per_second` apart, and a request begins at most
 * `REQUEST_LATENESS_MS_MAX` after its slot. So the first and the last of N + 1 requests are at
 * least 1,000 ms apart, with 10 ms left to build the request: at most N begin in any second. The
 * price is 3 % of the rate.
 */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';

/** The distance of a slot from the N-th slot after it, where N is `max_per_second`. */
export const SLOT_WINDOW_MS = 1_030;
/** A request that begins later than this after its slot moves the following slots. */
export const REQUEST_LATENESS_MS_MAX = 20;
/** No claim reserves a slot further ahead, so that a new `max_per_second` soon applies. */
export const SLOTS_AHEAD_MS_MAX = 2_000;
/** A sender may use its slots this much late; other claims get slots after that. */
export const SENDER_LATENESS_MS = 500;

/** Slots that one sender holds. */
export interface Reservation {
  slots: number;
  max_per_second: number;
  /** From the answer of the database to the first slot; negative when it has passed. */
  wait_ms: number;
  /** The end of the reservation as the endpoint's row states it. */
  reserved_until: string;
}

const reserve = statement(
  'webhooks/reserve-slots',
  z.object({
    slots: z.int(),
    max_per_second: z.int(),
    wait_ms: z.number(),
    reserved_until: z.string(),
  }),
);

/** The slots that a sender no longer uses. */
export interface Unused {
  endpointId: string;
  reservedUntil: string;
  /** From now to the first unused slot; negative when it has passed. */
  inMs: number;
}

/**
 * Exchanges unused slots for up to `slotsMax` later ones.
 *
 * @param latenessMs how late the sender may use them
 * @returns `undefined` when no slot begins soon, and when the endpoint was disabled or changed
 */
export async function reserveSlots(
  pool: CommonQueryMethods,
  { endpointId, reservedUntil, inMs }: Unused,
  { generation, slotsMax, latenessMs }: { generation: number; slotsMax: number; latenessMs: number },
): Promise<Reservation | undefined> {
  const row = await reachable(
    pool.maybeOne(
      reserve(
        endpointId,
        reservedUntil,
        inMs,
        generation,
        slotsMax,
        SLOT_WINDOW_MS,
        REQUEST_LATENESS_MS_MAX,
        SLOTS_AHEAD_MS_MAX,
        latenessMs,
      ),
    ),
  );
  return row ?? undefined;
}

/** Gives unused slots back, unless another claim reserved slots since. */
export const releaseSlots = (pool: CommonQueryMethods, { endpointId, reservedUntil, inMs }: Unused) =>
  reachable(
    pool.query(sql.unsafe`
      UPDATE webhook_endpoints SET next_send_at = clock_timestamp() + ${inMs}::float8 * interval '1 millisecond'
       WHERE endpoint_id = ${endpointId} AND next_send_at = ${reservedUntil}::timestamptz`),
  );
