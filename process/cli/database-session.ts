/** The database that commands of `npx holdfast` administer. */
import type { DatabaseNeeds } from '../../command-line/command.ts';
import { borrowPostgres } from '../../ops/embedded/postgres/borrow-postgres.ts';
import { findRunningPostgres } from '../../ops/embedded/postgres/running-postgres.ts';
import { type Config, loadConfig } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { createDurabilityGuard } from '../../store/durability/durability-guard.ts';
import { requireDurability } from '../../store/durability/require-durability.ts';
import { migrate } from '../../store/migrate.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { type DatabasePool, PATIENT_CONNECTION_TIMEOUT_MS, openPool } from '../../store/pool.ts';
import { locate, probe } from '../../store/probe.ts';
import { useSchema } from '../../store/schema/names.ts';
import { CONSUMERS } from '../consumers.ts';
import { inspect } from './inspect.ts';
import type { Migration } from './migrate.ts';

/** One hour: a rebuild or an export may run long. */
const STATEMENT_TIMEOUT_MS = 3_600_000;
const POOL_CONNECTIONS_MAX = 4;

export interface DatabaseSession extends Migration {
  database: (needs?: DatabaseNeeds) => Promise<DatabasePool>;
  /** DATABASE_URL, once a command has asked for the database. */
  databaseUrl: () => string | undefined;
  /** Closes the connections, if any. */
  end: () => Promise<void>;
}

export function createDatabaseSession(): DatabaseSession {
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
    database: ({ setUp } = { setUp: false }) => (pool ??= setUp ? connectNew() : connect()),
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
