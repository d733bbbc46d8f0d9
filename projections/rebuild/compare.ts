/** Compares read tables with their shadow tables, row by row in the order of the primary key. */
import { sql } from 'slonik';
import { z } from 'zod';
import { type Projection, type ReadTable, tablesOf } from '../projection.ts';
import { atSamePosition } from './catch-up.ts';
import type { Lease } from './lease.ts';
import { type ShadowSchema, tableIn } from './shadow-table.ts';

/**
 * Rows in one chunk. A chunk holds the lease of the live table, so it bounds the projection lag.
 */
const CHUNK_ROWS_MAX = 5_000;
/** Different rows whose keys are reported; the rest is counted. */
const NAMED_ROWS_MAX = 20;

/** The rows in which the live table differs from the log. */
export interface Differences {
  /** Rows that only the shadow table has. */
  missing: number;
  /** Rows that only the live table has. */
  surplus: number;
  different: number;
  /** The first of these rows, by key. */
  rows: { what: 'missing' | 'surplus' | 'different'; key: string }[];
  compared: number;
  /** Events of the log that the rows of the live table do not count. */
  missing_events: number;
}

export interface CompareOptions {
  /** Awaited between two chunks, to give way to other work. It throws to stop. */
  pause?: () => Promise<void>;
  chunkRows?: number;
}

const chunkRow = z.object({
  missing: z.int(),
  surplus: z.int(),
  different: z.int(),
  compared: z.int(),
  missing_events: z.int(),
  rows: z.string().nullable(),
  last: z.string().nullable(),
});

/**
 * Compares chunk by chunk, each with both tables at one position. Projection continues in between.
 */
export async function compare(
  lease: Lease,
  projection: Projection,
  schema: ShadowSchema,
  { pause, chunkRows = CHUNK_ROWS_MAX }: CompareOptions,
): Promise<Differences> {
  const total: Differences = {
    missing: 0,
    surplus: 0,
    different: 0,
    compared: 0,
    missing_events: 0,
    rows: [],
  };
  for (const table of tablesOf(projection)) {
    // The rows of the other tables count no events.
    const count = table === projection ? projection.count : undefined;
    let after: string | null = null;
    do {
      const from: string | null = after;
      const chunk: z.infer<typeof chunkRow> = await atSamePosition(lease, projection, schema, (transaction) =>
        transaction.one(chunkStatement({ ...table, count }, schema, { after: from, chunkRows })),
      );
      add(total, chunk);
      after = chunk.last;
      await pause?.();
    } while (after !== null);
  }
  return total;
}

function add(total: Differences, chunk: z.infer<typeof chunkRow>): void {
  total.missing += chunk.missing;
  total.surplus += chunk.surplus;
  total.different += chunk.different;
  total.compared += chunk.compared;
  total.missing_events += chunk.missing_events;
  const named = JSON.parse(chunk.rows ?? '[]') as Differences['rows'];
  total.rows.push(...named.slice(0, NAMED_ROWS_MAX - total.rows.length));
}

/**
 * The comparison of one chunk: the next rows of both tables, up to the lower of their two last
 * keys.
 *
 * @param after the chunk begins after this key, as JSON; `null` at the beginning
 */
function chunkStatement(
  table: ReadTable & { count: string | undefined },
  schema: ShadowSchema,
  { after, chunkRows }: { after: string | null; chunkRows: number },
) {
  const { key, count } = table;
  const [live, folded] = [tableIn('public', table), tableIn(schema, table)];
  const columns = (of?: string) =>
    sql.join(
      key.map((name) => sql.identifier(of === undefined ? [name] : [of, name])),
      sql.fragment`, `,
    );
  const isInChunk =
    after === null
      ? sql.fragment`true`
      : sql.fragment`(${columns()}) > (SELECT ${columns()} FROM jsonb_populate_record(NULL::${live}, ${after}::jsonb))`;
  const part = (of: typeof live) => sql.fragment`
    SELECT * FROM ${of} WHERE ${isInChunk} ORDER BY ${columns()} LIMIT ${chunkRows}`;
  const missingEvents =
    count === undefined
      ? sql.fragment`0`
      : sql.fragment`greatest(coalesce(folded.${sql.identifier([count])}, 0) - coalesce(live.${sql.identifier([count])}, 0), 0)`;
  return sql.type(chunkRow)`
    WITH live AS MATERIALIZED (${part(live)}),
         folded AS MATERIALIZED (${part(folded)}),
         ends AS (
           SELECT * FROM (SELECT ${columns()} FROM live OFFSET ${chunkRows - 1}) AS of_live
            UNION ALL
           SELECT * FROM (SELECT ${columns()} FROM folded OFFSET ${chunkRows - 1}) AS of_folded
            ORDER BY ${columns()} LIMIT 1
         ),
         outcome AS (
           SELECT concat_ws(' ', ${columns('pair')}) AS key, pair.what, pair.missing_events
             FROM (
               SELECT ${columns()},
                      ${missingEvents} AS missing_events,
                      CASE WHEN live IS NULL THEN 'missing'
                           WHEN folded IS NULL THEN 'surplus'
                           WHEN live::text IS DISTINCT FROM folded::text THEN 'different' END AS what
                 FROM live FULL JOIN folded USING (${columns()})
             ) AS pair
            WHERE NOT EXISTS (SELECT FROM ends WHERE (${columns('pair')}) > (${columns('ends')}))
         )
    SELECT count(*) FILTER (WHERE what = 'missing') AS missing,
           count(*) FILTER (WHERE what = 'surplus') AS surplus,
           count(*) FILTER (WHERE what = 'different') AS different,
           count(*) AS compared,
           coalesce(sum(missing_events), 0)::bigint AS missing_events,
           (SELECT json_agg(named)
              FROM (SELECT what, key FROM outcome WHERE what IS NOT NULL ORDER BY key LIMIT ${NAMED_ROWS_MAX}) AS named) AS rows,
           (SELECT to_json(ends) FROM ends) AS last
      FROM outcome`;
}
