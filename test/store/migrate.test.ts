import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { readdir } from 'node:fs/promises';
import { migrate } from '../../store/migrate.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

async function query(text: string) {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(text)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

test('nodes that start at once migrate an empty database once', async () => {
  await query(
    'DROP SCHEMA public, holdfast_rebuild, holdfast_previous, holdfast_audit CASCADE; CREATE SCHEMA public',
  );
  const files = (await readdir(new URL('../../store/migrations/', import.meta.url)))
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const applied = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
  expect(applied.filter(({ length }) => length > 0)).toEqual([files]);
  expect((await query('SELECT name FROM schema_migrations ORDER BY name')).map(({ name }) => name)).toEqual(
    files,
  );
});

test('a second run changes nothing, also when the database knows later migrations', async () => {
  await query("INSERT INTO schema_migrations (name, sha256) VALUES ('9999_later.sql', 'x')");
  expect(await migrate(database.url)).toEqual([]);
});

test('a migration that was changed after it had been applied is refused', async () => {
  await query("UPDATE schema_migrations SET sha256 = 'other' WHERE name = '0001_log.sql'");
  await expect(migrate(database.url)).rejects.toThrow(
    'store/migrations/0001_log.sql was changed after it had been applied',
  );
});

test('a log in another schema is not hidden by an empty one', async () => {
  await query('ALTER SCHEMA public RENAME TO before; CREATE SCHEMA public');
  await expect(migrate(database.url)).rejects.toThrow('The log of this database is in the schema before');
  expect(await query("SELECT FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
});
