import { Client } from 'pg';

/** Calls `use` with a connection, and closes it, also when `use` fails. */
export async function connected<T>(databaseUrl: string, use: (database: Client) => Promise<T>): Promise<T> {
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    return await use(database);
  } finally {
    await database.end();
  }
}

/** The rows of one statement. */
export const ask = <Row extends object>(databaseUrl: string, statement: string): Promise<Row[]> =>
  connected(databaseUrl, async (database) => (await database.query<Row>(statement)).rows);
