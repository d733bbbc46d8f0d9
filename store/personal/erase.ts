/** Erasure: destroys the data keys of a subject, so that nothing opens what they sealed. */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Subject } from '../../domain/personal/subject.ts';
import type { Tenancy } from '../tenancy.ts';
import { reachable } from '../unavailable.ts';
import { type ListedErasure, addToList } from './erasure-list.ts';
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
  isStillDue?: IsStillDue,
): Promise<ListedErasure | undefined> {
  await sealStoredOf(pool, personal, { partition, tenantId }, subject);
  const eraseNow = async (connection: CommonQueryMethods): Promise<ListedErasure> => ({
    erasure_id: dashed(erasureId),
    tenant_id: tenantId,
    subject,
    erased_at: await connection.oneFirst(sql.type(z.object({ erased_at: z.string() }))`
      SELECT erase_subject(${partition}, ${dashed(erasureId)}::uuid, ${tenantId}::uuid, ${subject}) AS erased_at`),
  });
  const erasure = await reachable(
    isStillDue === undefined
      ? eraseNow(pool)
      : pool.transaction(async (transaction) => {
          await transaction.query(
            sql.unsafe`SELECT FROM log_heads WHERE partition = ${partition} FOR UPDATE`,
          );
          return (await isStillDue(transaction)) ? eraseNow(transaction) : undefined;
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
