/**
 * Runs a projection behind the log.
 *
 * The checkpoint row is the lease: any node may run any batch, whoever holds the row's lock runs this one, and
 * a node that dies lets go of it with its connection. There is no leader to elect and none to lose.
 */
import type { Span } from '@opentelemetry/api';
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Logger } from '../platform/logger.ts';
import {
  projectionFailures,
  projectionLag,
  projectionPosition,
  projectionStopped,
} from '../platform/metrics.ts';
import { type Following, type Lane, follow } from '../store/consumers/follow.ts';
import { progressOf } from '../store/partitions.ts';
import { statement } from '../store/statement.ts';
import { isOutage } from '../store/unavailable.ts';
import { clearFault, recordFault } from './faults.ts';
import { endSpan, isTracing, startSpan } from '../platform/tracing.ts';
import { type Projection, eventsOf, nextRow } from './projection.ts';

const readNextEvents = statement('consumers/read-next-events', nextRow.extend({ found: z.int() }));
const moveCheckpoint = statement('consumers/move-checkpoint', z.object({}));

/** Events a batch at most; what bounds the memory and the length of the transaction. */
const BATCH = 500;
/** Bytes of data a batch; the event that fills them is the last one. A batch of the largest orders alone would be 76 MB. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** Requests that the span of a batch is linked to. */
const MOST_LINKS = 32;

/**
 * Applies one batch.
 *
 * @returns how many events it held; 0 when there is nothing to do or another node is at it
 */
export async function runOnce(
  pool: DatabasePool,
  projection: Projection,
  partition: number,
  { limit = BATCH }: { limit?: number } = {},
): Promise<number> {
  return (await applyBatch(pool, projection, partition, limit)).applied;
}

/** The same; `full` when there may be more right now. */
function applyBatch(
  pool: DatabasePool,
  projection: Projection,
  partition: number,
  limit: number,
): Promise<{ applied: number; full: boolean }> {
  return pool.transaction(async (transaction) => {
    const rows = await transaction.any(readNextEvents(partition, projection.name, limit, BATCH_BYTES));
    const last = rows.at(-1);
    if (last === undefined) return { applied: 0, full: false };
    const span = await spanOf(transaction, projection.name, partition, rows);
    await projection.apply(transaction, partition, eventsOf(rows)).catch((cause: unknown) => {
      endSpan(span, {}, 'failed');
      throw cause;
    });
    endSpan(span);
    await transaction.query(moveCheckpoint(partition, projection.name, last.position));
    projectionPosition.set({ projection: projection.name, partition }, last.position);
    return { applied: rows.length, full: rows.length === limit || rows.length < last.found };
  });
}

/** The span of a batch, linked to the requests that its events come from. */
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
     ORDER BY position LIMIT ${MOST_LINKS}`);
  // One that is about one request alone is part of its trace.
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

/** Runs every projection of every partition side by side until it is stopped. */
export function startProjector({ pool, projections, partitions, log }: ProjectorOptions): Following {
  return follow(
    partitions.flatMap((partition) =>
      projections.map((projection) => laneOf({ pool, log }, projection, partition)),
    ),
  );
}

function laneOf(
  { pool, log }: Pick<ProjectorOptions, 'pool' | 'log'>,
  projection: Projection,
  partition: number,
): Lane {
  const labels = { projection: projection.name, partition };
  let limit = BATCH;
  let stopped = true; // a fault of an earlier process is cleared by the first batch that succeeds
  return {
    partition,
    async step() {
      const { applied, full } = await applyBatch(pool, projection, partition, limit);
      if (applied > 0 && stopped) {
        await clearFault(pool, labels);
        projectionStopped.set(labels, 0);
        stopped = false;
      }
      if (full) {
        limit = Math.min(BATCH, limit * 2);
        return 'full';
      }
      if (applied > 0) return 'some';
      const { head, applied: position } = await progressOf(pool, partition, projection.name);
      projectionLag.set(labels, head - position);
      return 'none';
    },
    async failed(cause, failures) {
      projectionFailures.inc({ projection: projection.name });
      log.error({ err: cause, ...labels, failures }, 'projection batch failed; it will be tried again');
      if (isOutage(cause)) return undefined;
      // Half the batch, and half again: all in front of the event that cannot be applied is applied.
      if (limit > 1) {
        limit = Math.floor(limit / 2);
        return 'again';
      }
      stopped = true;
      projectionStopped.set(labels, 1);
      await recordFault(pool, { ...labels, error: String(cause) }).catch(() => {});
      return undefined;
    },
  };
}
