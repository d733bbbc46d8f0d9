/** Replays: the events since a position, queued again for one endpoint in short transactions. */
import { type CommonQueryMethods, type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { toId } from '../ids.ts';
import type { Tenancy } from '../tenancy.ts';
import { lockTenant } from '../tenants.ts';
import { FIRST_EVENT_TYPES } from '../../domain/order/events.ts';
import { statement } from '../statement.ts';
import { lockDeliveries } from './relay-batch.ts';

/** Events that one transaction reads. */
const BATCH_EVENTS_MAX = 500;

/**
 * Replays of one tenant that run at a time: each reads the log, and its row is looked at before
 * every step of every tenant.
 */
export const REPLAYS_OPEN_MAX = 20;

const replayRow = z.object({
  replay_id: z.uuid(),
  endpoint_id: z.uuid(),
  which: z.enum(['all', 'undelivered']),
  after_position: z.int(),
  up_to_position: z.int(),
  position: z.int(),
  queued: z.int(),
  created_at: z.string(),
  finished_at: z.string().nullable(),
});
type ReplayRow = z.output<typeof replayRow>;

const columns = sql.fragment`
  replay_id, endpoint_id, which, after_position, up_to_position, position, queued, created_at, finished_at`;
const replayEvents = statement('webhooks/replay-events', z.object({ endpoint_id: z.uuid() }));

/** A replay as clients see it. */
export const replayDocument = ({ replay_id, endpoint_id, ...row }: ReplayRow) => ({
  id: toId('whr', replay_id),
  endpoint_id: toId('whe', endpoint_id),
  status: row.finished_at === null ? 'running' : 'finished',
  ...row,
});

/**
 * Starts a replay up to the current end of the log; the relay sends later events.
 *
 * @returns `undefined` when the tenant has {@link REPLAYS_OPEN_MAX} open replays already
 */
export async function createReplay(
  transaction: DatabaseTransactionConnection,
  { tenantId, partition }: Tenancy,
  replay: { replayId: string; endpointId: string; which: 'all' | 'undelivered'; after: number },
): Promise<ReplayRow | undefined> {
  await lockTenant(transaction, tenantId);
  const end = await transaction.oneFirst(sql.type(z.object({ position: z.int() }))`
    SELECT position FROM log_heads WHERE partition = ${partition}`);
  const row = await transaction.maybeOne(sql.type(replayRow)`
    INSERT INTO webhook_replays (replay_id, endpoint_id, partition, which, after_position, up_to_position, position)
    SELECT ${replay.replayId}, ${replay.endpointId}, ${partition}, ${replay.which}, ${replay.after}, ${end}, ${replay.after}
     WHERE (SELECT count(*)
              FROM webhook_replays AS open
              JOIN webhook_endpoints AS endpoint USING (endpoint_id)
             WHERE open.partition = ${partition} AND open.finished_at IS NULL
               AND endpoint.tenant_id = ${tenantId}) < ${REPLAYS_OPEN_MAX}
    RETURNING ${columns}`);
  return row ?? undefined;
}

export async function findReplay(
  connection: CommonQueryMethods,
  endpointId: string,
  replayId: string,
): Promise<ReplayRow | undefined> {
  const row = await connection.maybeOne(sql.type(replayRow)`
    SELECT ${columns} FROM webhook_replays WHERE replay_id = ${replayId} AND endpoint_id = ${endpointId}`);
  return row ?? undefined;
}

/** Below each tenant's id: before the first turn. */
export const NO_TENANT = '00000000-0000-0000-0000-000000000000';

/**
 * Runs the replays of a partition in steps of one batch. The tenants take turns; each runs its
 * oldest replay. A step that fails takes its turn too, so that it cannot stop other tenants.
 *
 * @returns a function that runs the next step, and returns the endpoint of the replay;
 *   `undefined` when there is nothing to do, or other nodes run all that is left
 */
export function createReplayer(
  pool: DatabasePool,
  partition: number,
): () => Promise<readonly string[] | undefined> {
  let servedTenant = NO_TENANT;

  return () =>
    pool.transaction(async (transaction) => {
      const next = await transaction.maybeOne(sql.type(
        z.object({ replay_id: z.uuid(), tenant_id: z.uuid() }),
      )`
        SELECT replay.replay_id, endpoint.tenant_id
          FROM webhook_replays AS replay
          JOIN webhook_endpoints AS endpoint USING (endpoint_id)
         WHERE replay.partition = ${partition} AND replay.finished_at IS NULL
         ORDER BY endpoint.tenant_id <= ${servedTenant}, endpoint.tenant_id, replay.created_at
         LIMIT 1
           FOR UPDATE OF replay SKIP LOCKED`);
      if (next === null) return undefined;
      servedTenant = next.tenant_id;
      await lockDeliveries(transaction, partition);
      const row = await transaction.maybeOne(
        replayEvents(next.replay_id, BATCH_EVENTS_MAX, [...FIRST_EVENT_TYPES]),
      );
      return row === null ? [] : [row.endpoint_id]; // none: its endpoint was deleted meanwhile
    });
}
