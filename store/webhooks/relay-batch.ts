/** One step of the relay: the next events of the log become deliveries. */
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { FIRST_EVENT_TYPES } from '../../domain/order/events.ts';
import { statement } from '../statement.ts';

/** The relay as a consumer of the log: the name of its checkpoint. */
export const WEBHOOKS_CONSUMER = 'webhooks';

const relayEvents = statement(
  'webhooks/relay-events',
  z.object({ events: z.int(), is_full: z.boolean(), endpoints: z.array(z.uuid()) }),
);

export interface RelayBatchBound {
  events: number;
  /** The batch ends with the event that reaches this: one event is relayed in any case. */
  deliveries: number;
}

/**
 * Queues the next events of a partition for the endpoints that want them.
 *
 * @returns the number of events that were read, whether the bound ended the batch, and the
 *   endpoints that have a delivery queued
 */
export const relayBatch = (
  pool: DatabasePool,
  partition: number,
  { events, deliveries }: RelayBatchBound,
): Promise<{ events: number; is_full: boolean; endpoints: readonly string[] }> =>
  pool.one(relayEvents(partition, events, [...FIRST_EVENT_TYPES], deliveries));

/**
 * Locks the relay of a partition until the end of the transaction. Only one transaction at a time
 * inserts deliveries, so their numbers become visible in order.
 */
export const lockDeliveries = (transaction: DatabaseTransactionConnection, partition: number) =>
  transaction.query(sql.unsafe`
    SELECT FROM checkpoints WHERE partition = ${partition} AND consumer = ${WEBHOOKS_CONSUMER} FOR UPDATE`);
