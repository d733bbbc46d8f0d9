/**
 * The status of webhooks for operators: which endpoints do not get their events, since when, and
 * why. Its cost depends on the number of endpoints, not on the number of deliveries.
 */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { toId } from '../ids.ts';
import { statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';
import { CLAIM_SECONDS } from './claims.ts';
import { WEBHOOKS_CONSUMER } from './relay-batch.ts';

/** An endpoint counts as failing after this time without a success: one refusal is not enough. */
export const FAILING_SECONDS = 30;
/** An endpoint that is due this long without a claim has no worker. The sweep takes a second. */
const UNCLAIMED_SECONDS = 10;
/** An endpoint without failures is listed when its oldest delivery waits longer than this. */
const BEHIND_SECONDS = 300;
/** Counts of deliveries end here: an exact count of millions of rows takes too long. */
export const COUNTED_DELIVERIES_MAX = 10_000;
/** The rate of deliveries is measured over this time, up to a bound. */
const RATE_SECONDS = 10;
const RATE_DELIVERIES_MAX = 20_000;
const LISTED_REPLAYS_MAX = 20;
/** The status is computed at most once in this time, by all nodes together. */
export const STATUS_INTERVAL_SECONDS = 15;
/** Postgres cancels a status that takes longer. The one before stays. */
const STATUS_TIMEOUT_MS = 5_000;

/**
 * - `unclaimed`: deliveries are due, and no worker claims them. This installation is at fault.
 * - `failing`: all attempts have failed for {@link FAILING_SECONDS}. The receiver is at fault.
 * - `sending`: deliveries are due or claimed.
 * - `waiting`: all pending deliveries wait for a retry, while the endpoint accepts others.
 * - `idle`: no delivery is pending.
 */
export const ENDPOINT_STATES = ['unclaimed', 'failing', 'sending', 'waiting', 'idle', 'disabled'] as const;

/** RFC 3339 in UTC with milliseconds, as everywhere; JSON of Postgres has microseconds. */
const time = z.string().transform((text) => new Date(text).toISOString());
const listedEndpoint = z.object({
  /** `whe_…` */
  id: z.string(),
  tenant: z.string(),
  tenant_id: z.string(),
  /** Host and port of the URL. The rest may contain a secret. */
  host: z.string(),
  state: z.enum(ENDPOINT_STATES),
  disabled_at: time.nullable(),
  disabled_reason: z.string().nullable(),
  failing_since: time.nullable(),
  /** Failed attempts in a row. */
  failures: z.int(),
  /** Of the newest failed attempt. */
  last_status: z.int().nullable(),
  last_error: z.string().nullable(),
  /** Nothing is sent before. */
  rests_until: time.nullable(),
  /** Since when no worker claims the due delivery. */
  due_since: time.nullable(),
  next_attempt_at: time.nullable(),
  /** When the oldest pending delivery was queued. */
  oldest_undelivered_at: time.nullable(),
  oldest_undelivered_seconds: z.number().nullable(),
  max_per_second: z.int(),
  /** At most {@link COUNTED_DELIVERIES_MAX}. */
  pending: z.int(),
  failed: z.int(),
});
export type ListedEndpoint = z.output<typeof listedEndpoint>;

const stateSummary = z.object({
  state: z.enum(ENDPOINT_STATES),
  endpoints: z.int(),
  oldest_undelivered_seconds: z.number().nullable(),
  oldest_due_seconds: z.number().nullable(),
});
const relayRow = z.object({
  partition: z.int(),
  applied: z.int(),
  head: z.int(),
  behind: z.int(),
  paused_at: time.nullable(),
});
const replayRow = z.object({
  replay_id: z.string(),
  endpoint_id: z.string(),
  which: z.string(),
  partition: z.int(),
  position: z.int(),
  up_to_position: z.int(),
  queued: z.int(),
  created_at: time,
});

const statusSchema = z.object({
  read_at: time,
  states: z.array(stateSummary),
  /** Those that need an operator, the most urgent first. */
  endpoints: z.array(listedEndpoint),
  relay: z.array(relayRow),
  /** Running replays, the oldest first; the relay runs one of a partition at a time. */
  replays: z.array(replayRow),
  delivered_per_second: z.number(),
});
export type WebhookStatus = z.output<typeof statusSchema>;

const endpointStates = statement(
  'webhooks/read-endpoint-states',
  z.object({ summary: z.string(), endpoints: z.string() }),
  { keepsPlan: false },
);
const statesJson = z.array(stateSummary);
const endpointsJson = z.array(
  listedEndpoint.omit({ id: true }).extend({ endpoint_id: z.uuid(), tenant_id: z.uuid() }),
);

export interface StatusQuery {
  /** Listed endpoints. */
  endpointsMax: number;
  /** Only the endpoints of this tenant, and all of them. A UUID. */
  tenantId?: string | undefined;
  /** Only this endpoint. A UUID. */
  endpointId?: string | undefined;
}

/**
 * Reads the status now.
 *
 * @throws when Postgres needs longer than 5 seconds for a statement
 */
export const readStatus = (
  pool: Pick<DatabasePool, 'transaction'>,
  query: StatusQuery,
): Promise<WebhookStatus> => reachable(pool.transaction((transaction) => statusWithin(transaction, query)));

async function statusWithin(
  transaction: CommonQueryMethods,
  { endpointsMax, tenantId, endpointId }: StatusQuery,
): Promise<WebhookStatus> {
  await transaction.query(
    sql.unsafe`SELECT set_config('statement_timeout', ${String(STATUS_TIMEOUT_MS)}, true)`,
  );
  const { summary, endpoints } = await transaction.one(
    endpointStates(
      UNCLAIMED_SECONDS,
      CLAIM_SECONDS,
      FAILING_SECONDS,
      endpointsMax,
      COUNTED_DELIVERIES_MAX,
      BEHIND_SECONDS,
      tenantId ?? null,
      endpointId ?? null,
    ),
  );
  const relay = await transaction.any(sql.type(relayRow)`
    SELECT partition, checkpoint.position AS applied, head.position AS head,
           head.position - checkpoint.position AS behind, checkpoint.paused_at
      FROM checkpoints AS checkpoint
      JOIN log_heads AS head USING (partition)
     WHERE consumer = ${WEBHOOKS_CONSUMER}
     ORDER BY partition`);
  const replays = await transaction.any(sql.type(replayRow)`
    SELECT replay.replay_id, endpoint_id, replay.which, replay.partition, replay.position,
           replay.up_to_position, replay.queued, replay.created_at
      FROM webhook_replays AS replay
      JOIN webhook_endpoints USING (endpoint_id) -- not those of an endpoint that was deleted
     WHERE replay.finished_at IS NULL
     ORDER BY replay.created_at
     LIMIT ${LISTED_REPLAYS_MAX}`);
  const { read_at, delivered } = await transaction.one(sql.type(
    z.object({ read_at: time, delivered: z.int() }),
  )`
    SELECT now() AS read_at, count(*) FILTER (WHERE status = 'delivered') AS delivered
      FROM (SELECT status
              FROM webhook_deliveries
             WHERE status <> 'pending' AND finished_at > now() - ${RATE_SECONDS} * interval '1 second'
             LIMIT ${RATE_DELIVERIES_MAX}) AS finished`);
  return {
    read_at,
    states: statesJson.parse(JSON.parse(summary)),
    endpoints: endpointsJson
      .parse(JSON.parse(endpoints))
      .map(({ endpoint_id, tenant_id, ...row }) =>
        Object.assign({ id: toId('whe', endpoint_id) }, row, { tenant_id: toId('ten', tenant_id) }),
      ),
    relay: [...relay],
    replays: replays.map(({ replay_id, endpoint_id, ...row }) =>
      Object.assign({ replay_id: toId('whr', replay_id), endpoint_id: toId('whe', endpoint_id) }, row),
    ),
    delivered_per_second: delivered / RATE_SECONDS,
  };
}

/** Endpoints that the stored status lists. */
const STORED_ENDPOINTS_MAX = 20;

/**
 * Computes and stores the status, unless the stored one is newer than
 * {@link STATUS_INTERVAL_SECONDS} or another node computes it now.
 */
export const storeStatus = (pool: DatabasePool): Promise<void> =>
  reachable(
    pool.transaction(async (transaction) => {
      const due = await transaction.maybeOne(sql.unsafe`
        SELECT FROM webhook_status
         WHERE read_at <= now() - ${STATUS_INTERVAL_SECONDS} * interval '1 second'
           FOR UPDATE SKIP LOCKED`);
      if (due === null) return;
      const status = await statusWithin(transaction, { endpointsMax: STORED_ENDPOINTS_MAX });
      await transaction.query(
        sql.unsafe`UPDATE webhook_status SET read_at = now(), status = ${JSON.stringify(status)}`,
      );
    }),
  );

/** @returns the stored status; `undefined` before the first one */
export async function storedStatus(pool: CommonQueryMethods): Promise<WebhookStatus | undefined> {
  const text = await reachable(
    pool.maybeOneFirst(
      sql.type(z.object({ status: z.string().nullable() }))`SELECT status FROM webhook_status`,
    ),
  );
  return text === null ? undefined : statusSchema.parse(JSON.parse(text));
}
