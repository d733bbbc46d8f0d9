/**
 * Where a list is read: on a replica, if it has applied what the client has seen, else on the
 * primary. A client has seen what it sends as `Holdfast-Read-After`, and the page of its cursor.
 */
import type { CommonQueryMethods } from 'slonik';
import { DeadlineExceeded } from '../../platform/deadline.ts';
import { replicaReads } from '../../platform/metrics.ts';
import type { Projection } from '../../projections/projection.ts';
import type { Replica } from '../../store/connections/replicas.ts';
import { epochOf } from '../../store/log/epochs.ts';
import { StoreOverloaded, hasState } from '../../store/unavailable.ts';
import type { Call } from '../handler.ts';
import type { ListPlace } from './cursor.ts';
import { readAfter, readAfterPage } from './read-after.ts';

/** What each page of a read table says of its place in the log. */
interface Progress {
  /** The page shows each event up to this position. */
  applied: number;
  /** Position of the newest event of the log. */
  head: number;
  /** Events between the two. */
  lag: number;
  /** Whether the log lost the position that the page continues after. */
  is_from_lost?: boolean;
}

export interface ReadListOptions<T extends Progress> {
  projection: Projection;
  /** From the cursor. */
  place?: ListPlace | undefined;
  /** Runs once or twice, and has no effect. */
  read: (connection: CommonQueryMethods) => Promise<T>;
}

/** @throws {Problem} see {@link readAfter} and {@link readAfterPage} */
export async function readList<T extends Progress>(call: Call, options: ReadListOptions<T>): Promise<T> {
  const { replicas, connections } = call.services;
  const replica = replicas.next();
  const page = replica && (await readReplica(call, replica, options));
  if (page !== undefined) return page;
  const { projection, place: { seen = 0 } = {}, read } = options;
  await readAfter(call, projection);
  const connection = connections.of(call.principal.tenantId);
  const own = await read(connection);
  if (own.applied >= seen) return own;
  await readAfterPage(call, projection, seen);
  return read(connection);
}

/** The place that a cursor names; with the position of the page, if another replica may follow. */
export const placeAfter = (
  { replicas }: Pick<Call['services'], 'replicas'>,
  { next, applied }: { next: number; applied: number },
): ListPlace => ({ position: next, seen: replicas.isConfigured ? applied : undefined });

/** @returns `undefined` when the primary must answer */
async function readReplica<T extends Progress>(
  { input, principal: { tenantId, partition }, services }: Call,
  replica: Replica,
  { place, read }: ReadListOptions<T>,
): Promise<T | undefined> {
  const readAfterField = input.headers['Holdfast-Read-After'];
  const seen = Math.max(Number(readAfterField ?? 0), place?.seen ?? 0);
  const page = await answerOf(replica, read(replica.connections.of(tenantId)));
  if (page === undefined) {
    replicaReads.inc({ outcome: 'failed' });
    return undefined;
  }
  const head = services.replicas.headOf(partition) ?? 0;
  // A cursor of the primary can be beyond the end of the replica, or in a newer epoch.
  const isBehind =
    !(page.applied >= seen) || page.is_from_lost === true || epochOf(page.head) !== epochOf(head);
  replicaReads.inc({ outcome: isBehind ? 'behind' : 'answered' });
  return isBehind ? undefined : { ...page, lag: page.lag + Math.max(0, head - page.head) };
}

/**
 * @returns `undefined` when the replica failed, or was left meanwhile
 * @throws {StoreOverloaded | StoreUnavailable} too many calls of the tenant wait, or the page is
 *   too slow: it would be the same on the primary
 */
async function answerOf<T>({ left, leave }: Replica, reading: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const giveUp = () => resolve(undefined);
  left.addEventListener('abort', giveUp);
  try {
    return await Promise.race([reading, promise]);
  } catch (error) {
    if (error instanceof StoreOverloaded || isTooSlow(error)) throw error;
    if (!hasState(error, CONFLICT_WITH_RECOVERY)) leave(reasonOf(error));
    return undefined;
  } finally {
    left.removeEventListener('abort', giveUp);
  }
}

/** SQLSTATE of a statement that was in the way of what the replica had to apply. */
const CONFLICT_WITH_RECOVERY = '40001';
const CANCELLED = '57014';

const isTooSlow = (error: unknown): boolean =>
  hasState(error, CANCELLED) || (error instanceof Error && error.cause instanceof DeadlineExceeded);

/** Of the innermost error: those around it only say that Postgres did not answer. */
const reasonOf = (error: unknown): string =>
  error instanceof Error
    ? error.cause === undefined
      ? error.message
      : reasonOf(error.cause)
    : String(error);
