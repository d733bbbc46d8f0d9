/** Opens the admin port: health, metrics and /ops, from the start to the end of the drain. */
import { AggregatorRegistry } from 'prom-client';
import { sql } from 'slonik';
import { type Check, type Phase, createAdminApp } from '../api/admin.ts';
import { serve } from '../api/http/server.ts';
import type { CallsByKey } from '../api/overview/callers.ts';
import type { Config } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { registry } from '../platform/metrics.ts';
import { WITHOUT_REDIS, connectRedis } from '../platform/redis.ts';
import type { Shutdown } from '../platform/shutdown.ts';
import { type Fault, listFaults } from '../projections/faults.ts';
import { tenantNames } from '../store/keys/api-keys.ts';
import type { DatabasePool } from '../store/pool.ts';
import { storedStatus } from '../store/webhooks/status.ts';

export interface AdminPort {
  port: number;
  addCheck: (name: string, check: Check) => void;
  setCallers: (callers: () => CallsByKey) => void;
  setPhase: (phase: Phase) => void;
}

export interface AdminPortOptions {
  config: Config;
  log: Logger;
  shutdown: Shutdown;
  pool: DatabasePool;
  redisUrl: string | undefined;
}

/** @throws {ListenError} ADMIN_PORT cannot be opened */
export async function openAdminPort(options: AdminPortOptions): Promise<AdminPort> {
  const { config, log, shutdown, pool } = options;
  let phase: Phase = 'starting';
  let callers: () => CallsByKey = () => ({});
  const checks = readinessChecks(options);
  const { app, stop } = createAdminApp({
    checks,
    phase: () => phase,
    metrics: config.workers > 1 ? metricsOfWorkers() : () => registry.metrics(),
    contentType: registry.contentType,
    callers: () => callers(),
    nameOf: (tenantIds) => tenantNames(pool, tenantIds),
    webhooks: () => storedStatus(pool),
  });
  const server = await serve(app, {
    port: config.adminPort,
    host: config.adminHost,
    variable: 'ADMIN_PORT',
    log,
  });
  shutdown.add('history', async () => stop());
  // Ends last, so that an operator can watch the drain.
  shutdown.add('admin port', () => server.stop(0));
  return {
    port: server.port,
    addCheck(name, check) {
      checks[name] = check;
    },
    setCallers(source) {
      callers = source;
    },
    setPhase(next) {
      phase = next;
    },
  };
}

function readinessChecks({ pool, redisUrl, log, shutdown }: AdminPortOptions): Record<string, Check> {
  const redis = redisUrl === undefined ? undefined : connectRedis(redisUrl, { name: 'health', log });
  shutdown.add('redis', async () => redis?.disconnect());
  return {
    postgres: { run: () => pool.query(sql.unsafe`SELECT 1`) },
    redis: { run: async () => (redis ? void (await redis.ping()) : WITHOUT_REDIS), optional: true },
    projections: { run: async () => stoppedProjections(await listFaults(pool)), optional: true },
  };
}

function stoppedProjections(faults: readonly Fault[]): string | undefined {
  if (faults.length === 0) return undefined;
  const texts = faults.map(
    ({ projection, position, partition }) =>
      `${projection} stopped at position ${position} of partition ${partition}`,
  );
  return texts.join('; ');
}

/** The sum of the metrics of all workers. */
function metricsOfWorkers(): () => Promise<string> {
  const aggregator = new AggregatorRegistry();
  return () => aggregator.clusterMetrics();
}
