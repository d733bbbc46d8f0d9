/**
 * The installation that a command of `npx holdfast` works on: its database and its server.
 */
import { endpointOf } from '../api/grpc/endpoint.ts';
import { type CliContext, CommandError, type GrpcAccess, type HttpAccess } from '../command-line/command.ts';
import { writeStandardOutput } from '../command-line/standard-output.ts';
import { developmentKeyIn } from '../ops/development-key.ts';
import { borrowPostgres } from '../ops/embedded/postgres/borrow-postgres.ts';
import { findRunningPostgres } from '../ops/embedded/postgres/running-postgres.ts';
import { addressIn, reachable } from '../ops/server-address.ts';
import { type Config, loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { migrate } from '../store/migrate.ts';
import { createDurabilityGuard } from '../store/durability/durability-guard.ts';
import { requireDurability } from '../store/durability/require-durability.ts';
import { ensurePartitions } from '../store/partitions.ts';
import { type DatabasePool, PATIENT_CONNECTION_TIMEOUT_MS, openPool } from '../store/pool.ts';
import { locate, probe } from '../store/probe.ts';
import { useSchema } from '../store/schema/names.ts';
import type { Migration } from './cli/migrate.ts';
import { CONSUMERS } from './consumers.ts';
import { inspect } from './cli/inspect.ts';

/** One hour: a rebuild or an export may run long. */
const STATEMENT_TIMEOUT_MS = 3_600_000;
const POOL_CONNECTIONS_MAX = 4;

export interface CliSession extends Migration {
  context: CliContext;
  /** DATABASE_URL, once a command has asked for the database. */
  databaseUrl: () => string | undefined;
  /** Closes the database connections, if any. */
  end: () => Promise<void>;
}

export function createCliSession(): CliSession {
  // Standard output is reserved for the output of the command.
  const log = createLogger('silent');
  let pool: Promise<DatabasePool> | undefined;
  let databaseUrl: string | undefined;
  /** A command has few connections and long statements: it bypasses a pooler. */
  const addressOf = (config: Config) => config.databaseDirectUrl ?? config.databaseUrl;

  let giveBack = async () => {};
  let applied: string[] = [];

  async function connect(): Promise<DatabasePool> {
    const config = loadConfig();
    databaseUrl = addressOf(config);
    const url = databaseUrl ?? (await findRunningPostgres(config.dataDir));
    useSchema(await probe(url, config.schema));
    return open(config, url);
  }
  async function connectNew(isNew = false): Promise<DatabasePool> {
    const config = loadConfig();
    databaseUrl = addressOf(config);
    let url = databaseUrl;
    if (url === undefined) ({ url, giveBack } = await borrowPostgres(config.dataDir, log));
    useSchema(await locate(url, config.schema, isNew));
    applied = await migrate(url);
    const prepared = await open(config, url);
    await ensurePartitions(prepared, config.partitions, CONSUMERS);
    return prepared;
  }
  /** With HOLDFAST_DURABILITY a command, as a server, writes at this level or not at all. */
  async function open({ durability }: Config, url: string): Promise<DatabasePool> {
    const guard = durability && createDurabilityGuard(durability, log);
    const opened = await openPool({
      databaseUrl: url,
      size: POOL_CONNECTIONS_MAX,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      log,
      checkRows: true,
      connectionTimeoutMs: PATIENT_CONNECTION_TIMEOUT_MS,
      durability: guard,
    });
    try {
      if (guard) await requireDurability(opened, guard);
    } catch (error) {
      await opened.end();
      throw error;
    }
    return opened;
  }
  return {
    context: {
      database: ({ setUp } = { setUp: false }) => (pool ??= setUp ? connectNew() : connect()),
      grpcAccess,
      httpAccess,
      secretsKeys: () => loadConfig().secretsKeys,
      personalKeys: () => loadConfig().personalKeys,
      erasuresFile: () => loadConfig().erasuresFile,
      write: writeStandardOutput,
    },
    async inspect(isNew) {
      const config = loadConfig();
      databaseUrl = addressOf(config);
      if (databaseUrl !== undefined) return inspect(databaseUrl, config, isNew);
      const borrowed = await borrowPostgres(config.dataDir, log);
      ({ giveBack } = borrowed);
      return inspect(borrowed.url, config, isNew);
    },
    async migrate(isNew) {
      await (pool ??= connectNew(isNew));
      return applied;
    },
    databaseUrl: () => databaseUrl,
    async end() {
      await pool?.then(
        (open) => open.end(),
        () => {},
      );
      await giveBack();
    },
  };
}

// With DATABASE_URL, the server of this data directory belongs to another installation.

async function grpcAccess(): Promise<GrpcAccess> {
  const config = loadConfig();
  const { grpc, databaseUrl, dataDir } = config;
  const key = await apiKeyOf(config);
  const local = databaseUrl === undefined ? await addressIn(dataDir, 'grpc') : undefined;
  const { host = grpc.host, port } = grpc.port === undefined ? (local ?? {}) : grpc;
  const address = port === null ? undefined : endpointOf({ host, port });
  const { token, cert, key: privateKey, ca } = grpc;
  return { address, token, cert, key: privateKey, ca, ...key };
}

async function httpAccess(): Promise<HttpAccess> {
  const config = loadConfig();
  const { databaseUrl, dataDir, host = '127.0.0.1', port } = config;
  const key = await apiKeyOf(config);
  const local = databaseUrl === undefined ? await addressIn(dataDir, 'http') : undefined;
  const address = { host: local?.host ?? reachable(host), port: local?.port ?? port };
  return { url: `http://${endpointOf(address)}`, ...key };
}

/** @throws {CommandError} there is none */
async function apiKeyOf({ apiKey, bootstrapKey, dataDir }: Config): Promise<ApiKey> {
  const candidates = [
    { key: apiKey, source: 'HOLDFAST_API_KEY' },
    { key: bootstrapKey, source: 'HOLDFAST_BOOTSTRAP_KEY' },
    { key: await developmentKeyIn(dataDir), source: `the development key in ${dataDir}` },
  ];
  const found = candidates.find(({ key }) => key !== undefined);
  if (found?.key === undefined) {
    throw new CommandError(
      'No API key. Set HOLDFAST_API_KEY or HOLDFAST_KEY, or run this in the directory of npm start.',
    );
  }
  return { apiKey: found.key, apiKeySource: found.source };
}

type ApiKey = Pick<HttpAccess, 'apiKey' | 'apiKeySource'>;
