/**
 * Verification: compares the live tables with the log in bounded steps, and changes nothing. The
 * copy of a step is small whatever the size of the table.
 */
import type { DatabasePool } from 'slonik';
import type { Projection } from '../projection.ts';
import { auditOrders } from './audit-orders.ts';
import { auditParts } from './audit-parts.ts';
import type { CatchUpOptions } from './catch-up.ts';
import type { Differences } from './compare.ts';
import { type SpaceBudget, requireSpace } from './free-space.ts';
import { type LeaseOptions, withLease } from './lease.ts';
import { dropTables } from './shadow-table.ts';

/** The copy of an audit takes at most twice so many bytes. */
export const AUDIT_BYTES_MAX = 256 * 1024 * 1024;
/** Less makes many parts, each of which folds the log. */
export const AUDIT_BYTES_MIN = 8 * 1024 * 1024;
/** Of the free space, an audit takes this share. */
const SPACE_SHARE = 1 / 8;

export interface VerifyOptions extends CatchUpOptions, SpaceBudget {
  /** Orders or rows that one step compares. */
  chunkRows?: number;
  /** Bytes of the copy, instead of a share of the free space. */
  auditBytes?: number;
  lease?: LeaseOptions;
}

/**
 * Compares the live table with the log, and changes nothing.
 *
 * @param shadow the auditor has its own, so that it blocks no rebuild
 * @throws {RebuildHeldError}
 * @throws {SpaceError} too little space is free; nothing was compared
 */
export const verify = (
  pool: DatabasePool,
  projection: Projection,
  options: VerifyOptions,
  shadow: 'rebuild' | 'audit' = 'rebuild',
): Promise<Differences> =>
  withLease(
    pool,
    projection,
    shadow,
    async (lease) => {
      const { chunkRows, auditBytes } = options;
      // First what an earlier process left: it may have filled the disk.
      const drop = () => lease.transaction((transaction) => dropTables(transaction, projection, shadow));
      await drop();
      const free = await requireSpace(pool, auditBytes ?? AUDIT_BYTES_MIN, options);
      const partBytes = auditBytes ?? bytesWithin(free);
      try {
        return projection.fold !== undefined
          ? await auditOrders(lease, projection, shadow, { ...options, stepOrders: chunkRows })
          : await auditParts(pool, lease, projection, shadow, { ...options, partBytes });
      } finally {
        await drop().catch(() => {}); // then the next audit drops them
      }
    },
    options.lease,
  );

const bytesWithin = (freeBytes: number | undefined): number =>
  freeBytes === undefined
    ? AUDIT_BYTES_MIN
    : Math.max(AUDIT_BYTES_MIN, Math.min(AUDIT_BYTES_MAX, freeBytes * SPACE_SHARE));
