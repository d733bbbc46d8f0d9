/**
 * Sessions that a pooler shares. A setting that one client sets belongs to the next client too, so
 * Holdfast requires that the role brings them. Excepted are the settings that PgBouncer keeps for
 * each client, which only a client can set: it takes their first values from a session of before.
 */
import type { Client } from 'pg';
import type { SessionNeeds } from '../session.ts';
import { UnfitDatabaseError, locationOf } from '../unfit.ts';

/** https://www.pgbouncer.org/features.html */
const KEPT_BY_CLIENT = ['DateStyle', 'TimeZone', 'client_encoding', 'standard_conforming_strings'];

const FIND_WRONG = `
  SELECT name, value
    FROM unnest($1::text[], $2::text[]) AS needed (name, value)
   WHERE pg_catalog.current_setting(name, true) <> value
   UNION ALL
  SELECT name, value
    FROM unnest($3::text[], $4::text[]) AS needed (name, value)
    JOIN pg_catalog.pg_settings AS found USING (name)
   WHERE found.setting::bigint NOT BETWEEN 1 AND value::bigint
   UNION ALL
  SELECT 'synchronous_commit', 'on'
   WHERE pg_catalog.current_setting('synchronous_commit') = 'off'`;

/**
 * Holds a session of the pooler to the settings. One session stands for all: all have the defaults
 * of their role.
 *
 * @param client connected
 * @throws {UnfitDatabaseError} with the statement that gives the role its settings
 */
export async function requireSettings(
  client: Client,
  databaseUrl: string,
  { settings, limitsMs }: SessionNeeds,
): Promise<void> {
  const limits = Object.entries(limitsMs).filter(([, ms]) => ms !== undefined);
  const kept = KEPT_BY_CLIENT.map((name) => `SET ${name} = '${settings[name]}'`);
  await client.query(kept.join(';'));
  const { rows } = await client.query<{ name: string; value: string }>(FIND_WRONG, [
    Object.keys(settings),
    Object.values(settings),
    limits.map(([name]) => name),
    limits.map(([, ms]) => String(ms)),
  ]);
  if (rows.length === 0) return;
  const { server, role, database } = locationOf(databaseUrl);
  const statements = rows.map(
    ({ name, value }) =>
      `ALTER ROLE "${role}" IN DATABASE "${database}" SET ${name} = ${name === 'search_path' ? value : `'${value}'`};`,
  );
  throw new UnfitDatabaseError(
    `The sessions of the pooler at ${server} have other settings than Holdfast needs, and through a pooler it cannot set them.\n` +
      `Run these on Postgres itself, then open the pooler's sessions again (RECONNECT in PgBouncer):\n${statements.join('\n')}`,
  );
}
