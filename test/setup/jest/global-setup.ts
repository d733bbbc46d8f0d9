/**
 * One real Postgres and one real Redis for the whole run; each test file clones a database from a
 * migrated template. All of a run is in one folder, so the teardown finds what tests left behind.
 */
import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { pino } from 'pino';
import { startBackingServices } from '../../../ops/embedded/backing-services.ts';
import { redisForTests } from '../processes/redis.ts';
import { startPooler } from '../postgres/pooled.ts';
import { openPool } from '../../../store/pool.ts';
import { migrate } from '../../../store/migrate.ts';
import { distribute } from '../../../store/cluster/run-distribute.ts';
import { closeTemplate, createClusterDatabase, missingForCitus, startCluster } from '../postgres/citus.ts';

/** Few: each is a table on disk, which each clone copies. */
const TEST_SHARDS = 2;

export default async function globalSetup(): Promise<void> {
  await redisForTests();
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  await chmod(dataDir, 0o755); // an unprivileged user runs Postgres when we are root
  const temporary = join(dataDir, 'tmp');
  await mkdir(temporary);
  await chmod(temporary, 0o1777);
  const selected = selectedPostgres();
  const cluster = selected === 'citus' ? await clusterForTests(dataDir) : undefined;
  const services = await startBackingServices({
    databaseUrl: cluster?.urls[0],
    redisUrl: undefined,
    dataDir,
    log: pino({ level: 'silent' }),
  });
  if (cluster === undefined) await migratedTemplate(services.databaseUrl);
  else await distributedTemplate(cluster.urls);

  process.env['TMPDIR'] = temporary;
  // Without it, each process that a test starts would compile all of its modules.
  process.env['NODE_COMPILE_CACHE'] = join(dataDir, 'compiled');
  process.env['TEST_POSTGRES'] = services.databaseUrl;
  process.env['TEST_REDIS'] = services.redisUrl ?? '';
  if (cluster) process.env['TEST_POSTGRES_NODES'] = cluster.urls.join(' ');
  const stop = async () => {
    await services.stop();
    await cluster?.stop();
  };
  const pooler = selected === 'pgbouncer' ? await startPooler(services.databaseUrl) : undefined;
  Object.assign(globalThis, { __services: { ...services, stop }, __pooler: pooler, __dataDir: dataDir });
}

/** `HOLDFAST_TEST_POSTGRES`: what the tests run on instead of one plain Postgres. */
function selectedPostgres(): 'citus' | 'pgbouncer' | undefined {
  const selected = process.env['HOLDFAST_TEST_POSTGRES'];
  delete process.env['HOLDFAST_TEST_POSTGRES']; // servers that tests start refuse unknown variables
  if (selected === undefined || selected === 'citus' || selected === 'pgbouncer') return selected;
  throw new Error(`HOLDFAST_TEST_POSTGRES must be citus or pgbouncer, not "${selected}"`);
}

async function clusterForTests(dataDir: string) {
  const missing = await missingForCitus();
  if (missing !== undefined) throw new Error(missing);
  return startCluster(dataDir);
}

async function migratedTemplate(databaseUrl: string): Promise<void> {
  const admin = new Client({ connectionString: databaseUrl });
  await admin.connect();
  await admin.query('CREATE DATABASE template_migrated');
  await admin.end();
  const template = new URL(databaseUrl);
  template.pathname = '/template_migrated';
  await migrate(template.href);
}

async function distributedTemplate(urls: readonly string[]): Promise<void> {
  const template = await createClusterDatabase(urls, 'template_migrated');
  await migrate(template);
  const pool = await openPool({ databaseUrl: template, size: 1, log: pino({ level: 'silent' }) });
  await distribute(pool, TEST_SHARDS);
  await pool.end();
  await closeTemplate(urls, 'template_migrated');
}
