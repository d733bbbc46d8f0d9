/** Reads stored events in pages, for their hashes. */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';
import type { Rows } from './verify/check-rows.ts';

const findPageEnd = statement('integrity/find-page-end', z.object({ last: z.int().nullable() }));
const copied = z.object({ bytes: z.instanceof(Buffer), ends: z.instanceof(Uint32Array) });
const rewriteRow = z.object({
  position: z.int(),
  appended: z.string(),
  stored: z.string(),
  appended_fingerprint: z.string(),
  stored_fingerprint: z.string(),
});

/** Limits of one page. They bound the memory. */
const PAGE_EVENTS_MAX = 4_096;
const PAGE_BYTES_MAX = 8 * 1_024 * 1_024;
/** The columns of a page, in the order in which check-rows.ts reads them. */
const COLUMNS = `position, tenant_id, order_id, version, event_id, type, schema_version, idempotency_key, fingerprint,
  recorded_at, traceparent, key_id, number, claim, link, data`;

/** Where a partition is read, and whether some of its data was rewritten. */
export interface PageOptions {
  partition: number;
  after: number;
  upTo: number;
  hasRewrites: boolean;
  eventsMax?: number;
}

export interface Page extends Pick<Rows, 'bytes' | 'ends' | 'rewritten'> {
  /** As `after` when no event is left. */
  lastPosition: number;
}

export async function readPage(
  connection: CommonQueryMethods,
  { partition, after, upTo, hasRewrites, eventsMax = PAGE_EVENTS_MAX }: PageOptions,
): Promise<Page> {
  const last = await reachable(
    connection.oneFirst(findPageEnd(partition, after, upTo, eventsMax, PAGE_BYTES_MAX)),
  );
  if (last === null)
    return { bytes: Buffer.alloc(0), ends: new Uint32Array(), rewritten: new Map(), lastPosition: after };
  const { bytes, ends } = await reachable(connection.one(copyOf(partition, after, last)));
  const rewrites = hasRewrites ? await readRewrites(connection, partition, after, last) : [];
  const rewritten = new Map(rewrites.map(({ position, ...digests }) => [position, digests]));
  return { bytes, ends, rewritten, lastPosition: last };
}

/** A COPY takes no parameters. All values are numbers. */
const copyOf = (partition: number, after: number, last: number) => ({
  ...sql.type(copied)`-`,
  sql:
    `COPY (SELECT ${COLUMNS} FROM events WHERE partition = ${partition} AND position > ${after} AND position <= ${last} ` +
    'ORDER BY position) TO STDOUT (FORMAT binary)',
});

const readRewrites = (connection: CommonQueryMethods, partition: number, after: number, upTo: number) =>
  reachable(
    connection.any(sql.type(rewriteRow)`
      SELECT position, encode((array_agg(data_before ORDER BY ordinal))[1], 'hex') AS appended,
             encode((array_agg(data_after ORDER BY ordinal DESC))[1], 'hex') AS stored,
             encode((array_agg(fingerprint_before ORDER BY ordinal))[1], 'hex') AS appended_fingerprint,
             encode((array_agg(fingerprint_after ORDER BY ordinal DESC))[1], 'hex') AS stored_fingerprint
        FROM log_rewrites
       WHERE partition = ${partition} AND position > ${after} AND position <= ${upTo}
       GROUP BY position`),
  );
