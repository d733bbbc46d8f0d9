/** Whether Postgres lets the role have as many connections as one node opens. */
import type { Client } from 'pg';
import { type DatabaseLocation, UnfitDatabaseError } from '../unfit.ts';

/** Each limit of connections, and what sets it; -1 is none. Some versions lack a setting. */
const LIMITS = `
  SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
         - coalesce(current_setting('reserved_connections', true)::int, 0) AS connections,
         'max_connections, less those that are reserved' AS source
   UNION ALL
  SELECT rolconnlimit, format('the limit of the role %I', rolname) FROM pg_catalog.pg_roles
   WHERE rolname = current_user AND rolconnlimit >= 0
   UNION ALL
  SELECT datconnlimit, format('the limit of the database %I', datname) FROM pg_catalog.pg_database
   WHERE datname = current_database() AND datconnlimit >= 0
   ORDER BY connections LIMIT 1`;

/**
 * @param needed connections of one node
 * @throws {UnfitDatabaseError}
 */
export async function refuseFewConnections(
  client: Client,
  { server }: DatabaseLocation,
  needed: number,
): Promise<void> {
  const { rows } = await client.query<{ connections: number; source: string }>(LIMITS);
  const { connections, source } = rows[0]!;
  if (connections >= needed) return;
  throw new UnfitDatabaseError(
    `Postgres at ${server} allows ${connections} connections (${source}), and one node opens up to ${needed}.\n` +
      'Raise the limit, or lower HOLDFAST_DATABASE_POOL or HOLDFAST_WORKERS.',
  );
}
