/**
 * Runs projections behind the log.
 *
 * The lock on a checkpoint row is the lease: any node may run any batch, and the node that holds
 * the lock runs the next one. A node that dies releases it with its connection. There is no leader.
 */
import type { Span } from '@opentelemetry/api';
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { knownEvents } from '../domain/order/upcast.ts';
import type { Logger } from '../platform/logger.ts';
import {
  projectionFailures,
  projectionLag,
  projectionOutdated,
  projectionPosition,
  projectionStopped,
} from '../platform/metrics.ts';
import { type Follower, type Following, follow } from '../store/consumers/follow.ts';
import { progressOf } from '../store/partitions.ts';
import { statement } from '../store/statement.ts';
import { clearFault, isEventToBlame, recordFault } from './faults.ts';
import { endSpan, isTracing, startSpan } from '../platform/tracing.ts';
import { CompanionError, type Locksteps, createLocksteps } from './lockstep.ts';
import { kindsOf } from './event-kinds.ts';
import { type Projection, eventsOf, isKnownRow, nextRow } from './projection.ts';

const batchRow = nextRow.extend({ is_filled: z.boolean(), behind: z.int(), is_outdated: z.boolean() });
const readNextEvents = statement('consumers/read-next-events', batchRow);
const moveCheckpoints = statement('consumers/move-checkpoints', z.object({ consumer: z.string() }));

/** Bounds the memory and the duration of the transaction. */
const BATCH_EVENTS_MAX = 500;
/** A batch ends with the event that exceeds this. 500 of the largest events are 76 MB. */
const BATCH_BYTES_MAX = 4 * 1024 * 1024;
/** Pause between two searches for rows that a node of the release before has written. */
const RENEW_INTERVAL_MS = 60_000;
/** Pause of a node that leaves a partition to newer nodes: they can take the lease meanwhile. */
const OUTDATED_PAUSE_MS = 1_000;
/** Requests that the span of a batch links to. */
const SPAN_LINKS_MAX = 32;

/**
 * Applies one batch.
 *
 * @param limit events in the batch
 * @returns the number of events; 0 when there is none or another node holds the lease
 */
export async function runOnce(
  pool: DatabasePool,
  projection: Projection,
  partition: number,
  { limit = BATCH_EVENTS_MAX }: { limit?: number } = {},
): Promise<number> {
  return (await applyBatch(pool, projection, partition, { limit })).applied;
}

interface Batch {
  applied: number;
  /** Whether the partition has events that only a newer release knows. */
  outdated: boolean;
  /** Whether the log may hold more events now. */
  full: boolean;
  /** The consumers that it moved, and the position to which. */
  moved: readonly string[];
  position: number;
}

interface BatchBounds {
  /** Events in the batch. */
  limit: number;
  /** The position that it does not pass. */
  upTo?: number;
  /** Projections that may share it. */
  companions?: readonly Projection[];
}

/** A projection cannot apply a batch. Nothing of it was applied. */
class BatchError extends Error {
  override name = 'BatchError';
  /** Position of the first event of the batch. */
  readonly position: number;
  readonly events: number;

  constructor(rows: readonly { position: number }[], cause: unknown) {
    super('The projection cannot apply the batch', { cause });
    this.position = rows[0]!.position;
    this.events = rows.length;
  }
}

/**
 * @throws {BatchError} the projection failed
 * @throws {CompanionError} a companion failed
 */
async function applyBatch(
  pool: DatabasePool,
  projection: Projection,
  partition: number,
  { limit, upTo = Number.MAX_SAFE_INTEGER, companions = [] }: BatchBounds,
): Promise<Batch> {
  const kinds = kindsOf(pool, partition);
  const batch = await pool.transaction(async (transaction) => {
    const read = await transaction.any(
      readNextEvents(partition, projection.name, limit, BATCH_BYTES_MAX, upTo, knownEvents()),
    );
    await kinds.note(transaction, read);
    const unknownAt = read.findIndex((row) => !isKnownRow(row));
    // Behind a newer event, an event would be applied to a wrong state of its order.
    const isBehindUnknown = read[0]?.is_outdated === true;
    const outdated = isBehindUnknown || unknownAt !== -1;
    const rows = isBehindUnknown ? [] : read.slice(0, unknownAt === -1 ? undefined : unknownAt);
    const last = rows.at(-1);
    if (last === undefined) return { applied: 0, outdated, full: false, moved: [], position: 0 };
    const span = await spanOf(transaction, projection.name, partition, rows);
    const eventsFor = eventsOf(rows);
    try {
      await projection.apply(transaction, partition, eventsFor(projection));
    } catch (cause) {
      endSpan(span, {}, 'failed');
      throw isEventToBlame(cause) ? new BatchError(rows, cause) : cause;
    }
    endSpan(span);
    const names = companions.map(({ name }) => name);
    const move = moveCheckpoints(partition, projection.name, last.position, last.behind, names);
    const moved = (await transaction.any(move)).map(({ consumer }) => consumer);
    if (!moved.includes(projection.name))
      throw new Error(`the checkpoint of ${projection.name} moved while its lease was held`);
    for (const companion of companions) {
      if (!moved.includes(companion.name)) continue;
      try {
        await companion.apply(transaction, partition, eventsFor(companion));
      } catch (cause) {
        throw isEventToBlame(cause) ? new CompanionError(companion.name, cause) : cause;
      }
    }
    for (const consumer of moved) projectionPosition.set({ projection: consumer, partition }, last.position);
    return {
      applied: rows.length,
      outdated,
      full: !outdated && (rows.length === limit || last.is_filled),
      moved,
      position: last.position,
    };
  });
  kinds.keep();
  return batch;
}

/**
 * Renews some rows of the release before, if the table has any.
 *
 * @returns the number of rows; `undefined` when another node holds the lease
 */
export function renewOnce(
  pool: DatabasePool,
  { name, outdated }: Projection,
  partition: number,
): Promise<number | undefined> {
  return pool.transaction(async (transaction) => {
    const { rowCount } = await transaction.query(sql.unsafe`
      SELECT FROM checkpoints
       WHERE partition = ${partition} AND consumer = ${name} AND paused_at IS NULL
         FOR UPDATE SKIP LOCKED`);
    return rowCount > 0 ? (outdated?.renew(transaction, partition) ?? 0) : undefined;
  });
}

/** The span of a batch, linked to the requests that its events come from; only while tracing. */
async function spanOf(
  transaction: CommonQueryMethods,
  projection: string,
  partition: number,
  rows: readonly { position: number }[],
): Promise<Span | undefined> {
  if (!isTracing()) return undefined;
  const contexts = await transaction.anyFirst(sql.type(z.object({ traceparent: z.string() }))`
    SELECT traceparent FROM events
     WHERE partition = ${partition} AND position BETWEEN ${rows[0]!.position} AND ${rows.at(-1)!.position}
       AND traceparent IS NOT NULL
     ORDER BY position LIMIT ${SPAN_LINKS_MAX}`);
  // A batch of one request is part of that request's trace.
  const [only] = contexts;
  return startSpan(`project ${projection}`, {
    kind: 'internal',
    ...(contexts.length === 1 ? { parent: only } : { links: contexts }),
    attributes: { 'holdfast.projection': projection, 'holdfast.events': rows.length },
  });
}

export interface ProjectorOptions {
  pool: DatabasePool;
  projections: readonly Projection[];
  partitions: readonly number[];
  log: Logger;
}

/** Runs all projections of all partitions side by side until stopped. */
export function startProjector({ pool, projections, partitions, log }: ProjectorOptions): Following {
  return follow(
    partitions.flatMap((partition) => {
      const locksteps = createLocksteps(projections);
      return projections.map((projection) => followerOf({ pool, log, locksteps }, projection, partition));
    }),
  );
}

function followerOf(
  { pool, log, locksteps }: Pick<ProjectorOptions, 'pool' | 'log'> & { locksteps: Locksteps },
  projection: Projection,
  partition: number,
): Follower {
  const labels = { projection: projection.name, partition };
  let limit = BATCH_EVENTS_MAX;
  let isStopped = true; // so that the first batch clears a fault of an earlier process
  let pausedUntilMs = 0;
  let renewAtMs = projection.outdated === undefined ? Number.POSITIVE_INFINITY : 0;

  /** @returns whether there may be more rows to renew now */
  async function renew(): Promise<boolean> {
    try {
      const renewed = await renewOnce(pool, projection, partition);
      if (renewed === undefined || renewed > 0) return renewed !== undefined;
    } catch (cause) {
      // The rows stay as they are: events must go on.
      log.error({ err: cause, ...labels }, 'outdated rows not renewed');
    }
    renewAtMs = performance.now() + RENEW_INTERVAL_MS;
    return false;
  }

  return {
    partition,
    async step() {
      if (performance.now() < pausedUntilMs || locksteps.isIdle(projection)) return 'none';
      const isRenewing = performance.now() >= renewAtMs && (await renew());
      const companions = locksteps.readyOf(projection);
      const upTo = locksteps.boundOf(projection);
      const batch = await applyBatch(pool, projection, partition, { limit, upTo, companions });
      const { applied, full, outdated } = batch;
      if (outdated) pausedUntilMs = performance.now() + OUTDATED_PAUSE_MS;
      projectionOutdated.set(labels, outdated ? 1 : 0);
      if (applied > 0) locksteps.noteBatch(projection, batch.position, batch.moved);
      locksteps.noteStep(projection.name, true);
      if (applied > 0 && isStopped) {
        await clearFault(pool, labels);
        projectionStopped.set(labels, 0);
        isStopped = false;
      }
      if (full) {
        limit = Math.min(BATCH_EVENTS_MAX, limit * 2);
        return 'full';
      }
      if (isRenewing) return 'full';
      if (applied > 0) return 'some';
      const { lag } = await progressOf(pool, partition, projection.name);
      for (const { name } of [projection, ...locksteps.servedOf(projection)])
        projectionLag.set({ projection: name, partition }, lag);
      if (lag > 0) locksteps.noteStandstill(projection);
      return 'none';
    },
    async onFailure(cause, failures) {
      if (cause instanceof CompanionError) {
        // The companion continues alone, and records its own fault.
        log.warn({ err: cause, ...labels }, 'projection leaves lockstep');
        locksteps.noteStep(cause.companion, false);
        return 'again';
      }
      locksteps.noteStep(projection.name, false);
      locksteps.noteStandstill(projection);
      projectionFailures.inc({ projection: projection.name });
      const { position, events } = cause instanceof BatchError ? cause : {};
      const err = cause instanceof BatchError ? cause.cause : cause;
      log.error({ err, ...labels, failures, position }, 'projection batch failed');
      if (!isEventToBlame(err)) return undefined;
      // Halve the batch until it holds one event: this applies all events before the faulty one.
      if (limit > 1 && events !== 1) {
        limit = Math.floor(limit / 2);
        return 'again';
      }
      isStopped = true;
      projectionStopped.set(labels, 1);
      if (position === undefined) return undefined; // it failed before it had the event
      await recordFault(pool, { ...labels, position, error: String(err) }).catch(() => {});
      return undefined;
    },
  };
}
