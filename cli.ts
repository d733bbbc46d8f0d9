/** `npx holdfast`: finds the command, gives it the database, prints what it says. */
import { readFile } from 'node:fs/promises';
import {
  type Command,
  CommandError,
  type CommandContext,
  type Given,
  type Noun,
  type Service,
  UsageError,
} from './command-line/command.ts';
import { parseCommandLine } from './command-line/parse.ts';
import { ConfigError, loadConfig } from './platform/config.ts';
import { createLogger } from './platform/logger.ts';
import { LaunchError } from './ops/embedded/launch-error.ts';
import { whenNpmIsGone } from './ops/embedded/npm-parent.ts';
import { findRunningPostgres } from './ops/embedded/running-postgres.ts';
import { importing } from './api/cli/import.ts';
import { endpointOf } from './api/grpc/endpoint.ts';
import { developmentKeyIn } from './ops/development-key.ts';
import { grpcAddressIn } from './ops/grpc-address.ts';
import { projections } from './projections/cli/projections.ts';
import { keys } from './store/cli/keys.ts';
import { log } from './store/cli/log.ts';
import { tenants } from './store/cli/tenants.ts';
import { type DatabasePool, openPool } from './store/pool.ts';
import { isOutage } from './store/unavailable.ts';
import { adviceFor } from './store/connection-advice.ts';
import { UnfitDatabaseError, probe } from './store/unfit.ts';
import { webhookSink } from './workers/cli/webhook-sink.ts';
import { webhooks } from './workers/cli/webhooks.ts';

/** Every command there is: one file a noun, in the layer that it is about; or a command that is about nothing else. */
const NOUNS: Record<string, Noun | Command> = {
  import: importing,
  tenants,
  keys,
  log,
  projections,
  webhooks,
  'webhook-sink': webhookSink,
};

/** The database of one's own that a command has asked for. */
let ownDatabase: string | undefined;

async function connect(): Promise<DatabasePool> {
  const { databaseUrl, dataDir } = loadConfig();
  ownDatabase = databaseUrl;
  if (databaseUrl !== undefined) await probe(databaseUrl);
  return openPool({
    databaseUrl: databaseUrl ?? (await findRunningPostgres(dataDir)),
    size: 4,
    statementTimeoutMs: 3_600_000,
    // Standard output is for the answer.
    log: createLogger('silent'),
    checkRows: true,
  });
}

async function service(): Promise<Service> {
  const { grpc, apiKey, bootstrapKey, databaseUrl, dataDir } = loadConfig();
  const candidates = [
    { key: apiKey, from: 'HOLDFAST_API_KEY' },
    { key: bootstrapKey, from: 'HOLDFAST_BOOTSTRAP_KEY' },
    { key: await developmentKeyIn(dataDir), from: `the development key in ${dataDir}` },
  ];
  const found = candidates.find(({ key }) => key !== undefined);
  // With a database of one's own, the Holdfast of this directory is another one.
  const here = databaseUrl === undefined ? await grpcAddressIn(dataDir) : undefined;
  const { host = grpc.host, port } = grpc.port === undefined ? (here ?? {}) : grpc;
  const address = port === null ? undefined : endpointOf({ host, port });
  if (found?.key !== undefined) {
    const { token, cert, key, ca } = grpc;
    return { address, token, cert, key, ca, apiKey: found.key, apiKeyFrom: found.from };
  }
  throw new CommandError(
    'There is no API key to call with. Set HOLDFAST_API_KEY or HOLDFAST_KEY to one, or run this where npm start keeps its data.',
  );
}

/** Resolves when the text has gone out: whoever waits for it holds no more than a reader has room for. */
const write = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const gone = (cause: Error) => reject(new CommandError('Standard output was closed.', { cause }));
    process.stdout.once('error', gone);
    process.stdout.write(text, (error) => {
      process.stdout.off('error', gone);
      if (error) gone(error);
      else resolve();
    });
  });

async function run(command: Command, given: Given, json: boolean): Promise<void> {
  let pool: Promise<DatabasePool> | undefined;
  const context: CommandContext = { database: () => (pool ??= connect()), service, write };
  try {
    const output = await command.run(given, context);
    if (output === undefined) return;
    process.stdout.write(`${json ? JSON.stringify(output.data, null, 2) : output.text}\n`);
  } finally {
    await pool?.then(
      (open) => open.end(),
      () => {},
    );
  }
}

async function version(json: boolean): Promise<string> {
  const text = await readFile(new URL('./package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return json ? JSON.stringify({ version }, null, 2) : `holdfast ${version}`;
}

/** The SQLSTATE of what Postgres refused, however deep it is wrapped. */
function sqlStateOf(error: unknown): { code: string; message: string } | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, message } = error as Error & { code?: unknown };
  return typeof code === 'string' ? { code, message } : sqlStateOf(error.cause);
}

/** What a person can mend is told in words; anything else is a fault of ours, with its stack. */
function explain(error: unknown): string {
  if (error instanceof UsageError || error instanceof CommandError) return error.message;
  if (error instanceof ConfigError || error instanceof LaunchError || error instanceof UnfitDatabaseError)
    return error.message;
  const { code, message } = sqlStateOf(error) ?? { code: '', message: '' };
  const advice = ownDatabase === undefined ? undefined : adviceFor(error, ownDatabase);
  if (advice !== undefined) return advice;
  if (isOutage(error instanceof Error && error.cause !== undefined ? error.cause : error)) {
    return `Postgres did not answer: ${message || code || 'no answer in time'}.\nStart it, or set DATABASE_URL to where it is.`;
  }
  if (/^(?:28|3D|42501)/.test(code)) {
    return `Postgres refused: ${message}.\nSet DATABASE_URL to a role and a database that Holdfast may use.`;
  }
  // No such table, column or function.
  if (/^(?:42P01|42703|42883|3F000)$/.test(code)) {
    return `The schema of this database is older than this Holdfast, or not there (${message}).\nStart this release on it once: npm start migrates it.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

// A kill of npx reaches the shell that it runs us in, and ends there.
whenNpmIsGone(() => process.kill(process.pid, 'SIGTERM'), 2);
try {
  const parsed = parseCommandLine(NOUNS, process.argv.slice(2));
  if (parsed.kind === 'help') process.stdout.write(`${parsed.text}\n`);
  else if (parsed.kind === 'version') process.stdout.write(`${await version(parsed.json)}\n`);
  else await run(parsed.command, parsed.given, parsed.json);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
