/** Compares the read tables with the log, for a verification of the log. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Finding } from '../../store/integrity/verify/finding.ts';
import { reachable } from '../../store/unavailable.ts';
import type { Projection } from '../projection.ts';
import { type VerifyOptions, verify } from './verify.ts';

/** `order_id tenant_id partition`: the key of a row of one order. */
const ORDER_KEY = /^([0-9a-f-]{36}) [0-9a-f-]{36} (\d+)$/;
/** `… partition`: the key of any other row. */
const KEY_PARTITION = /(\d+)$/;

/** @returns a finding for each row that differs, up to the limit of the comparison */
export async function projectionFindings(
  pool: DatabasePool,
  projection: Projection,
  options: VerifyOptions,
): Promise<Finding[]> {
  const { rows } = await verify(pool, projection, options);
  const findings: Finding[] = [];
  for (const { what, key } of rows) {
    const [, orderId, partition = KEY_PARTITION.exec(key)?.[1] ?? '0'] = ORDER_KEY.exec(key) ?? [];
    findings.push({
      kind: 'projection',
      partition: Number(partition),
      position: await positionOf(pool, projection, Number(partition), orderId),
      detail: `a row of ${projection.name} is ${what}: ${orderId === undefined ? 'a total' : `order ${orderId}`}`,
    });
  }
  return findings;
}

/** Of the last event of an order; of a total, the last event that the projection has counted. */
const positionOf = (
  pool: DatabasePool,
  projection: Projection,
  partition: number,
  orderId: string | undefined,
): Promise<number> =>
  reachable(
    pool.oneFirst(sql.type(z.object({ position: z.int() }))`
      SELECT coalesce((SELECT max(position) FROM events WHERE order_id = ${orderId ?? null}::uuid),
                      (SELECT position FROM checkpoints
                        WHERE partition = ${partition} AND consumer = ${projection.name}), 0) AS position`),
  );
