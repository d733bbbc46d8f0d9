/** One step of the relay: the next events of the log become deliveries. */
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { FIRST_EVENT_TYPES } from '../../domain/order/events.ts';
import { hasCitus } from '../cluster/has-citus.ts';
import { statement } from '../statement.ts';

/** The relay as a consumer of the log: the name of its checkpoint. */
export const WEBHOOKS_CONSUMER = 'webhooks';

const relayEvents = statement(
  'webhooks/relay-events',
  z.object({ events: z.int(), is_full: z.boolean(), is_held: z.boolean(), endpoints: z.array(z.uuid()) }),
);

const relayGivenEvents = statement(
  'webhooks/relay-given-events',
  z.object({
    events: z.int(),
    /** Of the last of these; `null` for none. */
    position: z.int().nullable(),
    is_full: z.boolean(),
    endpoints: z.array(z.uuid()),
  }),
);

export interface RelayBatchBound {
  events: number;
  /** The batch ends with the event that reaches this: one event is relayed in any case. */
  deliveries: number;
}

/** What one tenant may have of a batch, if others have events too; the rest is put off. */
export interface RelayShare {
  deliveriesOfTenant: number;
}

export interface RelayBatch {
  events: number;
  /** Whether the bound ended the batch. */
  is_full: boolean;
  /** Whether it holds nothing because another node or a replay holds the lease now. */
  is_held: boolean;
  /** The endpoints that have a delivery queued. */
  endpoints: readonly string[];
}

/** Queues the next events of a partition for the endpoints that want them. */
export async function relayBatch(
  pool: DatabasePool,
  partition: number,
  bound: RelayBatchBound & RelayShare,
): Promise<RelayBatch> {
  if (await hasCitus(pool)) return relayOnCitus(pool, partition, bound);
  return pool.one(relayEvents(partition, ...valuesOf(bound)));
}

const valuesOf = ({ events, deliveries, deliveriesOfTenant }: RelayBatchBound & RelayShare) =>
  [events, [...FIRST_EVENT_TYPES], deliveries, deliveriesOfTenant] as const;

const leaseRow = z.object({ position: z.int(), head: z.int() });

/** The same in three statements, since the log is on a worker (relay-given-events.sql). */
async function relayOnCitus(
  pool: DatabasePool,
  partition: number,
  bound: RelayBatchBound & RelayShare,
): Promise<RelayBatch> {
  const { lease, batch } = await pool.transaction(async (transaction) => {
    const found = await transaction.maybeOne(sql.type(leaseRow)`
      SELECT checkpoint.position, head.position AS head
        FROM checkpoints AS checkpoint
        JOIN log_heads AS head ON head.partition = checkpoint.partition
       WHERE checkpoint.partition = ${partition} AND checkpoint.consumer = ${WEBHOOKS_CONSUMER}
         AND checkpoint.paused_at IS NULL
         FOR UPDATE OF checkpoint SKIP LOCKED`);
    if (found === null || found.head <= found.position) return { lease: found, batch: undefined };
    const values = [...valuesOf(bound), found.position, found.head] as const;
    return { lease: found, batch: await transaction.one(relayGivenEvents(partition, ...values)) };
  });
  if (lease === null)
    return { events: 0, is_full: false, is_held: await isRelayOn(pool, partition), endpoints: [] };
  if (batch === undefined) return { events: 0, is_full: false, is_held: false, endpoints: [] };
  const { position, ...relayed } = batch;
  if (position !== null)
    await pool.query(sql.unsafe`
      UPDATE checkpoints
         SET position = ${position}, updated_at = now()
       WHERE partition = ${partition} AND consumer = ${WEBHOOKS_CONSUMER} AND position = ${lease.position}`);
  return { ...relayed, is_held: false };
}

/** Whether the relay of a partition is not paused. */
export const isRelayOn = (pool: DatabasePool, partition: number): Promise<boolean> =>
  pool.exists(sql.unsafe`
    SELECT 1 FROM checkpoints
     WHERE partition = ${partition} AND consumer = ${WEBHOOKS_CONSUMER} AND paused_at IS NULL`);

/**
 * Locks the relay of a partition until the end of the transaction. Only one transaction at a time
 * inserts deliveries, so their numbers become visible in order.
 */
export const lockDeliveries = (transaction: DatabaseTransactionConnection, partition: number) =>
  transaction.query(sql.unsafe`
    SELECT FROM checkpoints WHERE partition = ${partition} AND consumer = ${WEBHOOKS_CONSUMER} FOR UPDATE`);
