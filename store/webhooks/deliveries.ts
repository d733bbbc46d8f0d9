/** Deliveries of an endpoint and their attempts, as clients list them. */
import { type CommonQueryMethods, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { toId } from '../ids.ts';
import { reachable } from '../unavailable.ts';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Attempts that a delivery shows: the newest. */
const SHOWN_ATTEMPTS_MAX = 100;

const deliveryRow = z.object({
  delivery_id: z.uuid(),
  number: z.int(),
  endpoint_id: z.uuid(),
  event_id: z.uuid(),
  event_type: z.string(),
  position: z.int().nullable(),
  order_id: z.uuid().nullable(),
  order_version: z.int().nullable(),
  status: z.enum(DELIVERY_STATUSES),
  attempts: z.int(),
  created_at: z.string(),
  next_attempt_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  last_status: z.int().nullable(),
  last_error: z.string().nullable(),
});
type DeliveryRow = z.output<typeof deliveryRow>;

const columns = sql.fragment`
  delivery_id, number, endpoint_id, event_id, event_type, position, order_id, order_version, status, attempts, created_at,
  CASE WHEN status = 'pending' THEN next_attempt_at END AS next_attempt_at, finished_at, last_status, last_error`;

/** A delivery as clients see it. */
export const deliveryDocument = (row: DeliveryRow) => ({
  id: toId('whd', row.delivery_id),
  endpoint_id: toId('whe', row.endpoint_id),
  event_id: toId('evt', row.event_id),
  event_type: row.event_type,
  position: row.position,
  order_id: row.order_id && toId('ord', row.order_id),
  order_version: row.order_version,
  status: row.status,
  attempt_count: row.attempts,
  created_at: row.created_at,
  next_attempt_at: row.next_attempt_at,
  finished_at: row.finished_at,
  last_status: row.last_status,
  last_error: row.last_error,
});

export interface DeliveriesQuery {
  endpointId: string;
  status?: DeliveryStatus | undefined;
  /** A UUID. */
  orderId?: string | undefined;
  direction: 'asc' | 'desc';
  limit: number;
  /** Continue after this number. */
  from?: number | undefined;
}

/** One page, by keyset; `next` is the number of its last row, `null` on the last page. */
export async function listDeliveries(
  pool: CommonQueryMethods,
  { endpointId, status, orderId, direction, limit, from }: DeliveriesQuery,
): Promise<{ rows: readonly DeliveryRow[]; next: number | null }> {
  const conditions = [sql.fragment`endpoint_id = ${endpointId}`];
  if (status !== undefined) conditions.push(sql.fragment`status = ${status}`);
  if (orderId !== undefined) conditions.push(sql.fragment`order_id = ${orderId}`);
  if (from !== undefined)
    conditions.push(direction === 'asc' ? sql.fragment`number > ${from}` : sql.fragment`number < ${from}`);
  const order = direction === 'asc' ? sql.fragment`ASC` : sql.fragment`DESC`;
  const rows = await reachable(
    pool.any(sql.type(deliveryRow)`
      SELECT ${columns} FROM webhook_deliveries WHERE ${sql.and(conditions)} ORDER BY number ${order} LIMIT ${limit + 1}`),
  );
  const page = rows.slice(0, limit);
  return { rows: page, next: rows.length > limit ? page.at(-1)!.number : null };
}

export async function findDelivery(
  connection: CommonQueryMethods,
  endpointId: string,
  deliveryId: string,
): Promise<DeliveryRow | undefined> {
  const row = await connection.maybeOne(sql.type(deliveryRow)`
    SELECT ${columns} FROM webhook_deliveries WHERE delivery_id = ${deliveryId} AND endpoint_id = ${endpointId}`);
  return row ?? undefined;
}

const attemptRow = z.object({
  number: z.int(),
  attempted_at: z.string(),
  duration_ms: z.int(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  answer: z.string().nullable(),
});

/** The attempts of a delivery, newest first. */
export const listAttempts = (
  connection: CommonQueryMethods,
  deliveryId: string,
): Promise<readonly z.output<typeof attemptRow>[]> =>
  connection.any(sql.type(attemptRow)`
    SELECT number, attempted_at, duration_ms, status, error, answer
      FROM webhook_attempts WHERE delivery_id = ${deliveryId} ORDER BY number DESC LIMIT ${SHOWN_ATTEMPTS_MAX}`);

/** Queues a delivery again, under the same id, at the start of the retry schedule. */
export async function redeliver(
  transaction: DatabaseTransactionConnection,
  endpointId: string,
  deliveryId: string,
): Promise<DeliveryRow | undefined> {
  const row = await transaction.maybeOne(sql.type(deliveryRow)`
    UPDATE webhook_deliveries
       SET status = 'pending', tries = 0, queued_at = now(), next_attempt_at = now(), finished_at = NULL
     WHERE delivery_id = ${deliveryId} AND endpoint_id = ${endpointId}
    RETURNING ${columns}`);
  return row ?? undefined;
}
