/** Series of order numbers, for the operator's commands; log/series.ts says what they give. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { recordAct } from './audit/record-act.ts';
import type { Tenancy } from './tenancy.ts';
import { reachable } from './unavailable.ts';

const seriesRow = z.object({ series: z.string(), next_number: z.int(), width: z.int() });

/** A series of a tenant. `width`: digits of a number at least, filled with zeros in front. */
export type OrderSeries = z.output<typeof seriesRow>;

/** The form of a series that nobody has used or set. append-events.sql has the same values. */
const UNUSED = { next_number: 1_001, width: 0 };

/** The used and set series of a tenant, by name. */
export const listSeries = (
  pool: DatabasePool,
  { partition, tenantId }: Tenancy,
): Promise<readonly OrderSeries[]> =>
  reachable(
    pool.any(sql.type(seriesRow)`
      SELECT series, next_number, width
        FROM order_series
       WHERE partition = ${partition} AND tenant_id = ${tenantId}
       ORDER BY series`),
  );

/**
 * Sets the next number and the width of a series; what is left out stays.
 *
 * @param start a series that nobody has used can start at any number
 * @returns the series, and whether it was set: a start below the next number could give a number
 *   again, and sets nothing
 */
export const setSeries = (
  pool: DatabasePool,
  { partition, tenantId }: Tenancy,
  { series, start, width }: { series: string; start?: number | undefined; width?: number | undefined },
): Promise<{ series: OrderSeries; isSet: boolean }> =>
  reachable(
    pool.transaction(async (transaction) => {
      // The lock of the append: no number is given between the check and the change.
      await transaction.query(sql.unsafe`SELECT FROM log_heads WHERE partition = ${partition} FOR UPDATE`);
      const known = await transaction.maybeOne(sql.type(seriesRow)`
        SELECT series, next_number, width
          FROM order_series
         WHERE partition = ${partition} AND tenant_id = ${tenantId} AND series = ${series}`);
      if (known !== null && start !== undefined && start < known.next_number)
        return { series: known, isSet: false };
      const before = known ?? UNUSED;
      const set = await transaction.one(sql.type(seriesRow)`
        INSERT INTO order_series (partition, tenant_id, series, next_number, width)
        VALUES (${partition}, ${tenantId}, ${series}, ${start ?? before.next_number}, ${width ?? before.width})
            ON CONFLICT (partition, tenant_id, series) DO UPDATE
           SET next_number = excluded.next_number, width = excluded.width
        RETURNING series, next_number, width`);
      await recordAct(transaction, { act: 'series_set', tenantId, subject: series, details: set });
      return { series: set, isSet: true };
    }),
  );
