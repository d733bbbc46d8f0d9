/** Whether two addresses, one of them of a pooler, lead to one database. */
import { SESSION_LIMITS_MS } from '../pool.ts';
import { connect, newClient } from '../session.ts';
import { UnfitDatabaseError, locationOf } from '../unfit.ts';
import { hasSharedSessions } from './direct-address.ts';
import { requireSettings } from './shared-sessions.ts';

const IDENTITY = `
  SELECT system_identifier || ' ' || pg_catalog.current_database() AS identity
    FROM pg_catalog.pg_control_system()`;

/** @throws {UnfitDatabaseError} appends would go to one database, and reads to another */
export async function requireSameDatabase(databaseUrl: string, directUrl: string): Promise<void> {
  const [pooled, direct] = await Promise.all([identityOf(databaseUrl), identityOf(directUrl)]);
  if (pooled === direct) return;
  throw new UnfitDatabaseError(
    `DATABASE_URL leads to another database than HOLDFAST_DATABASE_DIRECT_URL: ${locationOf(databaseUrl).server}, ${locationOf(directUrl).server}.\n` +
      'Set both to the same database of the same Postgres.',
  );
}

async function identityOf(databaseUrl: string): Promise<string | undefined> {
  const client = newClient({ connectionString: databaseUrl, application_name: 'holdfast-probe' });
  client.on('error', () => {}); // the query that runs fails with the same error
  try {
    await connect(client, {
      ...SESSION_LIMITS_MS,
      checkShared: hasSharedSessions(databaseUrl)
        ? (needs) => requireSettings(client, databaseUrl, needs)
        : undefined,
    });
    const { rows } = await client.query<{ identity: string }>(IDENTITY);
    return rows[0]?.identity;
  } finally {
    await client.end();
  }
}
