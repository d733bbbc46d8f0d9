/**
 * The lease on the shadow tables of a projection: one rebuild and one audit of it at a time, on all
 * nodes.
 *
 * A row with a token holds it. Each transaction of the holder locks this row, so no transaction of
 * a holder that has lost the lease commits. Between two transactions the holder needs no
 * connection. A taker waits until the beats of a holder stand still: no clock of a server decides.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { hasCitus } from '../../store/cluster/has-citus.ts';
import { prepareForTables } from '../../store/cluster/placed-tables.ts';
import { ownName } from '../../store/schema/names.ts';
import { reachable } from '../../store/unavailable.ts';
import type { Projection } from '../projection.ts';

/** A holder shows that it lives, this often. */
const BEAT_INTERVAL_MS = 2_000;
/** A lease whose beats stand still for this time is taken over. */
const EXPIRY_MS = 10_000;
/** A taker looks at the beats of a holder, this often. */
const POLL_INTERVAL_MS = 250;

/** Another process rebuilds, rolls back or audits this table now. The message names the process. */
export class RebuildHeldError extends Error {
  override name = 'RebuildHeldError';
}

/** Another process took this lease over. The transaction that ran was rolled back. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError';
}

export interface Lease {
  /** Aborted, with a {@link LeaseLostError}, once the lease is lost. */
  signal: AbortSignal;
  isOnCitus: boolean;
  /**
   * Runs a transaction that commits only while the lease is held.
   *
   * @param isolation `snapshot`: all statements see the same state of the database
   * @throws {LeaseLostError}
   */
  transaction: <T>(
    act: (transaction: DatabaseTransactionConnection) => Promise<T>,
    isolation?: 'snapshot',
  ) => Promise<T>;
}

export interface LeaseOptions {
  beatMs?: number;
  expiryMs?: number;
  /** Stops the wait for a lease. The holder stops by itself. */
  signal?: AbortSignal | undefined;
}

export type Work = 'rebuild' | 'audit';

/**
 * Runs `act` with the lease of a projection. Takes over that of a process that died; this takes
 * {@link EXPIRY_MS}.
 *
 * @throws {RebuildHeldError} another process holds the lease; nothing was done
 * @throws {LeaseLostError} another process took it over
 */
export async function withLease<T>(
  pool: DatabasePool,
  { name: projection }: Projection,
  work: Work,
  act: (lease: Lease) => Promise<T>,
  { beatMs = BEAT_INTERVAL_MS, expiryMs = EXPIRY_MS, signal }: LeaseOptions = {},
): Promise<T> {
  const held: Held = { pool, work: `${work} ${projection}`, token: randomUUID() };
  const isOnCitus = await hasCitus(pool);
  await take(held, expiryMs, signal);
  const ended = new AbortController();
  const lost = new AbortController();
  const beating = beat(held, { beatMs, expiryMs }, ended.signal, lost);
  try {
    return await act({
      signal: lost.signal,
      isOnCitus,
      transaction: async (inner, isolation) => {
        lost.signal.throwIfAborted();
        return pool.transaction(async (transaction) => {
          if (isolation === 'snapshot')
            await transaction.query(sql.unsafe`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`);
          if (isOnCitus) await prepareForTables(transaction);
          await fence(transaction, held);
          return inner(transaction);
        });
      },
    });
  } finally {
    ended.abort();
    await beating;
    await release(held).catch(() => {}); // then it expires
  }
}

interface Held {
  pool: DatabasePool;
  /** The key of the row. */
  work: string;
  token: string;
}

/**
 * The lock of the release before, for as long as its nodes run beside this one. Shared: it excludes
 * them, and the row excludes the others. A taker that looks at the row must not fail the holder.
 */
const lockOfReleaseBefore = ({ work }: Held) =>
  sql.fragment`pg_try_advisory_xact_lock_shared(hashtextextended(${ownName(`holdfast ${work}`)}, 0))`;

/** Locks the row of the lease until the end of the transaction, so that nobody takes it over. */
async function fence(transaction: DatabaseTransactionConnection, held: Held): Promise<void> {
  const isFree = await transaction.maybeOneFirst(sql.type(z.object({ is_free: z.boolean() }))`
    SELECT ${lockOfReleaseBefore(held)} AS is_free
      FROM rebuild_leases
     WHERE work = ${held.work} AND token = ${held.token}
       FOR KEY SHARE`);
  if (isFree !== true) throw new LeaseLostError(`another process continued the ${held.work}`);
}

const holderRow = z.object({ token: z.uuid(), beats: z.int(), holder: z.string(), since: z.string() });
type Holder = z.output<typeof holderRow>;

async function take(held: Held, expiryMs: number, signal: AbortSignal | undefined): Promise<void> {
  const startMs = performance.now();
  let holder = await attempt(held);
  const first = holder;
  while (holder !== undefined) {
    const isExpired = performance.now() - startMs >= expiryMs;
    const isAlive = holder.token !== first?.token || holder.beats !== first.beats;
    if (isAlive || performance.now() - startMs >= 2 * expiryMs)
      throw new RebuildHeldError(`${holder.holder}, since ${holder.since}`);
    await delay(POLL_INTERVAL_MS, undefined, { signal });
    holder = await attempt(held, isExpired ? holder : undefined);
  }
}

/**
 * Takes the lease if it is free, or if its row is still that of an expired holder.
 *
 * @returns the holder; `undefined` when the lease was taken
 */
function attempt(held: Held, expired?: Holder): Promise<Holder | undefined> {
  const { pool, work, token } = held;
  const me = `${hostname()} (process ${process.pid})`;
  return pool.transaction(async (transaction) => {
    const isFree = await transaction.oneFirst(
      sql.type(z.object({ is_free: z.boolean() }))`SELECT ${lockOfReleaseBefore(held)} AS is_free`,
    );
    if (isFree) {
      const added = await transaction.query(sql.unsafe`
        INSERT INTO rebuild_leases (work, token, holder) VALUES (${work}, ${token}, ${me}) ON CONFLICT DO NOTHING`);
      if (added.rowCount === 1) return undefined;
    }
    if (isFree && expired !== undefined) {
      // Waits for no transaction of the holder: then it is not dead.
      const taken = await transaction.query(sql.unsafe`
        WITH expired AS MATERIALIZED (
          SELECT work FROM rebuild_leases
           WHERE work = ${work} AND token = ${expired.token} AND beats = ${expired.beats}
             FOR UPDATE SKIP LOCKED
        )
        UPDATE rebuild_leases SET token = ${token}, beats = 0, holder = ${me}, since = now()
         WHERE work IN (SELECT work FROM expired)`);
      if (taken.rowCount === 1) return undefined;
    }
    const row = await transaction.maybeOne(sql.type(holderRow)`
      SELECT token, beats, holder, since FROM rebuild_leases WHERE work = ${work}`);
    if (row !== null) return row;
    throw new RebuildHeldError('a process of the release before');
  });
}

/** Shows that the holder lives until it ends. Aborts `lost` when another process took over. */
async function beat(
  { pool, work, token }: Held,
  { beatMs, expiryMs }: { beatMs: number; expiryMs: number },
  ended: AbortSignal,
  lost: AbortController,
): Promise<void> {
  let sinceMs = performance.now();
  for (;;) {
    await delay(beatMs, undefined, { signal: ended }).catch(() => {});
    if (ended.aborted) return;
    try {
      const { rowCount } = await reachable(
        pool.query(sql.unsafe`
          UPDATE rebuild_leases SET beats = beats + 1 WHERE work = ${work} AND token = ${token}`),
      );
      if (rowCount === 0) {
        lost.abort(new LeaseLostError(`another process continued the ${work}`));
        return;
      }
      sinceMs = performance.now();
    } catch (cause) {
      if (performance.now() - sinceMs < expiryMs) continue;
      lost.abort(new LeaseLostError(`the ${work} could not renew its lease`, { cause }));
      return;
    }
  }
}

const release = ({ pool, work, token }: Held) =>
  reachable(pool.query(sql.unsafe`DELETE FROM rebuild_leases WHERE work = ${work} AND token = ${token}`));
