/**
 * Removal of deliveries, in steps: of deleted endpoints, and those that ended long ago; and of the
 * subscriptions that the relay has passed.
 */
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { ownLock } from '../schema/names.ts';
import { statement } from '../statement.ts';
import { WEBHOOKS_CONSUMER } from './relay-batch.ts';

/** A delivery that was delivered or given up is kept this long. */
export const RETENTION_DAYS = 30;
/** After this time, no transaction is open that began before the deletion of an endpoint. */
const OPEN_TRANSACTION_MINUTES_MAX = 10;
/** The bytes of `ledg`: the advisory lock of {@link lockLedgerStart}. */
const LEDGER_LOCK = 0x6c656467;

const removeOfEndpoint = statement('webhooks/remove-endpoint-deliveries', z.object({ removed: z.int() }));
const removeOld = statement(
  'webhooks/remove-old-deliveries',
  z.object({ removed: z.int(), last_finished_at: z.string().nullable() }),
);

/**
 * One step of the removal of a deleted endpoint's deliveries.
 *
 * @returns how many it removed; `undefined` when no removal is due, or other nodes run all of them
 */
export async function removeOfDeletedEndpoint(
  pool: DatabasePool,
  deliveriesMax: number,
): Promise<number | undefined> {
  const row = await pool.maybeOne(removeOfEndpoint(deliveriesMax, OPEN_TRANSACTION_MINUTES_MAX));
  return row?.removed;
}

/** The time of the first delivery that any ledger can have. */
export const LEDGER_BEGIN = '-infinity';

/**
 * One step of the removal of deliveries that ended more than {@link RETENTION_DAYS} ago.
 *
 * @param since the end of the last delivery that the step before removed, else {@link LEDGER_BEGIN}
 * @returns how many it removed, and the end of the last one; `undefined` when it found none
 */
export function removeOldDeliveries(
  pool: DatabasePool,
  deliveriesMax: number,
  since: string,
): Promise<{ removed: number; last: string | undefined }> {
  return pool.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`SELECT pg_advisory_xact_lock_shared(${ownLock(LEDGER_LOCK)})`);
    const row = await transaction.one(removeOld(deliveriesMax, RETENTION_DAYS, since));
    return { removed: row.removed, last: row.last_finished_at ?? undefined };
  });
}

/**
 * One step of the removal of a tenant's deliveries that ended more than some days ago.
 *
 * @returns how many it removed
 */
export const removeOldDeliveriesOf = (
  pool: DatabasePool,
  { tenantId, days, deliveriesMax }: { tenantId: string; days: number; deliveriesMax: number },
): Promise<number> =>
  pool.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`SELECT pg_advisory_xact_lock_shared(${ownLock(LEDGER_LOCK)})`);
    const { rowCount } = await transaction.query(sql.unsafe`
      DELETE FROM webhook_deliveries
       WHERE delivery_id = ANY (ARRAY(
               SELECT delivery_id
                 FROM webhook_deliveries
                WHERE status <> 'pending' AND finished_at < now() - ${days} * interval '1 day'
                  AND endpoint_id IN (SELECT endpoint_id FROM webhook_endpoints WHERE tenant_id = ${tenantId})
                  AND endpoint_id <> ALL (ARRAY(SELECT endpoint_id
                                                  FROM webhook_replays
                                                 WHERE finished_at IS NULL AND which = 'undelivered'))
                ORDER BY finished_at
                LIMIT ${deliveriesMax}
                  FOR UPDATE SKIP LOCKED))`);
    return rowCount;
  });

const checkpointRow = z.object({ partition: z.int(), position: z.int() });

/**
 * Removes subscriptions that ended, and whose events are relayed. What the relay has put off is
 * read after its checkpoints, so it holds all that is not relayed up to them.
 */
export async function removeRelayedSubscriptions(pool: DatabasePool): Promise<void> {
  const checkpoints = await pool.any(sql.type(checkpointRow)`
    SELECT partition, position FROM checkpoints WHERE consumer = ${WEBHOOKS_CONSUMER}`);
  await pool.query(sql.unsafe`
    DELETE FROM webhook_earlier_subscriptions AS earlier
     USING ${sql.unnest(
       checkpoints.map(({ partition, position }) => [partition, position]),
       ['int4', 'int8'],
     )} AS relayed (partition, position)
     WHERE relayed.partition = earlier.partition AND earlier.up_to_position <= relayed.position
       AND NOT EXISTS (SELECT
                         FROM webhook_relay_backlogs AS backlog
                        WHERE backlog.partition = earlier.partition AND backlog.tenant_id = earlier.tenant_id
                          AND backlog.position < earlier.up_to_position)`);
}

/**
 * The position since which the ledger of an endpoint has all deliveries: a replay of undelivered
 * events must not start before. No ledger loses a delivery until the end of the transaction; then
 * the replay itself keeps those of its endpoint.
 */
export async function lockLedgerStart(
  transaction: DatabaseTransactionConnection,
  endpointId: string,
): Promise<number> {
  await transaction.query(sql.unsafe`SELECT pg_advisory_xact_lock(${ownLock(LEDGER_LOCK)})`);
  const position = await transaction.maybeOneFirst(sql.type(z.object({ position: z.int() }))`
    SELECT position FROM webhook_ledger_starts WHERE endpoint_id = ${endpointId}`);
  return position ?? 0;
}
