/** Databases for tests: clones of a migrated template, or empty ones. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { pooledAddressOf } from './postgres/pooled.ts';

export const TEST_REDIS = process.env['TEST_REDIS'] ?? '';

export interface TestDatabase {
  url: string;
  drop: () => Promise<void>;
  /** Refuses new connections and ends the present ones, until `resume`. */
  suspend: () => Promise<void>;
  resume: () => Promise<void>;
}

/** The nodes of Citus, the coordinator first; none for plain Postgres. */
export const CITUS_NODES = process.env['TEST_POSTGRES_NODES']?.split(' ') ?? [];

/**
 * A new migrated database, cloned from a template in some tens of milliseconds.
 *
 * @param options `isDirect` for a test of connections themselves: never through a pooler
 */
export async function cloneDatabase({ isDirect = false } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = new URL(process.env['TEST_POSTGRES'] ?? '');
  await admin(`CREATE DATABASE ${name} TEMPLATE template_migrated`);
  url.pathname = `/${name}`;
  return {
    url: isDirect ? url.href : pooledAddressOf(url.href),
    drop: () => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
    async suspend() {
      await admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    },
    resume: () => admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`),
  };
}

/** An empty database, and a role that owns it. */
export async function emptyDatabase(): Promise<TestDatabase & { name: string; role: string }> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const role = `role_${name}`;
  await admin(`CREATE ROLE ${role} LOGIN PASSWORD 'hush-hush'`);
  await admin(`CREATE DATABASE ${name} OWNER ${role} TEMPLATE template0`);
  const url = new URL(process.env['TEST_POSTGRES'] ?? '');
  Object.assign(url, { pathname: `/${name}`, username: role, password: 'hush-hush' });
  return {
    url: url.href,
    name,
    role,
    async drop() {
      await admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin(`DROP ROLE ${role}`);
    },
    suspend: () => admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`),
    resume: () => admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`),
  };
}

/** Runs one statement as the superuser of the test run, on each node. */
export async function admin(statement: string): Promise<void> {
  const nodes = CITUS_NODES.length > 0 ? CITUS_NODES : [process.env['TEST_POSTGRES'] ?? ''];
  await Promise.all(nodes.map((url) => onNode(url, statement)));
}

async function onNode(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    // Postgres refuses two clones of a template at the same time: retry.
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.query(statement);
        return;
      } catch (error) {
        if ((error as { code?: string }).code !== '55006' || attempt === 50) throw error;
        await client.query('SELECT pg_sleep(0.05)');
      }
    }
  } finally {
    await client.end();
  }
}

/** Counts the sessions of a database that wait for a lock, on each node. */
async function countWaits(client: Client): Promise<number> {
  const counted = `SELECT count(*) AS waits FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await client.query('SELECT pg_stat_clear_snapshot()'); // one transaction sees one state
  const { rows } = await client.query<{ waits: string }>(
    CITUS_NODES.length === 0
      ? counted
      : `SELECT sum(result::bigint) AS waits FROM run_command_on_all_nodes($$${counted}$$)`,
  );
  return Number(rows[0]!.waits);
}

/** Locks the head of the log, so that each append waits. */
export async function holdTheLog(
  url: string,
): Promise<{ isWaitedFor: () => Promise<boolean>; release: () => Promise<void> }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  const { rows } = await client.query<{ partition: number }>('SELECT partition FROM log_heads ORDER BY 1');
  for (const { partition } of rows)
    await client.query('SELECT 1 FROM log_heads WHERE partition = $1 FOR UPDATE', [partition]);
  return {
    isWaitedFor: async () => (await countWaits(client)) > 0,
    async release() {
      await client.query('COMMIT');
      await client.end();
    },
  };
}
