/** One step of the relay: the next events of the log become deliveries. */
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { FIRST_EVENT_TYPES } from '../../domain/order/events.ts';
import { statement } from '../statement.ts';

/** The relay as a consumer of the log: the name of its checkpoint. */
export const WEBHOOKS_CONSUMER = 'webhooks';

const relayEvents = statement(
  'webhooks/relay-events',
  z.object({ events: z.int(), is_full: z.boolean(), is_held: z.boolean(), endpoints: z.array(z.uuid()) }),
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
export const relayBatch = (
  pool: DatabasePool,
  partition: number,
  { events, deliveries, deliveriesOfTenant }: RelayBatchBound & RelayShare,
): Promise<RelayBatch> =>
  pool.one(relayEvents(partition, events, [...FIRST_EVENT_TYPES], deliveries, deliveriesOfTenant));

/**
 * Locks the relay of a partition until the end of the transaction. Only one transaction at a time
 * inserts deliveries, so their numbers become visible in order.
 */
export const lockDeliveries = (transaction: DatabaseTransactionConnection, partition: number) =>
  transaction.query(sql.unsafe`
    SELECT FROM checkpoints WHERE partition = ${partition} AND consumer = ${WEBHOOKS_CONSUMER} FOR UPDATE`);
