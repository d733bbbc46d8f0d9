/**
 * Series of an imported log. They are derived from its numbers, not carried by the file: so no
 * file, cut, merged or older than its series, can make a series give a number again.
 */
import type { DatabaseTransactionConnection } from 'slonik';
import { z } from 'zod';
import { SERIES_DIGITS_MAX, placeInSeries } from '../log/series.ts';
import { statement } from '../statement.ts';
import type { LogLine } from './log-file.ts';

const raiseSeries = statement('archive/raise-series', z.object({}));

interface Raised {
  partition: number;
  tenant_id: string;
  series: string;
  /** The highest place in the series. */
  place: number;
  /** Digits of the number at this place, if they begin with a zero; else 0. */
  width: number;
}

export interface ImportedSeries {
  add: (line: LogLine) => void;
  /** Lets each series continue after its highest imported number. */
  continue: (transaction: DatabaseTransactionConnection) => Promise<void>;
}

export function createImportedSeries(): ImportedSeries {
  const highest = new Map<string, Raised>();
  return {
    add({ partition, tenant_id, number }) {
      const placed = number === undefined ? undefined : placeInSeries(number);
      if (number === undefined || placed === undefined) return;
      const { series, place } = placed;
      const key = `${tenant_id} ${series}`;
      if (place <= (highest.get(key)?.place ?? -1)) return;
      const digits = number.slice(series.length);
      const width = digits.startsWith('0') ? digits.length : 0;
      highest.set(key, { partition, tenant_id, series, place, width });
    },
    async continue(transaction) {
      const all = [...highest.values()];
      if (all.length === 0) return;
      await transaction.query(
        raiseSeries(
          all.map(({ partition }) => partition),
          all.map(({ tenant_id }) => tenant_id),
          all.map(({ series }) => series),
          all.map(({ place }) => place + 1),
          all.map(({ width }) => Math.min(width, SERIES_DIGITS_MAX)),
        ),
      );
    },
  };
}
