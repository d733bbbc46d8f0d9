/**
 * `HOLDFAST_TEST_POSTGRES=pgbouncer npm test`: the suite through PgBouncer in transaction mode. Its
 * databases have their settings by the role, and a direct address.
 */
import { Client } from 'pg';
import { sessionSettings } from '../../../store/session.ts';
import { SESSION_LIMITS_MS } from '../../../store/pool.ts';
import { directAddressOf, noteDirectAddress } from '../../../store/connections/direct-address.ts';
import { type PgBouncer, startPgBouncer } from './pgbouncer.ts';

/** SQLSTATE of a setting that this version of Postgres does not know. */
const UNKNOWN_SETTING = '42704';

/** In front of the Postgres of a test run. Its test processes find it. */
export async function startPooler(serverUrl: string): Promise<PgBouncer> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  for (const [name, value] of Object.entries({ ...sessionSettings(), ...SESSION_LIMITS_MS }))
    await client
      .query(`ALTER ROLE CURRENT_USER SET ${name} = ${name === 'search_path' ? value : `'${value}'`}`)
      .catch((error: Error & { code?: string }) => {
        if (error.code !== UNKNOWN_SETTING) throw error;
      });
  await client.end();
  const pooler = await startPgBouncer(serverUrl, 'transaction');
  process.env['TEST_POOLER'] = pooler.urlOf(serverUrl);
  return pooler;
}

/** The address of a database of the test run through the pooler of the run, if it has one. */
export function pooledAddressOf(databaseUrl: string): string {
  const pooler = process.env['TEST_POOLER'];
  if (pooler === undefined) return databaseUrl;
  const pooled = Object.assign(new URL(pooler), { pathname: new URL(databaseUrl).pathname }).href;
  noteDirectAddress(pooled, databaseUrl);
  return pooled;
}

/** The environment of a process that uses a database of the test run. */
export function withDirectAddress<E extends Record<string, string>>(env: E): Record<string, string> {
  const { DATABASE_URL: url = '' } = env;
  const direct = directAddressOf(url);
  return direct === url ? env : { HOLDFAST_DATABASE_DIRECT_URL: direct, ...env };
}
