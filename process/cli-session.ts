/**
 * The installation that a command of `npx holdfast` works on: its database and its server.
 */
import type { CliContext } from '../command-line/command.ts';
import { writeStandardOutput } from '../command-line/standard-output.ts';
import { loadConfig } from '../platform/config.ts';
import type { DatabaseSession } from './cli/database-session.ts';
import type { Migration } from './cli/migrate.ts';

export interface CliSession extends Migration {
  /** @param context name of a context that the user chose */
  contextFor: (context: string | undefined) => CliContext;
  /** DATABASE_URL, once a command has asked for the database. */
  databaseUrl: () => string | undefined;
  /** Closes the database connections, if any. */
  end: () => Promise<void>;
}

/** Loads what a command asks for, and no more: Slonik alone takes 150 ms. */
export function createCliSession(): CliSession {
  let opened: Promise<DatabaseSession> | undefined;
  let session: DatabaseSession | undefined;
  const open = () =>
    (opened ??= import('./cli/database-session.ts').then(
      ({ createDatabaseSession }) => (session = createDatabaseSession()),
    ));
  const access = () => import('./cli/server-access.ts');
  return {
    contextFor: (context) => ({
      database: async (needs) => (await open()).database(needs),
      grpcAccess: async (to) => (await access()).grpcAccess({ to, context }),
      httpAccess: async (to) => (await access()).httpAccess({ to, context }),
      secretsKeys: () => loadConfig().secretsKeys,
      personalKeys: () => loadConfig().personalKeys,
      erasuresFile: () => loadConfig().erasuresFile,
      write: writeStandardOutput,
    }),
    migrate: async (isNew) => (await open()).migrate(isNew),
    inspect: async (isNew) => (await open()).inspect(isNew),
    databaseUrl: () => session?.databaseUrl(),
    end: async () => session?.end(),
  };
}
