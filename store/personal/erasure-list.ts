/**
 * The list of erasures outside of the database, which a restore of the database does not roll back:
 * one JSON object a line. It holds ids, and no other data of a customer.
 */
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { issueText } from '../../domain/issue-text.ts';
import { ALL_SUBJECTS } from '../../domain/personal/subject.ts';
import { StoreUnavailable } from '../unavailable.ts';

const listed = z.strictObject({
  erasure_id: z.uuid(),
  tenant_id: z.uuid(),
  subject: z.string().min(7).max(80),
  erased_at: z.iso.datetime(),
});
/** Who was erased, and when (RFC 3339, UTC). */
export type ListedErasure = z.output<typeof listed>;

/** The list has a line that is not an erasure. The message names the line and the fault. */
export class ErasureListError extends Error {
  override name = 'ErasureListError';
}

/**
 * Adds a line, and waits until the disk has it.
 *
 * @throws {StoreUnavailable} it cannot be written
 */
export async function addToList(path: string, erasure: ListedErasure): Promise<void> {
  try {
    const file = await open(path, constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY, 0o600);
    try {
      await file.write(`${JSON.stringify(erasure)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new StoreUnavailable('HOLDFAST_ERASURES_FILE cannot be written', { cause });
  }
}

/** @throws {ErasureListError} */
export function parseList(text: string): ListedErasure[] {
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return [];
    const parsed = listed.safeParse(jsonOf(line), { error: issueText });
    if (parsed.success) return [parsed.data];
    const [issue] = parsed.error.issues;
    throw new ErasureListError(
      `The list of erasures, line ${index + 1}: ${issue?.path.map(String).join('/')}: ${issue?.message}. Restore the list from a copy.`,
    );
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/** @returns an empty list while there is no file */
export async function readList(path: string): Promise<ListedErasure[]> {
  try {
    return parseList(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export const listErasures = (connection: CommonQueryMethods): Promise<readonly ListedErasure[]> =>
  connection.any(sql.type(listed)`
    SELECT erasure_id, tenant_id, subject, erased_at FROM erasures ORDER BY erased_at, erasure_id`);

/** The erasures of subjects, and those of whole tenants. */
export const listErasuresOf = (
  connection: CommonQueryMethods,
  subjects: readonly string[],
): Promise<readonly ListedErasure[]> =>
  connection.any(sql.type(listed)`
    SELECT erasure_id, tenant_id, subject, erased_at FROM erasures
     WHERE subject = ANY (${sql.array([...subjects, ALL_SUBJECTS], 'text')})`);

/**
 * Erases all of the list again: the database may be older than the list. Keys that were made
 * after an erasure stay, since the customer came back.
 *
 * @returns the number of data keys that it destroyed
 */
export const applyList = (pool: DatabasePool, list: readonly ListedErasure[]): Promise<number> =>
  pool.transaction(async (transaction) => {
    let destroyed = 0;
    for (const erasure of list) destroyed += await applyErasure(transaction, erasure);
    return destroyed;
  });

/**
 * @param madeUntil destroys the keys that were made up to this time (RFC 3339)
 * @returns the number of data keys that it destroyed
 */
export function applyErasure(
  transaction: CommonQueryMethods,
  { erasure_id, tenant_id, subject, erased_at }: ListedErasure,
  madeUntil = erased_at,
): Promise<number> {
  return transaction.oneFirst(sql.type(z.object({ destroyed: z.int() }))`
    SELECT apply_erasure(${erasure_id}::uuid, ${tenant_id}::uuid, ${subject}, ${erased_at}::timestamptz,
                         ${madeUntil}::timestamptz) AS destroyed`);
}

/** Whether an erasure concerns a subject at a time: RFC 3339, UTC, milliseconds. */
export const concerns = (
  { tenant_id, subject, erased_at }: ListedErasure,
  of: { tenantId: string; subject: string; at: string },
): boolean =>
  tenant_id === of.tenantId && (subject === of.subject || subject === ALL_SUBJECTS) && erased_at >= of.at;
