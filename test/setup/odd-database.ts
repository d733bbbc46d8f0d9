/** Databases with unusual defaults, of the database itself or of the role that connects. */
import { randomBytes } from 'node:crypto';
import { migrate } from '../../store/migrate.ts';
import { type TestDatabase, admin, cloneDatabase } from './database.ts';

/** Each of these defaults exists in some installation, on purpose or by mistake. */
const ODD = {
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'sql_standard',
  TimeZone: 'Asia/Kathmandu',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  search_path: 'elsewhere, nowhere',
  default_transaction_isolation: 'serializable',
  standard_conforming_strings: 'off',
  transform_null_equals: 'on',
  array_nulls: 'off',
  quote_all_identifiers: 'on',
  client_encoding: 'LATIN1',
  lc_monetary: 'POSIX',
  lc_numeric: 'POSIX',
  lc_time: 'POSIX',
  synchronous_commit: 'off',
  lock_timeout: '1',
  idle_session_timeout: '200',
};

const assignments = (dateStyle: string) =>
  Object.entries({ ...ODD, DateStyle: dateStyle }).map(([name, value]) =>
    name === 'search_path' ? `${name} = ${value}` : `${name} = '${value}'`,
  );

/** A migrated database with unusual defaults. */
export async function oddDatabase(dateStyle: string): Promise<TestDatabase> {
  const database = await cloneDatabase();
  const name = new URL(database.url).pathname.slice(1);
  for (const assignment of assignments(dateStyle)) await admin(`ALTER DATABASE ${name} SET ${assignment}`);
  return database;
}

/** A database whose owner has unusual defaults and migrated it with them; not a superuser. */
export async function databaseOfOddRole(dateStyle: string): Promise<TestDatabase> {
  const role = `odd_${randomBytes(6).toString('hex')}`;
  await admin(`CREATE ROLE ${role} LOGIN PASSWORD 'odd'`);
  for (const assignment of assignments(dateStyle)) await admin(`ALTER ROLE ${role} SET ${assignment}`);
  await admin(`CREATE DATABASE ${role} OWNER ${role}`);
  const url = new URL(process.env['TEST_POSTGRES'] ?? '');
  Object.assign(url, { pathname: `/${role}`, username: role, password: 'odd' });
  await migrate(url.href);
  return {
    url: url.href,
    async drop() {
      await admin(`DROP DATABASE IF EXISTS ${role} WITH (FORCE)`);
      await admin(`DROP ROLE ${role}`);
    },
    suspend: () => Promise.reject(new Error('nothing here asks for it')),
    resume: () => Promise.reject(new Error('nothing here asks for it')),
  };
}
