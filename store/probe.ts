/** The first look at a database, before a pool starts to retry. */
import type { Client } from 'pg';
import { findInstallations } from './schema/installations.ts';
import { chooseSchema } from './schema/choose-schema.ts';
import { connect, newClient } from './session.ts';
import { UnfitDatabaseError, locationOf, refuseOld, refuseSharedSession } from './unfit.ts';

/**
 * Finds the installation.
 *
 * @param wanted HOLDFAST_SCHEMA
 * @param isNew creates an installation beside another one, if the schema has none
 * @returns the schema of the installation, or of the one to create
 * @throws {UnfitDatabaseError}
 */
export const locate = (databaseUrl: string, wanted: string | undefined, isNew = false): Promise<string> =>
  onClient(databaseUrl, async (client) => {
    const location = locationOf(databaseUrl);
    await refuseOld(client, location);
    if (wanted !== undefined) await refuseWord(client, wanted);
    return chooseSchema({ found: await findInstallations(client), wanted, isNew }, location);
  });

/** As {@link locate}, for a command. Also refuses a pooler that shares sessions. */
export const probe = async (databaseUrl: string, wanted: string | undefined): Promise<string> => {
  await onClient(databaseUrl, (client) => refuseSharedSession(client, databaseUrl));
  return locate(databaseUrl, wanted);
};

async function onClient<T>(databaseUrl: string, act: (client: Client) => Promise<T>): Promise<T> {
  const client = newClient({ connectionString: databaseUrl, application_name: 'holdfast-probe' });
  client.on('error', () => {}); // the query that runs fails with the same error
  try {
    await connect(client);
    return await act(client);
  } finally {
    await client.end();
  }
}

/** @throws {UnfitDatabaseError} the name would need quotes in SQL */
async function refuseWord(client: Client, name: string): Promise<void> {
  const { rows } = await client.query<{ quoted: string }>('SELECT quote_ident($1) AS quoted', [name]);
  if (rows[0]?.quoted === name) return;
  throw new UnfitDatabaseError(
    `HOLDFAST_SCHEMA must not be ${name}, a word of SQL.\nUse another name, such as ${name}_1.`,
  );
}
