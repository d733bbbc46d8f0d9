/** Keeps pending writes in a table of Postgres, such as that of the carts. */
import type { KeyStore, PendingWrite } from './pending-writes.ts';

export interface KeyTableOptions {
  /** Runs a statement with `$1`: `(text, values) => pool.query(text, values)` with `pg`. */
  query: (text: string, values: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>;
  /** Name of the table; default `holdfast_pending_writes`. */
  table?: string;
}

/**
 * The table: `CREATE TABLE holdfast_pending_writes (key text PRIMARY KEY, write jsonb NOT NULL,
 * started_at timestamptz NOT NULL)`.
 *
 * @throws {TypeError} `table` is not a name, with or without a schema
 */
export function tableKeys({ query, table = 'holdfast_pending_writes' }: KeyTableOptions): KeyStore {
  if (!/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?$/.test(table))
    throw new TypeError('table must be a name, such as shop.pending_writes');
  const writesOf = ({ rows }: { rows: Record<string, unknown>[] }) =>
    rows.map(({ write }) => (typeof write === 'string' ? JSON.parse(write) : write) as PendingWrite);
  return {
    async add(write) {
      await query(
        `INSERT INTO ${table} (key, write, started_at) VALUES ($1, $2, $3)
           ON CONFLICT (key) DO UPDATE SET write = excluded.write, started_at = excluded.started_at`,
        [write.key, JSON.stringify(write), write.startedAt],
      );
    },
    async remove(key) {
      await query(`DELETE FROM ${table} WHERE key = $1`, [key]);
    },
    find: async (key) => writesOf(await query(`SELECT write FROM ${table} WHERE key = $1`, [key]))[0],
    all: async () => writesOf(await query(`SELECT write FROM ${table} ORDER BY started_at, key`, [])),
  };
}
