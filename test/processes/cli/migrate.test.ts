/** `holdfast migrate`: what is to do, all problems at once, and the SQL for an administrator. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { readSchemaFiles } from '../../../store/schema/schema-files.ts';
import { admin, cloneDatabase, emptyDatabase } from '../../setup/database.ts';
import { holdfast } from '../../setup/processes/command.ts';

let database: Awaited<ReturnType<typeof emptyDatabase>>;
let client: Client;
beforeEach(async () => {
  database = await emptyDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const migrate = (words: string[], env: Record<string, string> = {}) =>
  holdfast(['migrate', ...words], { DATABASE_URL: database.url, ...env });
const schemas = async () =>
  (await client.query("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'")).rows;

test('--check lists what is to do, and changes nothing; then nothing is left', async () => {
  const before = await schemas();
  const first = await migrate(['--check']);
  expect([first.code, first.stderr]).toEqual([1, '']);
  expect(first.stdout).toContain('Schema: holdfast\nTo apply: 0001_log.sql, 0002_tenants.sql,');
  expect(first.stdout).not.toContain('Problem');
  expect(await schemas()).toEqual(before);
  expect(await migrate([])).toMatchObject({ code: 0 });
  expect(await migrate(['--check'])).toMatchObject({
    code: 0,
    stdout: 'Schema: holdfast\nThe schema is up to date. No problems.\n',
  });
}, 90_000);

test('--print prints SQL that an administrator can run, and that only runs as a whole', async () => {
  const { code, stdout } = await migrate(['--print'], { HOLDFAST_SCHEMA: 'shop' });
  expect(code).toBe(0);
  // A failure in the middle leaves nothing behind.
  const broken = stdout.replace('-- 0020_webhook_status.sql', 'SELECT 1 / 0;\n-- 0020_webhook_status.sql');
  await expect(client.query(broken)).rejects.toThrow('division by zero');
  await client.query('ROLLBACK');
  expect(await schemas()).toEqual([{ nspname: 'public' }]);

  await client.query(stdout);
  const { rows } = await client.query('SELECT count(*)::int AS count FROM shop.schema_migrations');
  expect(rows).toEqual([{ count: (await readSchemaFiles()).length }]);
  const left = await migrate(['--check'], { HOLDFAST_SCHEMA: 'shop' });
  expect([left.code, left.stdout]).toEqual([0, 'Schema: shop\nThe schema is up to date. No problems.\n']);
  expect((await migrate(['--print'], { HOLDFAST_SCHEMA: 'shop' })).stdout).toContain('nothing to run');
  await expect(client.query(stdout)).rejects.toThrow('already exists');
  await client.query('ROLLBACK');
}, 90_000);

describe('all problems at once', () => {
  test('rights, names in the way, connections, encoding', async () => {
    const name = `${database.name}_latin`;
    const guest = `guest_${database.name}`;
    await admin(`CREATE ROLE ${guest} LOGIN PASSWORD 'hush-hush' CONNECTION LIMIT 12`);
    await admin(`CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    const url = Object.assign(new URL(database.url), { pathname: `/${name}`, username: guest }).href;
    const inside = new Client({
      connectionString: Object.assign(new URL(process.env['TEST_POSTGRES']!), { pathname: `/${name}` }).href,
    });
    await inside.connect();
    await inside.query('CREATE SCHEMA holdfast_audit; CREATE SCHEMA holdfast CREATE TABLE orders (id int)');
    await inside.end();
    try {
      const [checked, started] = [
        await migrate(['--check'], { DATABASE_URL: url }),
        await migrate([], { DATABASE_URL: url }),
      ];
      expect([checked.code, checked.stderr, started.code, started.stdout]).toEqual([1, '', 1, '']);
      const found = [
        'has the encoding LATIN1, and Holdfast needs UTF8.',
        `The role ${guest} may not create the schema of Holdfast`,
        `GRANT USAGE, CREATE ON SCHEMA holdfast TO ${guest}; GRANT CREATE ON DATABASE ${name} TO ${guest};`,
        'has the schema holdfast_audit, the table orders already',
      ];
      for (const words of found) {
        expect(checked.stdout).toContain(words);
        expect(started.stderr).toContain(words);
      }
      expect(checked.stdout).toContain(`allows 12 connections (the limit of the role ${guest})`);
      expect(checked.stdout).toContain('Problem 4 of 4: ');
      expect(started.stderr).toContain('3 problems:');
      for (const text of [checked.stdout, started.stderr]) {
        expect(text).not.toContain('hush-hush');
        expect(text).not.toMatch(/^\s+at /m);
      }
    } finally {
      await admin(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin(`DROP ROLE ${guest}`);
    }
  }, 90_000);

  test('a word of SQL as the schema, and two options that exclude each other', async () => {
    const { code, stdout } = await migrate(['--check'], { HOLDFAST_SCHEMA: 'order' });
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('HOLDFAST_SCHEMA must not be order, a word of SQL.'),
    ]);
    expect(await migrate(['--check', '--print'])).toMatchObject({ code: 2 });
  }, 60_000);
});

test('a release that changes the schema says which role must migrate', async () => {
  const clone = await cloneDatabase({ isDirect: true });
  const name = new URL(clone.url).pathname.slice(1);
  try {
    const owner = new Client({ connectionString: clone.url });
    await owner.connect();
    await owner.query(`
      DELETE FROM schema_migrations WHERE name = '0034_retention.sql';
      GRANT USAGE ON SCHEMA holdfast TO ${database.role};
      GRANT SELECT ON schema_migrations TO ${database.role}`);
    await owner.end();
    const url = Object.assign(new URL(database.url), { pathname: `/${name}` }).href;
    const { code, stderr } = await migrate([], { DATABASE_URL: url });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(
          `belong to the role holdfast, not ${database.role}\\. Nothing was changed\\.\n.*npx holdfast migrate`,
        ),
      ),
    ]);
  } finally {
    await clone.drop();
  }
}, 60_000);
