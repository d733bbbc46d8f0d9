import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { readdir } from 'node:fs/promises';
import { migrate } from '../../store/migrate.ts';
import { readSchemaFiles } from '../../store/schema/schema-files.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { onOnePostgres } from '../setup/postgres/only-on.ts';
import { until } from '../setup/shop.ts';

const FUNCTION = 'append-events.sql version 6';

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

onOnePostgres('a cluster is distributed after its migration').test(
  'nodes that start at once migrate an empty database once',
  async () => {
    await query('DROP SCHEMA holdfast, holdfast_rebuild, holdfast_previous, holdfast_audit CASCADE');
    const files = (await readSchemaFiles()).map(({ name }) => name);
    expect(files).toEqual([
      ...(await readdir(new URL('../../store/migrations/', import.meta.url))).sort(),
      'add-order-rows.sql version 2',
      'append-event.sql version 2',
      FUNCTION,
      'append-sealed-events.sql version 1',
      'log-epochs.sql version 4',
      'log-links.sql version 1',
      'older-appends.sql version 1',
      'partition-reads.sql version 1',
      'personal-keys.sql version 3',
      'remove-order-terms.sql version 1',
    ]);
    const applied = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    expect(applied.filter(({ length }) => length > 0)).toEqual([files]);
    expect(
      (await query('SELECT name FROM schema_migrations ORDER BY name COLLATE "C"')).map(({ name }) => name),
    ).toEqual(files);
  },
);

test('a second run changes nothing, also when the database knows later migrations', async () => {
  await query("INSERT INTO schema_migrations (name, sha256) VALUES ('9999_later.sql', 'x')");
  expect(await migrate(database.url)).toEqual([]);
});

test('a migration that was changed after it was applied is refused', async () => {
  await query("UPDATE schema_migrations SET sha256 = 'other' WHERE name = '0001_log.sql'");
  await expect(migrate(database.url)).rejects.toThrow(
    'store/migrations/0001_log.sql was changed after it had been applied',
  );
});

describe('a function', () => {
  const record = (name: string, sha256: string) =>
    query(`INSERT INTO schema_migrations (name, sha256) VALUES ('${name}', '${sha256}')`);
  const body = async () =>
    (await query("SELECT prosrc FROM pg_proc WHERE proname = 'append_events' ORDER BY pronargs DESC")).map(
      ({ prosrc }) => prosrc,
    );
  beforeEach(async () => {
    await database.drop();
    database = await cloneDatabase();
  });

  test('has one body in the database, with its comments; those of the releases before call it', async () => {
    const [text, ...older] = await body();
    expect(text).toContain('-- Lock: the row lock of the head puts positions into the order of commits');
    expect(older).toHaveLength(2);
    for (const before of older) {
      expect(before).toContain('FROM append_events(');
      expect(before).not.toContain('INSERT');
    }
  });

  onOnePostgres('its functions have settings of their own').test(
    'replaces a lower version that the database has',
    async () => {
      await query(`DELETE FROM schema_migrations WHERE name = '${FUNCTION}'`);
      await record('append-events.sql version 0', 'older');
      const newest = await query(
        "SELECT oid::regprocedure AS signature FROM pg_proc WHERE proname = 'append_events' AND pronargs = 14",
      );
      await query(
        `ALTER FUNCTION ${String(newest[0]?.['signature'])} SET plan_cache_mode = force_custom_plan`,
      );
      expect(await migrate(database.url)).toEqual([FUNCTION]);
      const settings = await query(
        "SELECT proconfig FROM pg_proc WHERE proname = 'append_events' ORDER BY pronargs DESC",
      );
      expect(settings).toEqual([
        { proconfig: ['plan_cache_mode=force_generic_plan'] },
        { proconfig: null },
        { proconfig: null },
      ]);
    },
  );

  test('keeps a higher version, which a newer release installed', async () => {
    await query(`DELETE FROM schema_migrations WHERE name = '${FUNCTION}'`);
    await record('append-events.sql version 7', 'newer');
    expect(await migrate(database.url)).toEqual([]);
  });

  test('that was changed without a new version is refused', async () => {
    await query(`UPDATE schema_migrations SET sha256 = 'other' WHERE name = '${FUNCTION}'`);
    await expect(migrate(database.url)).rejects.toThrow(
      'store/functions/append-events.sql was changed after it had been installed. Raise the version',
    );
  });
});

test('a migration that waits for a lock lets other statements pass, and then applies', async () => {
  await database.drop();
  database = await cloneDatabase();
  await query("DELETE FROM schema_migrations WHERE name = '0018_collations.sql'");
  await query('DROP INDEX checkpoints_by_consumer');
  await query('ALTER TABLE checkpoints ADD PRIMARY KEY (partition, consumer)');
  const reader = new Client({ connectionString: database.url });
  await reader.connect();
  await reader.query('BEGIN; SELECT FROM webhook_commands');
  const migrating = migrate(database.url);
  const waiting = async () =>
    (
      await query(`SELECT FROM pg_locks JOIN pg_class ON pg_class.oid = relation
                   WHERE relname = 'webhook_commands' AND NOT granted`)
    ).length > 0;
  await until(waiting);
  await until(async () => !(await waiting()));
  await reader.query('COMMIT');
  await reader.end();
  expect(await migrating).toEqual(['0018_collations.sql']);
}, 30_000);
