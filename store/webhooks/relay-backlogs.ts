/** Events that the relay has put off, so that other tenants of the partition need not wait. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { FIRST_EVENT_TYPES } from '../../domain/order/events.ts';
import { statement } from '../statement.ts';
import { type RelayBatchBound, WEBHOOKS_CONSUMER, lockDeliveries } from './relay-batch.ts';
import { NO_TENANT } from './replays.ts';

const relayBacklog = statement('webhooks/relay-backlog', z.object({ endpoints: z.array(z.uuid()) }));

/**
 * Relays the events of a partition that were put off, in steps of one tenant. The tenants take
 * turns.
 *
 * @returns a function that runs the next step, and returns the endpoints that have a delivery
 *   queued; `undefined` when no tenant has a backlog, or while the relay is paused
 */
export function createBacklogRelay(
  pool: DatabasePool,
  partition: number,
  { events, deliveries }: RelayBatchBound,
): () => Promise<readonly string[] | undefined> {
  let servedTenant = NO_TENANT;

  return async () => {
    const tenantId = await pool.maybeOneFirst(sql.type(z.object({ tenant_id: z.uuid() }))`
      SELECT tenant_id
        FROM webhook_relay_backlogs
       WHERE partition = ${partition}
         AND EXISTS (SELECT
                       FROM checkpoints
                      WHERE partition = ${partition} AND consumer = ${WEBHOOKS_CONSUMER} AND paused_at IS NULL)
       ORDER BY tenant_id <= ${servedTenant}, tenant_id
       LIMIT 1`);
    if (tenantId === null) return undefined;
    servedTenant = tenantId;
    return pool.transaction(async (transaction) => {
      await lockDeliveries(transaction, partition);
      const { endpoints } = await transaction.one(
        relayBacklog(partition, tenantId, events, deliveries, [...FIRST_EVENT_TYPES]),
      );
      return endpoints;
    });
  };
}

/** @returns the position up to which all events are relayed; `undefined` without a backlog */
export async function relayedUpTo(pool: DatabasePool, partition: number): Promise<number | undefined> {
  const position = await pool.oneFirst(sql.type(z.object({ position: z.int().nullable() }))`
    SELECT min(position) AS position FROM webhook_relay_backlogs WHERE partition = ${partition}`);
  return position ?? undefined;
}
