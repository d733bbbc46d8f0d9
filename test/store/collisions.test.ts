/**
 * Migration of a database that holds other objects: all of it, or nothing and the names in the way.
 */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { migrate } from '../../store/migrate.ts';
import { UnfitDatabaseError } from '../../store/unfit.ts';
import { admin, cloneDatabase, emptyDatabase } from '../setup/database.ts';

let database: Awaited<ReturnType<typeof emptyDatabase>>;
let client: Client;
beforeAll(async () => {
  database = await emptyDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query('SET search_path = holdfast');
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(async () => {
  await client.query(`
    DROP SCHEMA IF EXISTS holdfast_rebuild, holdfast_previous, holdfast_audit CASCADE;
    DROP SCHEMA IF EXISTS holdfast CASCADE;
    CREATE SCHEMA holdfast`);
});

/** All objects in the database, except those of Postgres. */
async function contents(): Promise<string[]> {
  const { rows } = await client.query<{ what: string }>(`
    SELECT 'relation ' || c.oid::regclass AS what FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname !~ '^(pg_|information_schema)'
    UNION ALL SELECT 'type ' || t.oid::regtype FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE nspname !~ '^(pg_|information_schema)'
    UNION ALL SELECT 'function ' || p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname !~ '^(pg_|information_schema)'
    UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'
    ORDER BY what`);
  return rows.map(({ what }) => what);
}

async function refusal(): Promise<string> {
  const before = await contents();
  const error = await migrate(database.url).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UnfitDatabaseError);
  expect(await contents()).toEqual(before);
  return (error as Error).message;
}

describe('an object with one of our names is reported, and nothing is applied', () => {
  const APPEND =
    'append_events(integer, uuid[], uuid[], integer[], uuid[], text[], smallint[], text, text[], bytea[], text[])';
  test.each([
    ['CREATE TABLE orders (id int)', 'the table orders'],
    ['CREATE TABLE events (id int) PARTITION BY RANGE (id)', 'the table events'],
    ['CREATE TABLE tenants (id int); CREATE TABLE orders (id int)', 'the table orders, the table tenants'],
    ['CREATE VIEW api_keys AS SELECT 1', 'the view api_keys'],
    ['CREATE MATERIALIZED VIEW daily_sales AS SELECT 1', 'the materialized view daily_sales'],
    ['CREATE SEQUENCE webhook_replays', 'the sequence webhook_replays'],
    ['CREATE TABLE other (id int); CREATE INDEX orders_by_time ON other (id)', 'the index orders_by_time'],
    [
      'CREATE TABLE other (id int, CONSTRAINT events_version_unique UNIQUE (id))',
      'the index events_version_unique',
    ],
    ["CREATE TYPE checkpoints AS ENUM ('a')", 'the type checkpoints'],
    ['CREATE TYPE log_heads AS (a int)', 'the type log_heads'],
    ['CREATE DOMAIN customer_totals AS text', 'the domain customer_totals'],
    [`CREATE FUNCTION ${APPEND} RETURNS int LANGUAGE sql AS 'SELECT 1'`, 'the function append_events('],
    [
      "CREATE FUNCTION order_payment_status(text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
      'the function order_payment_status(text)',
    ],
    ['CREATE SCHEMA holdfast_audit', 'the schema holdfast_audit'],
    // Of Rails, of golang-migrate, as a view, as a type.
    ['CREATE TABLE schema_migrations (version varchar PRIMARY KEY)', 'the table schema_migrations'],
    ['CREATE TABLE schema_migrations (version bigint, dirty boolean)', 'the table schema_migrations'],
    ['CREATE VIEW schema_migrations AS SELECT 1 AS version', 'the view schema_migrations'],
    ["CREATE TYPE schema_migrations AS ENUM ('a')", 'the type schema_migrations'],
  ])('%s', async (statement, named) => {
    await client.query(statement);
    const message = await refusal();
    expect(message).toContain(`has ${named}`);
    expect(message).toContain('Nothing was changed');
    expect(message).toContain('a database of its own');
    expect(message).not.toContain('hush-hush');
  });

  test('each name of the schema', async () => {
    const migrated = await cloneDatabase();
    const other = new Client({ connectionString: migrated.url });
    await other.connect();
    const { rows } = await other.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'holdfast'::regnamespace ORDER BY relname`,
    );
    await other.end();
    await migrated.drop();
    expect(rows.length).toBeGreaterThan(40);
    let refused = 0;
    for (const { name } of rows) {
      await client.query(`CREATE SEQUENCE ${name}`);
      // Postgres picks another name for the objects that it names itself.
      if (/_(?:pkey|key|seq)$/.test(name)) await client.query(`DROP SEQUENCE ${name}`);
      else {
        expect(await refusal()).toContain(
          `${name === 'schema_migrations' ? 'schema_migrations' : `the sequence ${name}`} already`,
        );
        refused += 1;
        await client.query(`DROP SEQUENCE ${name}`);
      }
    }
    expect(refused).toBeGreaterThan(25);
  }, 120_000);
});

test('objects with other names stay', async () => {
  await client.query(`
    CREATE TABLE customers (id int PRIMARY KEY);
    CREATE SEQUENCE events_pkey;
    CREATE FUNCTION append_events(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE SCHEMA shop CREATE TABLE orders (id int)`);
  expect((await migrate(database.url)).length).toBeGreaterThan(10);
  expect(await migrate(database.url)).toEqual([]);
});

test('tables of another program in the schema public, with rows, stay as they are', async () => {
  await client.query(`
    CREATE TABLE public.orders (id int PRIMARY KEY);
    CREATE TABLE public.schema_migrations (version varchar PRIMARY KEY);
    INSERT INTO public.orders SELECT generate_series(1, 3)`);
  const applied = await migrate(database.url);
  expect(applied[0]).toBe('0001_log.sql');
  const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM public.orders');
  expect(rows).toEqual([{ count: 3 }]);
  await client.query('DROP TABLE public.orders, public.schema_migrations');
});

test('after the object is removed, all migrations are applied', async () => {
  await client.query('CREATE TABLE webhook_attempts (id int)');
  await refusal();
  await client.query('DROP TABLE webhook_attempts');
  expect((await migrate(database.url))[0]).toBe('0001_log.sql');
});

test('migration continues where an earlier release failed', async () => {
  const [first = ''] = await migrate(database.url);
  await client.query(`
    CREATE SCHEMA aside;
    ALTER TABLE schema_migrations SET SCHEMA aside;
    DROP SCHEMA holdfast, holdfast_rebuild, holdfast_previous, holdfast_audit CASCADE;
    CREATE SCHEMA holdfast;
    ALTER TABLE aside.schema_migrations SET SCHEMA holdfast;
    DROP SCHEMA aside;
    DELETE FROM schema_migrations WHERE name <> '${first}'`);
  await client.query(await readFile(new URL(`../../store/migrations/${first}`, import.meta.url), 'utf8'));
  await client.query('CREATE TABLE orders (id int)');
  expect(await refusal()).toContain('has the table orders already');
  await client.query('DROP TABLE orders');
  expect((await migrate(database.url))[0]).toBe('0002_tenants.sql');
});

describe('a role without the rights gets the GRANT statements that it needs, and nothing is applied', () => {
  const asGuest = () => {
    const url = new URL(database.url);
    Object.assign(url, { username: `guest_${database.name}`, password: 'hush-hush' });
    return url.href;
  };
  beforeAll(() => admin(`CREATE ROLE guest_${database.name} LOGIN PASSWORD 'hush-hush'`));
  afterAll(async () => {
    await client.query(`DROP SCHEMA holdfast CASCADE; DROP OWNED BY guest_${database.name}`).catch(() => {});
    await admin(`REVOKE ALL ON DATABASE ${database.name} FROM guest_${database.name}`);
    await admin(`DROP ROLE guest_${database.name}`);
  });

  test.each([
    ['no rights', [], ['GRANT USAGE, CREATE ON SCHEMA holdfast TO', 'GRANT CREATE ON DATABASE']],
    [
      'only USAGE of the schema',
      ['GRANT USAGE ON SCHEMA holdfast TO'],
      ['GRANT USAGE, CREATE ON SCHEMA holdfast TO'],
    ],
    ['tables, but no schemas', ['GRANT USAGE, CREATE ON SCHEMA holdfast TO'], ['GRANT CREATE ON DATABASE']],
  ])('it has %s', async (_what, grants, words) => {
    const guest = `guest_${database.name}`;
    for (const grant of grants) await client.query(`${grant} ${guest}`);
    const before = await contents();
    const error = (await migrate(asGuest()).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(UnfitDatabaseError);
    for (const word of words) expect(error.message).toContain(word);
    expect(error.message).toContain(`The role ${guest} may not`);
    expect(error.message).toContain('Nothing was changed');
    expect(error.message).not.toContain('hush-hush');
    expect(await contents()).toEqual(before);
    // These statements are enough.
    for (const [statement] of error.message.matchAll(/GRANT [^;]+;/g)) await client.query(statement);
    expect((await migrate(asGuest())).length).toBeGreaterThan(10);
    await client.query(`REVOKE ALL ON SCHEMA holdfast FROM ${guest}`).catch(() => {});
    await admin(`REVOKE CREATE ON DATABASE ${database.name} FROM ${guest}`);
    await admin(`ALTER DATABASE ${database.name} OWNER TO ${database.role}`);
    const reowner = new URL(process.env['TEST_POSTGRES'] ?? '');
    reowner.pathname = `/${database.name}`;
    const superuser = new Client({ connectionString: reowner.href });
    await superuser.connect();
    await superuser.query(`REASSIGN OWNED BY ${guest} TO ${database.role}`);
    await superuser.end();
  });

  test('it may not even create the schema', async () => {
    await client.query('DROP SCHEMA holdfast');
    const error = (await migrate(asGuest()).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(UnfitDatabaseError);
    expect(error.message).toContain(
      `Run as the owner of the database: GRANT CREATE ON DATABASE ${database.name} TO guest_${database.name};`,
    );
    await client.query('CREATE SCHEMA holdfast');
  });
});

test('a role that may create nothing starts on a migrated database', async () => {
  await migrate(database.url);
  await client.query('REVOKE CREATE ON SCHEMA holdfast FROM PUBLIC');
  const guest = `reader_${database.name}`;
  await admin(`CREATE ROLE ${guest} LOGIN PASSWORD 'hush-hush'`);
  await client.query(
    `GRANT USAGE ON SCHEMA holdfast TO ${guest}; GRANT SELECT ON schema_migrations TO ${guest}`,
  );
  const url = new URL(database.url);
  Object.assign(url, { username: guest, password: 'hush-hush' });
  expect(await migrate(url.href)).toEqual([]);
  await client.query(
    `REVOKE ALL ON schema_migrations FROM ${guest}; REVOKE ALL ON SCHEMA holdfast FROM ${guest}`,
  );
  await admin(`DROP ROLE ${guest}`);
});
