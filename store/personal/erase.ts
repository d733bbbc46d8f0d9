/** Erasure: destroys the data keys of a subject, so that nothing opens what they sealed. */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { ALL_SUBJECTS, type Subject } from '../../domain/personal/subject.ts';
import type { Tenancy } from '../tenancy.ts';
import { reachable } from '../unavailable.ts';
import { type ListedErasure, addToList, applyErasure } from './erasure-list.ts';
import type { PersonalData } from './personal-data.ts';
import { sealStoredOf } from './seal-stored.ts';

export interface ErasePath {
  pool: DatabasePool;
  personal: PersonalData;
  /** See {@link addToList}; `undefined`: the database has the only list. */
  erasuresFile: string | undefined;
}

/** Looks, under the lock of the head, whether a subject is still to be erased. */
export type IsStillDue = (transaction: CommonQueryMethods) => Promise<boolean>;

/**
 * Erases a subject. Safe to repeat. The lock of the head keeps appends out meanwhile: one that was
 * sealed before is sealed again, under a new key.
 *
 * @param erasureId a UUID, 32 hexadecimal digits
 * @returns `undefined` when it is no longer due: nothing was erased
 * @throws {StoreUnavailable} it was erased or not: repeat it
 */
export async function erase(
  { pool, personal, erasuresFile }: ErasePath,
  { partition, tenantId }: Tenancy,
  subject: Subject,
  erasureId: string,
  isStillDue: IsStillDue = async () => true,
): Promise<ListedErasure | undefined> {
  await sealStoredOf(pool, personal, { partition, tenantId }, subject);
  const erasure = await reachable(
    pool.transaction(async (transaction) => {
      await transaction.query(sql.unsafe`SELECT FROM log_heads WHERE partition = ${partition} FOR UPDATE`);
      if (!(await isStillDue(transaction))) return undefined;
      const erased_at = await transaction.oneFirst(
        sql.type(z.object({ now: z.string() }))`SELECT date_trunc('milliseconds', clock_timestamp()) AS now`,
      );
      const made: ListedErasure = { erasure_id: dashed(erasureId), tenant_id: tenantId, subject, erased_at };
      // The clock may have been set back since a key was made.
      await transaction.query(sql.unsafe`
        UPDATE customer_keys SET created_at = ${erased_at}::timestamptz
         WHERE (subject = ${subject} OR ${subject === ALL_SUBJECTS}) AND tenant_id = ${tenantId} AND created_at > ${erased_at}::timestamptz`);
      await applyErasure(transaction, made);
      return made;
    }),
  );
  if (erasure === undefined) return undefined;
  // Before it is acknowledged: a restore must not undo an erasure.
  if (erasuresFile !== undefined) await addToList(erasuresFile, erasure);
  await personal.look();
  return erasure;
}

/** The form of the list, in which it is read again. */
const dashed = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
