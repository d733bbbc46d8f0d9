/** Checks the chain of rewrites (rewrite_event_data in store/functions/log-links.sql). */
import { hash } from 'node:crypto';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { reachable } from '../../unavailable.ts';
import { genesisLink } from '../entry.ts';
import type { Checkpoint } from '../checkpoint.ts';
import type { Finding } from './finding.ts';

const PAGE_ROWS_MAX = 5_000;

const rewriteRow = z.object({
  ordinal: z.int(),
  position: z.int(),
  /** What the link covers behind the link before it, in hexadecimal digits. */
  covered: z.string(),
  link: z.string(),
});

/**
 * @param signed the rewrites that a checkpoint covers
 * @returns the first rewrite that does not follow, if there is one
 */
export async function checkRewrites(
  pool: DatabasePool,
  partition: number,
  signed: Checkpoint['rewrites'],
): Promise<Finding[]> {
  let [ordinal, link, position] = [0, genesisLink(partition, -1), 1];
  const finding = (detail: string): Finding[] => [{ kind: 'rewrite', partition, position, detail }];
  for (;;) {
    const rows = await reachable(
      pool.any(sql.type(rewriteRow)`
        SELECT ordinal, position, encode(link, 'hex') AS link,
               encode(int8send(position) || data_before || data_after || fingerprint_before || fingerprint_after
                      || timestamptz_send(rewritten_at)
                      || convert_to(reason, 'UTF8'), 'hex') AS covered
          FROM log_rewrites
         WHERE partition = ${partition} AND ordinal > ${ordinal}
         ORDER BY ordinal
         LIMIT ${PAGE_ROWS_MAX}`),
    );
    for (const row of rows) {
      ({ position } = row);
      const expected = hash('sha256', Buffer.from(link + row.covered, 'hex'));
      if (row.ordinal !== ordinal + 1 || row.link !== expected)
        return finding(`rewrite ${ordinal + 1} on record was changed or removed`);
      [ordinal, link] = [row.ordinal, row.link];
      if (ordinal === signed?.count && link !== signed.link)
        return finding(`the checkpoint covers another rewrite ${ordinal}`);
    }
    if (rows.length < PAGE_ROWS_MAX) break;
  }
  return signed !== null && signed.count > ordinal
    ? finding(`the checkpoint covers ${signed.count} rewrites, ${ordinal} are on record`)
    : [];
}
