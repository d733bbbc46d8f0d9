/** `npm start`: configuration, backing services, migrations, a key, and then the roles, in this process or in several. */
import cluster from 'node:cluster';
import { write } from 'node:fs';
import { AggregatorRegistry } from 'prom-client';
import { sql } from 'slonik';
import { type Check, type Phase, createAdminApp } from './api/admin.ts';
import type { CallsByKey } from './api/overview/callers.ts';
import { ListenError, serve } from './api/server.ts';
import { runWorker, startWorkers } from './cluster.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { type Logger, createLogger } from './logger.ts';
import { registry } from './metrics.ts';
import { keptDevelopmentKey, newDevelopmentKey } from './ops/development-key.ts';
import { startBackingServices } from './ops/embedded/backing-services.ts';
import { LaunchError } from './ops/embedded/launch-error.ts';
import { whenNpmIsGone } from './ops/embedded/npm-parent.ts';
import { type FirstKey, welcome } from './ops/welcome.ts';
import { type Fault, listFaults } from './projections/faults.ts';
import { CONSUMERS, startNode } from './node.ts';
import { type Shutdown, createShutdown } from './shutdown.ts';
import { ensureBootstrapKey, hasApiKeys, tenantNames } from './store/api-keys.ts';
import { toId } from './store/ids.ts';
import { LogElsewhereError, migrate } from './store/migrate.ts';
import { ensurePartitions } from './store/partitions.ts';
import { connectRedis } from './redis.ts';
import { isOutage } from './store/unavailable.ts';
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
  const redis = connectRedis(backing.redisUrl, { name: 'health', log });
  shutdown.add('redis', async () => redis.disconnect());
  const checks: Record<string, Check> = {
    postgres: { run: () => pool.query(sql.unsafe`SELECT 1`) },
    redis: { run: async () => void (await redis.ping()), optional: true },
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

/** Makes sure that somebody can call. */
async function ensureKey(config: Config, pool: DatabasePool): Promise<FirstKey> {
  const ensure = async (key: string, what: string, first: FirstKey): Promise<FirstKey> => {
    const { tenantId, revoked } = await ensureBootstrapKey(pool, key, config.partitions);
    return revoked ? { kind: 'revoked', what, tenant: toId('ten', tenantId) } : first;
  };
  if (config.bootstrapKey !== undefined)
    return ensure(config.bootstrapKey, 'The key in HOLDFAST_BOOTSTRAP_KEY', { kind: 'bootstrap' });
  if (config.databaseUrl !== undefined && (await hasApiKeys(pool))) return { kind: 'yours' };
  const key =
    config.databaseUrl === undefined ? await keptDevelopmentKey(config.dataDir) : newDevelopmentKey();
  return ensure(key, 'The development key', { kind: 'development', key });
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
    process.stderr.write(`\n${explain(error)}\n\n`);
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
