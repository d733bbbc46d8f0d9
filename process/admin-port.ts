/** Opens the admin port: health, metrics and /ops, from the start to the end of the drain. */
import { AggregatorRegistry } from 'prom-client';
import { sql } from 'slonik';
import { type Check, type Phase, createAdminApp } from '../api/admin.ts';
import { serve } from '../api/http/server.ts';
import type { CallsByKey, ShownQuotas } from '../api/overview/callers.ts';
import { type Metrics, type Samples, metricsOf, parseMetrics, valuesOf } from '../api/overview/samples.ts';
import type { Config } from '../platform/config.ts';
import { createLogAddress } from '../platform/log-address.ts';
import type { Logger } from '../platform/logger.ts';
import type { Rate } from '../platform/rate.ts';
import { registry } from '../platform/metrics.ts';
import { WITHOUT_REDIS, connectRedis } from '../platform/redis.ts';
import type { Shutdown } from '../platform/shutdown.ts';
import { type Fault, listFaults } from '../projections/faults.ts';
import { listLost } from '../projections/rebuild/recovery.ts';
import { PROJECTIONS } from '../projections/registry.ts';
import { toId, parseId } from '../store/ids.ts';
import { quotasOfKeys } from '../store/keys/key-limits.ts';
import { tenantNames } from '../store/keys/api-keys.ts';
import { type DurabilityGuard, readDurability } from '../store/durability/durability-guard.ts';
import type { PrimaryLease } from '../store/durability/primary-lease.ts';
import { type Epoch, FIRST_EPOCH, newestEpochs } from '../store/log/epochs.ts';
import { storageOfPersonal } from '../store/personal/prepare-personal.ts';
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
  durability: DurabilityGuard;
  primary: Pick<PrimaryLease, 'isNeeded' | 'confirm'>;
  redisUrl: string | undefined;
}

const HEALTH_KEY_MS = 10_000;
const WAKEUP_METRIC = 'holdfast_webhook_wakeup_timestamp_seconds';
/** Each worker gets a heartbeat a second; workers of several nodes share them. */
const WAKEUP_LATE_SECONDS_MIN = 5;

/** @throws {ListenError} ADMIN_PORT cannot be opened */
export async function openAdminPort(options: AdminPortOptions): Promise<AdminPort> {
  const { config, log, shutdown, pool } = options;
  let phase: Phase = 'starting';
  let callers: () => CallsByKey = () => ({});
  const metrics = config.workers > 1 ? metricsOfWorkers() : metricsOf(registry);
  const checks = readinessChecks(options, metrics);
  const { app, stop } = createAdminApp({
    checks,
    phase: () => phase,
    metrics,
    contentType: registry.contentType,
    callers: () => callers(),
    hosts: [config.adminHost, ...config.adminHosts],
    nameOf: (tenantIds) => tenantNames(pool, tenantIds),
    quotasOf: (keyIds) => shownQuotas(pool, keyIds, config.rateLimits),
    webhooks: () => storedStatus(pool),
  });
  const server = await serve(app, {
    port: config.adminPort,
    host: config.adminHost,
    variable: 'ADMIN_PORT',
    log,
    logAddress: createLogAddress(config.logAddresses),
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

/** The quotas of keys, with the default of the installation where a key has none. */
async function shownQuotas(
  pool: DatabasePool,
  keyIds: readonly string[],
  { read, write }: Config['rateLimits'],
): Promise<ReadonlyMap<string, ShownQuotas>> {
  const text = ({ count, seconds }: Rate) => `${count}/${seconds}`;
  const uuids = keyIds.map((id) => parseId('key', id)).filter((id) => id !== undefined);
  const rows = await quotasOfKeys(pool, uuids);
  return new Map(
    rows.map(({ key_id, ...own }) => [
      toId('key', key_id),
      { ...own, write: own.write ?? text(write), read: own.read ?? text(read) },
    ]),
  );
}

function readinessChecks(
  { config, pool, durability, primary, redisUrl, log, shutdown }: AdminPortOptions,
  metrics: Metrics,
): Record<string, Check> {
  const postgres = {
    postgres: { run: () => pool.query(sql.unsafe`SELECT 1`) },
    // Optional: the node still answers reads, and refuses writes by itself.
    durability: { run: () => readDurability(pool, durability), optional: true },
    ...(primary.isNeeded && {
      primary: { run: async () => void (await primary.confirm()) },
    }),
    log: { run: async () => epochText(await newestEpochs(pool)), optional: true },
    personal_data: { run: () => storageOfPersonal(pool), optional: true },
  };
  const projections = {
    run: async () => stoppedProjections(await listFaults(pool), await listLost(pool, PROJECTIONS)),
    optional: true,
  };
  if (redisUrl === undefined)
    return { ...postgres, redis: { run: async () => WITHOUT_REDIS, optional: true }, projections };

  const redis = connectRedis(redisUrl, { name: 'health', log });
  shutdown.add('redis', async () => redis.disconnect());
  return {
    ...postgres,
    // A write: a replica, and a Redis that is full, answer PING.
    redis: { run: async () => void (await redis.set('hf:health', '1', 'PX', HEALTH_KEY_MS)), optional: true },
    ...(config.roles.has('webhooks') && {
      wakeups: { run: async () => lateWakeups(await metrics.samples(), Date.now()), optional: true },
    }),
    projections,
  };
}

/** @returns `undefined` while a worker of this machine gets its wake-ups */
function lateWakeups(samples: Samples, now: number): string | undefined {
  const [receivedAt = 0] = valuesOf(samples, WAKEUP_METRIC);
  const lateSeconds = Math.round(now / 1_000 - receivedAt);
  if (receivedAt === 0 || lateSeconds < WAKEUP_LATE_SECONDS_MIN) return undefined;
  return `late: none through Redis for ${lateSeconds} s; workers find due webhooks in Postgres, about 5 s later`;
}

function stoppedProjections(
  faults: readonly Fault[],
  lost: Awaited<ReturnType<typeof listLost>>,
): string | undefined {
  const texts = [
    ...faults.map(
      ({ projection, position, partition }) =>
        `${projection} stopped at position ${position} of partition ${partition}`,
    ),
    ...lost.map(
      ({ projection, lost_position, partition }) =>
        `${projection} has events up to position ${lost_position} of partition ${partition} that the log lost, and is rebuilt`,
    ),
  ];
  return texts.length === 0 ? undefined : texts.join('; ');
}

/** The epochs after the first; `undefined` when each partition is in its first. */
function epochText(newest: readonly Epoch[]): string | undefined {
  const texts = newest
    .filter(({ reason }) => reason !== FIRST_EPOCH)
    .map(
      ({ partition, epoch, started_at, reason, kept_position }) =>
        `partition ${partition} in epoch ${epoch} since ${started_at} (${reason}), kept events up to position ${kept_position}`,
    );
  return texts.length === 0 ? undefined : texts.join('; ');
}

/** The sum of the metrics of all workers. */
function metricsOfWorkers(): Metrics {
  const aggregator = new AggregatorRegistry();
  const text = () => aggregator.clusterMetrics();
  return { text, samples: async () => parseMetrics(await text()) };
}
