/** Whose personal data a policy no longer keeps. */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Subject } from '../../domain/personal/subject.ts';
import { toUuid } from '../ids.ts';
import { erasureOf } from '../personal/erasure-request.ts';
import { isOrderOf } from '../personal/subject-orders.ts';
import type { Tenancy } from '../tenancy.ts';
import type { ClaimedPolicy, PassPlace } from './policies.ts';

const keyRow = z.object({ key_id: z.uuid(), subject: z.string(), created: z.string() });

/** Data keys that are looked at in one step. */
const STEP_KEYS_MAX = 100;
/** Events behind which the read table must not be: those are looked through one by one. */
const LAG_EVENTS_MAX = 1_000;

export interface DuePage {
  subjects: Subject[];
  /** Orders up to this position were looked at. */
  position: number;
  /** Where the next page begins; `null` at the end. */
  next: PassPlace;
}

/**
 * The next subjects whose orders are all closed, and were changed for the last time longer ago than
 * the policy allows. An order is closed when it is completed or cancelled.
 *
 * @returns `undefined` while the read table is far behind the log
 */
export async function dueSubjects(
  pool: DatabasePool,
  { partition, tenant_id, personal_days, after_created, after_key_id }: ClaimedPolicy,
): Promise<DuePage | undefined> {
  const behind = await pool.one(sql.type(z.object({ applied: z.int(), head: z.int() }))`
    SELECT checkpoint.position AS applied, head.position AS head
      FROM checkpoints AS checkpoint JOIN log_heads AS head USING (partition)
     WHERE partition = ${partition} AND consumer = 'orders'`);
  if (behind.head - behind.applied > LAG_EVENTS_MAX) return undefined;
  const keys = await pool.any(sql.type(keyRow)`
    SELECT key_id, subject, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.USZ') AS created
      FROM customer_keys
     WHERE uuid_send(tenant_id) = uuid_send(${tenant_id}::uuid) AND erased_at IS NULL
       AND partition = ${partition}
       AND created_at < now() - ${personal_days} * interval '1 day'
       AND (created_at, key_id) > (${after_created ?? '-infinity'}::timestamptz,
                                   ${after_key_id ?? '00000000-0000-0000-0000-000000000000'}::uuid)
     ORDER BY created_at, key_id
     LIMIT ${STEP_KEYS_MAX}`);
  const subjects: Subject[] = [];
  for (const subject of new Set(keys.map((key) => key.subject as Subject)))
    if (await areAllClosed(pool, { partition, tenantId: tenant_id }, subject, personal_days!))
      subjects.push(subject);
  const last = keys.length < STEP_KEYS_MAX ? undefined : keys.at(-1);
  return {
    subjects,
    position: behind.applied,
    next: last === undefined ? null : { created: last.created, keyId: last.key_id },
  };
}

/** Whether no order of a subject is open, or was changed within the last days. */
async function areAllClosed(
  pool: DatabasePool,
  { partition, tenantId }: Tenancy,
  subject: Subject,
  days: number,
): Promise<boolean> {
  return !(await pool.exists(sql.unsafe`
    SELECT 1 FROM orders
     WHERE partition = ${partition} AND tenant_id = ${tenantId} AND ${isOrderOf(subject)}
       AND (status NOT IN ('completed', 'cancelled')
            OR (document::json ->> 'updated_at')::timestamptz >= now() - ${days} * interval '1 day')
     LIMIT 1`));
}

/**
 * Whether a subject has got an order since the read table was looked at. Call it while the head is
 * locked.
 */
export const hasNewOrder = (
  transaction: CommonQueryMethods,
  { partition, tenantId }: Tenancy,
  subject: Subject,
  since: number,
): Promise<boolean> => {
  const { customer_id, erased_order_id } = erasureOf(subject);
  return transaction.exists(sql.unsafe`
    SELECT 1 FROM events
     WHERE partition = ${partition} AND position > ${since} AND tenant_id = ${tenantId}
       AND (order_id = ${erased_order_id && toUuid(erased_order_id)}::uuid
            OR data ->> 'customer_id' = ${customer_id})
     LIMIT 1`);
};
