/** A migration as a script for `psql`, so that an administrator of the database can run it. */
import { CREATE_LEDGER } from './ledger.ts';
import { schemaOf } from './names.ts';
import type { Preflight } from './preflight.ts';

/** @returns an empty text when nothing is to do */
export function scriptOf({ pending, hasSchema, hasLedger }: Preflight): string {
  if (pending.length === 0) return '';
  const schema = schemaOf('live');
  return [
    `-- Holdfast: the schema ${schema}, in one transaction. Run it as the role that owns the tables:`,
    '-- psql -v ON_ERROR_STOP=1 -f FILE ADDRESS',
    'BEGIN;',
    'SET LOCAL statement_timeout = 0;',
    ...(hasSchema ? [] : [`CREATE SCHEMA ${schema};`]),
    `SET LOCAL search_path = ${schema};`,
    ...(hasLedger ? [] : [`${CREATE_LEDGER};`]),
    // First: it fails if a node has applied them meanwhile.
    ...pending.map(
      ({ name, sha256 }) => `INSERT INTO schema_migrations (name, sha256) VALUES ('${name}', '${sha256}');`,
    ),
    ...pending.map(({ name, text }) => `\n-- ${name}\n${text}`),
    'COMMIT;',
  ].join('\n');
}
