/** Indexes compare text by bytes, so that an upgrade of the system cannot change their order. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { Client } from 'pg';
import { migrate } from '../../store/migrate.ts';
import { textOf } from '../../store/statement.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { onOnePostgres } from '../setup/postgres/only-on.ts';

/** Of primary keys and unique constraints too; of expressions too. */
const TRUSTING_INDEXES = `
  SELECT indexrelid::regclass::text AS index
    FROM pg_index
    JOIN pg_class AS class ON class.oid = indexrelid
   WHERE relnamespace::regnamespace::text NOT IN ('pg_catalog', 'pg_toast')
     AND EXISTS (SELECT
                   FROM unnest(indcollation::oid[]) AS used (collation_oid)
                   JOIN pg_collation ON oid = collation_oid
                  WHERE collname <> 'C')
   ORDER BY 1`;
/** Of statements that include them. */
const PARTS = new Set(['webhooks/queue-events']);
const COLUMNS = [
  'webhook_commands.idempotency_key',
  'webhook_deliveries.status',
  'api_keys.name',
  'instance_secrets.name',
  'projection_faults.projection',
  'projection_skips.projection',
  'schema_migrations.name',
];

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await cloneDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
const trusting = async () => (await client.query(TRUSTING_INDEXES)).rows.map((row) => row.index as string);

test('no index trusts a collation of the system', async () => {
  expect(await trusting()).toEqual([]);
  await client.query(`
    CREATE TABLE later (name text PRIMARY KEY, reference text UNIQUE, title text, safe text COLLATE "C" UNIQUE, id uuid UNIQUE);
    CREATE INDEX later_title ON later (lower(title))`);
  expect(await trusting()).toEqual(['later_pkey', 'later_reference_key', 'later_title']);
  await client.query('DROP TABLE later');
});

onOnePostgres('a plan needs a partition').test(
  'statements that a node of the release before has prepared go on after the migration',
  async () => {
    for (const column of COLUMNS) {
      const [table, name] = column.split('.');
      await client.query(`ALTER TABLE ${table} ALTER COLUMN ${name} TYPE text COLLATE "default"`);
    }
    await client.query('DROP INDEX checkpoints_by_consumer');
    await client.query('ALTER TABLE checkpoints ALTER COLUMN consumer TYPE text COLLATE "default"');
    await client.query('ALTER TABLE checkpoints ADD PRIMARY KEY (partition, consumer)');
    await client.query("DELETE FROM schema_migrations WHERE name = '0018_collations.sql'");
    const folder = new URL('../../store/sql/', import.meta.url);
    const paths = (await readdir(folder, { recursive: true }))
      .filter((file) => file.endsWith('.sql'))
      .map((file) => file.slice(0, -'.sql'.length))
      .filter((path) => !PARTS.has(path));
    for (const path of paths) await client.query(`PREPARE "${path}" AS ${textOf(path)}`);
    const { rows } = await client.query<{ name: string; parameters: number }>(
      'SELECT name, cardinality(parameter_types) AS parameters FROM pg_prepared_statements WHERE from_sql',
    );
    expect(rows).toHaveLength(paths.length);
    const planAll = async () => {
      for (const { name, parameters } of rows) {
        const nulls =
          parameters === 0 ? '' : `(${Array.from({ length: parameters }, () => 'NULL').join(', ')})`;
        await client.query(`EXPLAIN EXECUTE "${name}"${nulls}`);
      }
    };
    await planAll();
    expect((await trusting()).length).toBeGreaterThan(COLUMNS.length);
    expect(await migrate(database.url)).toEqual(['0018_collations.sql']);
    await planAll();
    expect(await trusting()).toEqual([]);
  },
);
