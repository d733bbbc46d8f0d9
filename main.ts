/** `npm start`: configuration, backing services, migrations, a key, and then the roles, in this process or in several. */
import cluster from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import { sql } from 'slonik';
import { type Check, createAdminApp } from './api/admin.ts';
import type { CallsByKey } from './api/overview/callers.ts';
import { ListenError, serve } from './api/server.ts';
import { runWorker, startWorkers } from './cluster.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { type Logger, createLogger } from './logger.ts';
import { registry } from './metrics.ts';
import { keptDevelopmentKey, newDevelopmentKey } from './ops/development-key.ts';
import { startBackingServices } from './ops/embedded/backing-services.ts';
import { LaunchError } from './ops/embedded/launch-error.ts';
import { noteGrpcAddress } from './ops/grpc-address.ts';
import { welcome } from './ops/welcome.ts';
import { type Fault, listFaults } from './projections/faults.ts';
import { CONSUMERS, startNode } from './node.ts';
import { ensureBootstrapKey, hasApiKeys, tenantNames } from './store/api-keys.ts';
import { LogElsewhereError, migrate } from './store/migrate.ts';
import { ensurePartitions } from './store/partitions.ts';
import { connectRedis } from './redis.ts';
import { isOutage } from './store/unavailable.ts';
import { type DatabasePool, openPool } from './store/pool.ts';

type Stop = () => Promise<void>;

async function start(config: Config, log: Logger, stops: Stop[]): Promise<void> {
  const backing = await startBackingServices({ ...config, log });
  stops.push(backing.stop);
  const applied = await migrate(backing.databaseUrl);
  if (applied.length > 0) log.info({ applied }, 'schema migrated');
  const pool = await openPool({ databaseUrl: backing.databaseUrl, size: 2, log });
  stops.push(() => pool.end());
  await ensurePartitions(pool, config.partitions, CONSUMERS);
  const key = await ensureKey(config, pool);

  let draining = false;
  const redis = connectRedis(backing.redisUrl, { name: 'health', log });
  stops.push(async () => redis.disconnect());
  const checks: Record<string, Check> = {
    postgres: { run: () => pool.query(sql.unsafe`SELECT 1`) },
    redis: { run: async () => void (await redis.ping()), optional: true },
    projections: { run: async () => stoppedProjections(await listFaults(pool)), optional: true },
  };
  const several = config.workers > 1;
  let callers: () => CallsByKey = () => ({});
  const adminApp = createAdminApp({
    checks,
    draining: () => draining,
    metrics: several ? gatherMetrics() : () => registry.metrics(),
    contentType: registry.contentType,
    callers: () => callers(),
    nameOf: (tenantIds) => tenantNames(pool, tenantIds),
  });
  const admin = await serve(adminApp.app, {
    port: config.adminPort,
    host: config.adminHost,
    variable: 'ADMIN_PORT',
    log,
  });
  stops.push(async () => adminApp.stop());
  // The admin port answers until the end, so that a drain can be watched.
  stops.push(() => admin.stop(0));

  const urls = { databaseUrl: backing.databaseUrl, redisUrl: backing.redisUrl, log };
  const workers = several ? await startWorkers(config, urls) : undefined;
  if (workers) {
    checks['workers'] = {
      run: async () =>
        workers.serving() === config.workers || Promise.reject(new Error('a worker is missing')),
    };
  }
  const running = workers ?? (await startNode({ config, roles: config.roles, ...urls }));
  callers = running.callers;
  stops.push(running.stop);
  if (config.databaseUrl === undefined) {
    const { host } = config.grpc;
    stops.push(await noteGrpcAddress(config.dataDir, { host, port: running.grpcPort }));
  }
  stops.push(async () => {
    draining = true;
  });
  process.stdout.write(
    welcome({
      port: running.port,
      grpcPort: running.grpcPort,
      adminPort: admin.port,
      key,
      dataDir: config.databaseUrl === undefined ? config.dataDir : undefined,
    }),
  );
}

/** The metrics of all workers, added up. */
function gatherMetrics(): () => Promise<string> {
  const aggregator = new AggregatorRegistry();
  return () => aggregator.clusterMetrics();
}

/**
 * Makes sure that somebody can call.
 *
 * @returns the key to show: none when it was given to us, or when the database is not ours and has keys already
 */
async function ensureKey(config: Config, pool: DatabasePool): Promise<string | undefined> {
  if (config.bootstrapKey !== undefined) {
    await ensureBootstrapKey(pool, config.bootstrapKey, config.partitions);
    return undefined;
  }
  if (config.databaseUrl !== undefined && (await hasApiKeys(pool))) return undefined;
  const key =
    config.databaseUrl === undefined ? await keptDevelopmentKey(config.dataDir) : newDevelopmentKey();
  await ensureBootstrapKey(pool, key, config.partitions);
  return key;
}

/** What a person can mend is told in words; anything else is a fault of ours, with its stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof LaunchError || error instanceof ListenError)
    return error.message;
  if (error instanceof LogElsewhereError) return error.message;
  if (error instanceof Error && isOutage(error)) {
    return `Postgres at DATABASE_URL did not answer: ${error.message || String((error as NodeJS.ErrnoException).code)}.\nStart it, or unset DATABASE_URL to get an embedded one.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config.logLevel);
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught');
    log.flush();
    process.stderr.write(`${error.stack ?? error.message}\n`);
    process.exit(1);
  });
  if (cluster.isWorker) return runWorker(config, log);

  const stops: Stop[] = [];
  let ending: Promise<void> | undefined;
  const end = async (code: number) => {
    for (const stop of stops.toReversed()) await stop();
    log.flush();
    process.exit(code);
  };
  const started = start(config, log, stops);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info({ signal }, 'stopping');
      ending ??= started.catch(() => {}).then(() => end(0));
    });
  }
  await started.catch(async (error: unknown) => {
    process.stderr.write(`\n${explain(error)}\n\n`);
    await (ending ?? end(1));
  });
}

await main().catch((error: unknown) => {
  process.stderr.write(`\n${explain(error)}\n\n`);
  process.exitCode = 1;
});

/** For readiness: orders are placed and read all the same, so it is told and does not count. */
function stoppedProjections(faults: readonly Fault[]): string | undefined {
  if (faults.length === 0) return undefined;
  const told = faults.map((f) => `${f.projection} stands still at ${f.position} of partition ${f.partition}`);
  return told.join('; ');
}
