/**
 * Rebuild and rollback of a read table, while the live table is read and written.
 *
 * A rebuild folds the log into a shadow table (shadow-table.ts): rows in memory first (fold-log),
 * then what was appended meanwhile (catch-up.ts). It compares the table with the live one
 * (compare.ts), and swaps the two in one transaction (swap.ts). Cursors are log positions, so they
 * stay valid. Each step holds the lease of the rebuild (lease.ts).
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabasePool } from 'slonik';
import { recordAct } from '../../store/audit/record-act.ts';
import { isLocked } from '../../store/unavailable.ts';
import type { Projection } from '../projection.ts';
import { atSamePosition, catchUp } from './catch-up.ts';
import { type CompareOptions, type Differences, compare } from './compare.ts';
import { type FoldLogOptions, foldLog } from './fold/fold-log.ts';
import { type SpaceBudget, requireSpace } from './free-space.ts';
import { type Lease, type LeaseOptions, withLease } from './lease.ts';
import { bytesOf, createEmpty, createIndexes, dropTables, hasPrevious } from './shadow-table.ts';
import { lockTables, swap } from './swap.ts';

/** No previous table is kept: the projection was never rebuilt. */
export class NothingKeptError extends Error {
  override name = 'NothingKeptError';
}

/** Space for a rebuild, as a multiple of the live tables: its copy, and write-ahead log. */
const SPACE_FACTOR = 1.25;
/** Wait of a swap for the live tables in all turns but the last, and the pause between two. */
const SWAP_WAIT_MS_MAX = 50;
const SWAP_PAUSE_MS = 250;
const SWAP_TURNS_MAX = 100;
/** The free space is looked at before every such batch of the fold. */
const SPACE_CHECK_EVERY = 32;

export interface RebuildOptions extends FoldLogOptions, Omit<CompareOptions, 'part'>, SpaceBudget {
  lease?: LeaseOptions;
}

/**
 * Rebuilds a table and makes it live. The table before it is kept for a {@link rollback}.
 *
 * @returns the differences of the table before it
 * @throws {RebuildHeldError}
 * @throws {LeaseLostError} the live table stays as it was
 * @throws {SpaceError} too little space is free; the live table stays as it was
 */
export const rebuild = (
  pool: DatabasePool,
  projection: Projection,
  options: RebuildOptions,
): Promise<Differences> =>
  withLease(
    pool,
    projection,
    'rebuild',
    (lease) =>
      withShadow(pool, lease, projection, options, async () => {
        const watched = withSpaceChecks(pool, options);
        const { fold } = projection;
        if (fold !== undefined) await foldLog(pool, lease, { projection, fold }, 'rebuild', watched);
        else await catchUp(pool, lease, projection, 'rebuild', watched);
        // At the end: without the indexes that only readers need, the fold is faster.
        await createIndexes(lease, projection, 'rebuild');
        await catchUp(pool, lease, projection, 'rebuild', options);
        const found = await compare(lease, projection, 'rebuild', options);
        await swapInTurns(lease, projection, 'rebuild', 'projection_rebuilt');
        return found;
      }),
    options.lease,
  );

/**
 * Swaps the tables. New readers wait behind a swap that waits for a reader, or for an autovacuum.
 * So it waits in short turns, and in a long one at last.
 */
async function swapInTurns(
  lease: Lease,
  projection: Projection,
  shadow: 'rebuild' | 'previous',
  act: 'projection_rebuilt' | 'projection_rolled_back',
): Promise<void> {
  for (let turn = 1; ; turn += 1) {
    try {
      await atSamePosition(lease, projection, shadow, async (transaction) => {
        if (turn < SWAP_TURNS_MAX) await lockTables(transaction, projection, SWAP_WAIT_MS_MAX);
        await swap(transaction, projection, shadow);
        await recordAct(transaction, { act, tenantId: null, subject: projection.name });
      });
      return;
    } catch (error) {
      if (turn === SWAP_TURNS_MAX || !isLocked(error)) throw error;
      await delay(SWAP_PAUSE_MS);
    }
  }
}

/** Runs `act` with empty shadow tables, and drops what is left of them, also when it fails. */
async function withShadow<T>(
  pool: DatabasePool,
  lease: Lease,
  projection: Projection,
  budget: SpaceBudget,
  act: () => Promise<T>,
): Promise<T> {
  const drop = () => lease.transaction((transaction) => dropTables(transaction, projection, 'rebuild'));
  // First what an earlier rebuild left: it may have filled the disk.
  await drop();
  await requireSpace(pool, (await bytesOf(pool, projection, 'live')) * SPACE_FACTOR, budget);
  await createEmpty(lease, projection, 'rebuild', { isKeyless: projection.fold !== undefined });
  try {
    return await act();
  } finally {
    await drop().catch(() => {}); // then the next rebuild or audit drops them
  }
}

/** Watches the space while a table is filled: other tables grow too. */
function withSpaceChecks(pool: DatabasePool, options: RebuildOptions): RebuildOptions {
  let batches = 0;
  return {
    ...options,
    async pause() {
      batches += 1;
      if (batches % SPACE_CHECK_EVERY === 0) await requireSpace(pool, 0, options);
      await options.pause?.();
    },
  };
}

/**
 * Makes the table before the last rebuild live again, once it has caught up. The other table is
 * kept in its place, so that a second rollback undoes the first.
 *
 * @throws {NothingKeptError}
 * @throws {RebuildHeldError}
 * @throws {ShapeError} a later release added columns, so that the previous table lacks them
 */
export const rollback = (
  pool: DatabasePool,
  projection: Projection,
  options: RebuildOptions,
): Promise<void> =>
  withLease(
    pool,
    projection,
    'rebuild',
    async (lease) => {
      if (!(await hasPrevious(pool, projection))) throw new NothingKeptError(projection.name);
      await createIndexes(lease, projection, 'previous');
      await catchUp(pool, lease, projection, 'previous', options);
      await swapInTurns(lease, projection, 'previous', 'projection_rolled_back');
    },
    options.lease,
  );
