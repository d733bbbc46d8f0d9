/**
 * Lines of a log file with the data keys of its customers, sealed by the master key, and with its
 * erasures. They stand between access and events; a file without sealed data has none.
 */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { issueText } from '../../domain/issue-text.ts';
import { reachable } from '../unavailable.ts';
import { LogFileError, instant, uuid } from './log-file.ts';

const subject = z.string().min(7).max(80);
const dataKey = z.strictObject({
  key_id: uuid,
  tenant_id: uuid,
  subject,
  sealed_key: z.string().regex(/^[0-9a-f]{66,400}$/, 'must be a sealed key in hexadecimal digits'),
  created_at: instant,
});
const erasure = z.strictObject({ erasure_id: uuid, tenant_id: uuid, subject, erased_at: instant });

export type DataKeyLine = z.output<typeof dataKey>;
export type ErasureLine = z.output<typeof erasure>;

/** @throws {LogFileError} */
export const readDataKey = (line: string, number: number): DataKeyLine => read(dataKey, line, number);
/** @throws {LogFileError} */
export const readErasure = (line: string, number: number): ErasureLine => read(erasure, line, number);

function read<Schema extends z.ZodType>(schema: Schema, line: string, number: number): z.output<Schema> {
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch {
    given = undefined;
  }
  const parsed = schema.safeParse(given, { error: issueText });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LogFileError(`Line ${number}: ${issue?.path.map(String).join('/')}: ${issue?.message}.`);
}

/** Keys in one statement. Bounds the memory. */
const PAGE_KEYS_MAX = 1_000;
const NO_KEY = '00000000-0000-0000-0000-000000000000';
const MICROSECONDS = sql.fragment`'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/**
 * The members of the header, and the lines.
 *
 * The lines throw {@link LogFileError} when a key was erased meanwhile: repeat the export.
 */
export async function countPersonal(
  pool: CommonQueryMethods,
  tenantId: string | undefined,
): Promise<{ header: { data_keys?: number; erasures?: number }; lines: () => AsyncGenerator<string> }> {
  const ofTenant = tenantId === undefined ? sql.fragment`true` : sql.fragment`tenant_id = ${tenantId}`;
  const counts = await reachable(
    pool.one(sql.type(z.object({ data_keys: z.int(), erasures: z.int() }))`
      SELECT (SELECT count(*) FROM customer_keys WHERE sealed_key IS NOT NULL AND ${ofTenant}) AS data_keys,
             (SELECT count(*) FROM erasures WHERE ${ofTenant}) AS erasures`),
  );
  const erasures = await pool.any(sql.type(erasure)`
    SELECT erasure_id, tenant_id, subject, to_char(erased_at AT TIME ZONE 'UTC', ${MICROSECONDS}) AS erased_at
      FROM erasures WHERE ${ofTenant} ORDER BY erased_at, erasure_id LIMIT ${counts.erasures}`);
  return {
    header: {
      ...(counts.data_keys > 0 && { data_keys: counts.data_keys }),
      ...(counts.erasures > 0 && { erasures: counts.erasures }),
    },
    async *lines() {
      let left = counts.data_keys;
      for (let after = NO_KEY; left > 0;) {
        const keys = await reachable(
          pool.any(sql.type(dataKey)`
            SELECT key_id, tenant_id, subject, encode(sealed_key, 'hex') AS sealed_key,
                   to_char(created_at AT TIME ZONE 'UTC', ${MICROSECONDS}) AS created_at
              FROM customer_keys WHERE key_id > ${after} AND sealed_key IS NOT NULL AND ${ofTenant}
             ORDER BY key_id LIMIT ${Math.min(PAGE_KEYS_MAX, left)}`),
        );
        for (const key of keys) yield JSON.stringify(key);
        left -= keys.length;
        if (keys.length === 0)
          throw new LogFileError('A customer was erased during the export. Export the log again.');
        after = keys.at(-1)!.key_id;
      }
      for (const each of erasures) yield JSON.stringify(each);
    },
  };
}
