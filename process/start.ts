/** The steps of `npm start`, in their order. */
import { write } from 'node:fs';
import { type BackingServices, startBackingServices } from '../ops/embedded/backing-services.ts';
import { noteAddress } from '../ops/server-address.ts';
import { type ListenAddress, welcome } from '../ops/welcome.ts';
import type { Config } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { refuseUnfitRedis } from './redis-advice.ts';
import type { Shutdown } from '../platform/shutdown.ts';
import { directAddressOf, noteDirectAddress } from '../store/connections/direct-address.ts';
import { requireSameDatabase } from '../store/connections/same-database.ts';
import { migrate } from '../store/migrate.ts';
import { locate } from '../store/probe.ts';
import { useSchema } from '../store/schema/names.ts';
import { createKeyring } from '../store/secrets/keyring.ts';
import { prepareSecrets } from '../store/secrets/prepare-secrets.ts';
import { ensurePartitions } from '../store/partitions.ts';
import { type DurabilityGuard, createDurabilityGuard } from '../store/durability/durability-guard.ts';
import { startPrimaryLease } from '../store/durability/primary-lease.ts';
import { requireDurability } from '../store/durability/require-durability.ts';
import { preparePersonal } from '../store/personal/prepare-personal.ts';
import { type DatabasePool, PATIENT_CONNECTION_TIMEOUT_MS, openPool } from '../store/pool.ts';
import { type AdminPort, openAdminPort } from './admin-port.ts';
import { startWorkers } from './cluster.ts';
import { SeveralErrors } from './explain.ts';
import { ensureFirstKey } from './first-key.ts';
import { CONSUMERS } from './consumers.ts';
import { type NodeOptions, type RunningNode, startNode } from './node.ts';
import { startRolesThread } from './roles-thread.ts';

export interface StartOptions {
  config: Config;
  log: Logger;
  /** Stops the parts that were started, in reverse order. Its signal aborts the start. */
  shutdown: Shutdown;
}

/** Starts an installation and prints the welcome. Rejects when the shutdown begins first. */
export async function start(options: StartOptions): Promise<void> {
  const { config, shutdown } = options;
  const { signal } = shutdown;
  const services = await startServices(options);
  if (config.databaseDirectUrl !== undefined) {
    noteDirectAddress(services.databaseUrl, config.databaseDirectUrl);
    await requireSameDatabase(services.databaseUrl, config.databaseDirectUrl);
  }
  const durability = createDurabilityGuard(config.durability, options.log);
  const [pool] = await all([
    openMigratedDatabase(options, services.databaseUrl, durability),
    config.redisUrl === undefined ? undefined : lookAtRedis(config.redisUrl, options.log),
  ]);
  const key = await ensureFirstKey(config, pool);
  signal.throwIfAborted();

  const { databaseUrl, redisUrl } = services;
  const primary = startPrimaryLease({ databaseUrl, guard: durability, log: options.log });
  shutdown.add('primary lease', primary.stop);
  const admin = await openAdminPort({ ...options, pool, durability, primary, redisUrl });
  const running = await startRoles(options, services, admin, { durability, primary });
  await publishAddresses(options, running);
  signal.throwIfAborted();
  admin.setPhase('serving');
  signal.addEventListener('abort', () => admin.setPhase('draining'));

  print(
    welcome({
      api: addressOf(running.port, config.host),
      grpc: addressOf(running.grpcPort, config.grpc.host),
      admin: { port: admin.port, host: config.adminHost },
      key,
      hasRedis: redisUrl !== undefined,
      dataDir: config.databaseUrl === undefined ? config.dataDir : undefined,
    }),
  );
}

/** Waits for both, so that an operator reads both problems. */
async function all<T>(parts: [Promise<T>, Promise<void> | undefined]): Promise<[T, void]> {
  const settled = await Promise.allSettled(parts);
  const failed = settled.filter((part) => part.status === 'rejected').map(({ reason }): unknown => reason);
  if (failed.length > 1) throw new SeveralErrors(failed);
  if (failed.length === 1) throw failed[0];
  return Promise.all(parts);
}

/** @throws {UnfitRedisError} */
async function lookAtRedis(redisUrl: string, log: Logger): Promise<void> {
  const fault = await refuseUnfitRedis(redisUrl);
  if (fault !== undefined) log.warn({ fault }, 'redis not reached, starting without it');
}

async function startServices({ config, log, shutdown }: StartOptions): Promise<BackingServices> {
  const starting = startBackingServices({ ...config, log, signal: shutdown.signal });
  shutdown.addServices(async (cut) => {
    const started = await starting.catch(() => undefined); // a failed start leaves nothing behind
    await started?.stop(cut);
  });
  return starting;
}

async function openMigratedDatabase(
  { config, log, shutdown }: StartOptions,
  databaseUrl: string,
  durability: DurabilityGuard,
): Promise<DatabasePool> {
  const schema = await locate(directAddressOf(databaseUrl), config.schema);
  useSchema(schema);
  log.info({ schema }, 'schema in use');
  const applied = await migrate(databaseUrl);
  shutdown.signal.throwIfAborted();
  if (applied.length > 0) log.info({ applied }, 'schema migrated');
  const pool = await openPool({
    databaseUrl,
    size: 2,
    log,
    durability,
    connectionTimeoutMs: PATIENT_CONNECTION_TIMEOUT_MS,
  });
  shutdown.add('pool', () => pool.end());
  await requireDurability(pool, durability);
  await ensurePartitions(pool, config.partitions, CONSUMERS);
  await prepareSecrets(pool, createKeyring(config.secretsKeys), log);
  await preparePersonal(pool, createKeyring(config.personalKeys, 'personal'), log, config.erasuresFile);
  return pool;
}

type Running = Pick<RunningNode, 'port' | 'grpcPort'>;

/** Runs the roles in this process, or in HOLDFAST_WORKERS processes. */
async function startRoles(
  { config, log, shutdown }: StartOptions,
  { databaseUrl, redisUrl }: BackingServices,
  admin: AdminPort,
  ofPrimary: Pick<NodeOptions, 'durability' | 'primary'>,
): Promise<Running> {
  const connections = { databaseUrl, redisUrl, log, draining: shutdown.signal };
  const workers = config.workers > 1 ? await startWorkers(config, connections) : undefined;
  if (workers) {
    admin.addCheck('workers', {
      run: async () =>
        workers.serving() === config.workers || Promise.reject(new Error('a worker is missing')),
    });
  }
  const running =
    workers ??
    (await startNode({
      config,
      roles: config.roles,
      startThread: startRolesThread,
      ...ofPrimary,
      ...connections,
    }));
  admin.setCallers(running.callers);
  shutdown.add('node', running.stop);
  return running;
}

/** With the embedded database, commands in this directory find the server through files. */
async function publishAddresses(
  { config: { databaseUrl, dataDir, host, grpc }, shutdown }: StartOptions,
  { port, grpcPort }: Running,
): Promise<void> {
  if (databaseUrl !== undefined) return;
  shutdown.add('HTTP address', await noteAddress(dataDir, 'http', { host, port }));
  shutdown.add('gRPC address', await noteAddress(dataDir, 'grpc', { host: grpc.host, port: grpcPort }));
}

const addressOf = (port: number | undefined, host: string | undefined): ListenAddress | undefined =>
  port === undefined ? undefined : { port, host };

/** Does not wait: a reader that stops reading must not block the shutdown. */
const print = (text: string): void => write(1, text, () => {});
