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
import { startSelectedPooler } from '../postgres/selected.ts';
import { migrate } from '../../../store/migrate.ts';

export default async function globalSetup(): Promise<void> {
  await redisForTests();
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  await chmod(dataDir, 0o755); // an unprivileged user runs Postgres when we are root
  const temporary = join(dataDir, 'tmp');
  await mkdir(temporary);
  await chmod(temporary, 0o1777);
  const services = await startBackingServices({
    databaseUrl: undefined,
    redisUrl: undefined,
    dataDir,
    log: pino({ level: 'silent' }),
  });
  const admin = new Client({ connectionString: services.databaseUrl });
  await admin.connect();
  await admin.query('CREATE DATABASE template_migrated');
  await admin.end();
  const template = new URL(services.databaseUrl);
  template.pathname = '/template_migrated';
  await migrate(template.href);

  process.env['TMPDIR'] = temporary;
  // Without it, each process that a test starts would compile all of its modules.
  process.env['NODE_COMPILE_CACHE'] = join(dataDir, 'compiled');
  process.env['TEST_POSTGRES'] = services.databaseUrl;
  process.env['TEST_REDIS'] = services.redisUrl ?? '';
  const pooler = await startSelectedPooler(services.databaseUrl);
  Object.assign(globalThis, { __services: services, __pooler: pooler, __dataDir: dataDir });
}
