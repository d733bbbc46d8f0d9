/** Marked personal data, and where it must not be. */
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

/** Texts that occur nowhere but in the personal members of orders. */
export function personalMarks(seed: string) {
  const mark = (name: string) => `Zq${name}${seed}`;
  return {
    email: `${mark('Mail')}@example.com`,
    phone: `+353 ${mark('Phone')}`,
    note: mark('Note'),
    shipping_address: {
      name: mark('Name'),
      company: mark('Company'),
      line1: mark('Street'),
      city: mark('City'),
      postal_code: 'H91 KX2',
      country: 'IE',
    },
    billing_address: {
      name: mark('Billed'),
      line1: mark('Billstreet'),
      city: mark('Billcity'),
      country: 'IE',
    },
    metadata: { gift_text: mark('Gift') },
    reason: mark('Reason'),
  };
}

/** What all marks of a seed have in common. */
export const anyMark = (seed: string) => new RegExp(`Zq[A-Za-z]+${seed}`, 'i');

/** Every column of every row of every table, as text. */
export async function dumpOf(pool: DatabasePool): Promise<string> {
  const tables = await pool.any(sql.type(z.object({ schema: z.string(), name: z.string() }))`
    SELECT relnamespace::regnamespace::text AS schema, relname AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`);
  const texts: string[] = [];
  for (const { schema, name } of tables) {
    const rows = await pool.anyFirst(sql.type(z.object({ row: z.string() }))`
      SELECT row_to_json(t)::text AS row FROM ${sql.identifier([schema, name])} AS t`);
    texts.push(...rows.map((row) => `${name}: ${row}`));
  }
  return texts.join('\n');
}
