/** Events that the relay has put off, so that other tenants of the partition need not wait. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { FIRST_EVENT_TYPES } from '../../domain/order/events.ts';
import { toId } from '../ids.ts';
import { statement } from '../statement.ts';
import { type RelayBatchBound, isRelayOn, lockDeliveries } from './relay-batch.ts';
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
       ORDER BY tenant_id <= ${servedTenant}, tenant_id
       LIMIT 1`);
    if (tenantId === null || !(await isRelayOn(pool, partition))) return undefined;
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

const backlogRow = z.object({
  partition: z.int(),
  tenant_id: z.uuid(),
  position: z.int(),
  up_to_position: z.int(),
  since: z.string(),
});

export type RelayBacklog = z.output<typeof backlogRow>;

/** The tenants whose events behind `position`, up to `up_to_position`, are put off. */
export async function listBacklogs(pool: DatabasePool): Promise<RelayBacklog[]> {
  const rows = await pool.any(sql.type(backlogRow)`
    SELECT partition, tenant_id, position, up_to_position, since
      FROM webhook_relay_backlogs
     ORDER BY since, tenant_id`);
  return rows.map(({ tenant_id, partition, position, up_to_position, since }) => ({
    partition,
    tenant_id: toId('ten', tenant_id),
    position,
    up_to_position,
    since,
  }));
}
