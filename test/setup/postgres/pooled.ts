/**
 * `HOLDFAST_TEST_POSTGRES=pgbouncer npm test`: the suite through PgBouncer in transaction mode. Its
 * databases have their settings by the role, and a direct address.
 */
import { type PgBouncer, setRole, startPgBouncer } from '../../../loadtest/kit/postgres/pgbouncer.ts';
import { directAddressOf, noteDirectAddress } from '../../../store/connections/direct-address.ts';

/** In front of the Postgres of a test run. Its test processes find it. */
export async function startPooler(serverUrl: string): Promise<PgBouncer> {
  await setRole(serverUrl);
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
