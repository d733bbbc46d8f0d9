/** `npm start`: configuration, backing services, migrations, a key, and then the roles, in this process or in several. */
import cluster from 'node:cluster';
import { write } from 'node:fs';
import { AggregatorRegistry } from 'prom-client';
import { sql } from 'slonik';
import { type Check, type Phase, createAdminApp } from './api/admin.ts';
import type { CallsByKey } from './api/overview/callers.ts';
import { serve } from './api/http/server.ts';
import { runWorker, startWorkers } from './process/cluster.ts';
import { type Config, loadConfig } from './platform/config.ts';
import { explain } from './process/explain.ts';
import { type Logger, createLogger } from './platform/logger.ts';
import { registry } from './platform/metrics.ts';
import { keptDevelopmentKey } from './ops/development-key.ts';
import { startBackingServices } from './ops/embedded/backing-services.ts';
import { noteGrpcAddress } from './ops/grpc-address.ts';
import { whenNpmIsGone } from './ops/embedded/npm-parent.ts';
import { type FirstKey, welcome } from './ops/welcome.ts';
import { type Fault, listFaults } from './projections/faults.ts';
import { CONSUMERS, startNode } from './process/node.ts';
import { type Shutdown, createShutdown } from './platform/shutdown.ts';
import { ensureBootstrapKey, hasApiKeys, tenantNames } from './store/keys/api-keys.ts';
import { toId } from './store/ids.ts';
import { migrate } from './store/migrate.ts';
import { ensurePartitions } from './store/partitions.ts';
import { WITHOUT_REDIS, connectRedis } from './platform/redis.ts';
import { type DatabasePool, openPool } from './store/pool.ts';

async function start(config: Config, log: Logger, shutdown: Shutdown): Promise<void> {
  const { signal } = shutdown;
  const services = startBackingServices({ ...config, log, signal });
  shutdown.addServices(async (cut) => {
    const started = await services.catch(() => undefined); // it leaves nothing behind then
    await started?.stop(cut);
  });
  const backing = await services;
  const applied = await migrate(backing.databaseUrl);
  signal.throwIfAborted();
  if (applied.length > 0) log.info({ applied }, 'schema migrated');
  const pool = await openPool({ databaseUrl: backing.databaseUrl, size: 2, log });
  shutdown.add('pool', () => pool.end());
  await ensurePartitions(pool, config.partitions, CONSUMERS);
  const key = await ensureKey(config, pool);
  signal.throwIfAborted();

  let phase: Phase = 'starting';
  const redis =
    backing.redisUrl === undefined ? undefined : connectRedis(backing.redisUrl, { name: 'health', log });
  shutdown.add('redis', async () => redis?.disconnect());
  const checks: Record<string, Check> = {
    postgres: { run: () => pool.query(sql.unsafe`SELECT 1`) },
    redis: { run: async () => (redis ? void (await redis.ping()) : WITHOUT_REDIS), optional: true },
    projections: { run: async () => stoppedProjections(await listFaults(pool)), optional: true },
  };
  const several = config.workers > 1;
  let callers: () => CallsByKey = () => ({});
  const adminApp = createAdminApp({
    checks,
    phase: () => phase,
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
  shutdown.add('history', async () => adminApp.stop());
  // The admin port answers until the end, so that a drain can be watched.
  shutdown.add('admin port', () => admin.stop(0));

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
  shutdown.add('node', running.stop);
  if (config.databaseUrl === undefined) {
    const { host } = config.grpc;
    shutdown.add('gRPC address', await noteGrpcAddress(config.dataDir, { host, port: running.grpcPort }));
  }
  signal.throwIfAborted();
  phase = 'serving';
  signal.addEventListener('abort', () => {
    phase = 'draining';
  });
  const placeOf = (port: number | undefined, host: string | undefined) =>
    port === undefined ? undefined : { port, host };
  say(
    welcome({
      api: placeOf(running.port, config.host),
      grpc: placeOf(running.grpcPort, config.grpc.host),
      admin: { port: admin.port, host: config.adminHost },
      key,
      redis: backing.redisUrl !== undefined,
      dataDir: config.databaseUrl === undefined ? config.dataDir : undefined,
    }),
  );
}

/** Writes without waiting: a reader that stands still must not keep the process from its end. */
const say = (text: string): void => write(1, text, () => {});

/** The metrics of all workers, added up. */
function gatherMetrics(): () => Promise<string> {
  const aggregator = new AggregatorRegistry();
  return () => aggregator.clusterMetrics();
}

/**
 * Makes the key that is given, or the development key of the embedded database. None in a database
 * of one's own: its start is read by others, in a journal.
 */
async function ensureKey(config: Config, pool: DatabasePool): Promise<FirstKey> {
  const ensure = async (key: string, what: string, first: FirstKey): Promise<FirstKey> => {
    const { tenantId, revoked } = await ensureBootstrapKey(pool, key, config.partitions);
    return revoked ? { kind: 'revoked', what, tenant: toId('ten', tenantId) } : first;
  };
  if (config.bootstrapKey !== undefined)
    return ensure(config.bootstrapKey, 'The key in HOLDFAST_BOOTSTRAP_KEY', { kind: 'bootstrap' });
  if (config.databaseUrl !== undefined) return { kind: (await hasApiKeys(pool)) ? 'yours' : 'none' };
  const key = await keptDevelopmentKey(config.dataDir);
  return ensure(key, 'The development key', { kind: 'development', key });
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

  const exit = (code: number) => {
    log.flush();
    process.exit(code);
  };
  const shutdown = createShutdown({ drainSeconds: config.drainSeconds, log, exit: () => exit(0) });
  whenNpmIsGone(() => process.kill(process.pid, 'SIGTERM'));
  const started = start(config, log, shutdown);
  shutdown.started(started);
  await started.catch(async (error: unknown) => {
    if (shutdown.signal.aborted) return; // the end has begun; whatever did not come about is not wanted
    process.stderr.write(`\n${explain(error, config.databaseUrl)}\n\n`);
    await shutdown.run();
    exit(1);
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
