/** Turns the error that ended a process into the text that its user reads. */
import { ListenError } from '../api/http/server.ts';
import { CommandError, UsageError } from '../command-line/command.ts';
import { LaunchError } from '../ops/embedded/launch-error.ts';
import { ConfigError } from '../platform/config.ts';
import { UnfitRedisError } from './redis-advice.ts';
import { isOutage } from '../store/unavailable.ts';
import { SecretNotDecrypted } from '../store/secrets/keyring.ts';
import { ErasureListError } from '../store/personal/erasure-list.ts';
import { SecretsKeyError } from '../store/secrets/prepare-secrets.ts';
import { adviceFor } from '../store/connection-advice.ts';
import { UnfitDatabaseError } from '../store/unfit.ts';
import { START_COMMAND } from '../platform/settings/start-command.ts';

/** A worker process could not start. The message is the explanation that the worker sent. */
export class WorkerError extends Error {
  override name = 'WorkerError';
}

/** Several parts could not start. */
export class SeveralErrors extends Error {
  override name = 'SeveralErrors';
  errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    super('Several parts could not start');
    this.errors = errors;
  }
}

/** Errors whose message already names the problem and the remedy. */
const PLAIN_ERRORS = [
  CommandError,
  ConfigError,
  LaunchError,
  ListenError,
  SecretNotDecrypted,
  ErasureListError,
  SecretsKeyError,
  UnfitDatabaseError,
  UnfitRedisError,
  UsageError,
  WorkerError,
];

export interface ExplainOptions {
  /** DATABASE_URL, once the process has used it; `undefined` for the embedded Postgres. */
  databaseUrl?: string | undefined;
  /** Whether an outdated schema is expected. `npm start` migrates first, so there it is a bug. */
  mayBeOutdated?: boolean;
}

/**
 * Explains an error.
 *
 * @returns problem and remedy, if the user can solve it; the stack for any other error
 */
export function explain(error: unknown, { databaseUrl, mayBeOutdated = false }: ExplainOptions = {}): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof SeveralErrors)
    return error.errors.map((each) => explain(each, { databaseUrl, mayBeOutdated })).join('\n\n');
  if (PLAIN_ERRORS.some((type) => error instanceof type)) return error.message;
  const advice = databaseUrl === undefined ? undefined : adviceFor(error, databaseUrl);
  return (
    advice ??
    outageText(error, databaseUrl) ??
    refusalText(error, mayBeOutdated) ??
    error.stack ??
    error.message
  );
}

function outageText(error: Error, databaseUrl: string | undefined): string | undefined {
  if (!isOutage(error)) return undefined;
  const { code, message } = sqlErrorOf(error) ?? (error as NodeJS.ErrnoException);
  const reason = message || code || 'no answer in time';
  return databaseUrl === undefined
    ? `The embedded Postgres did not answer: ${reason}.\nRead postgres.log in HOLDFAST_DATA_DIR.`
    : `Postgres did not answer: ${reason}.\nStart it, or correct DATABASE_URL.`;
}

/**
 * SQLSTATE classes: 28 authorization, 3D database, 42501 privilege; 42P01 to 3F000 missing objects.
 */
function refusalText(error: Error, mayBeOutdated: boolean): string | undefined {
  const { code = '', message = '' } = sqlErrorOf(error) ?? {};
  if (/^(?:28|3D|42501)/.test(code)) {
    return `Postgres refused: ${message}.\nSet DATABASE_URL to a role and a database for Holdfast.`;
  }
  if (mayBeOutdated && /^(?:42P01|42703|42883|3F000)$/.test(code)) {
    return (
      `The database schema is missing or older than this release (${message}).\n` +
      `Run ${START_COMMAND} once with this release: it migrates the schema.`
    );
  }
  return undefined;
}

/** The outermost error in the chain of causes that has a code. */
function sqlErrorOf(error: unknown): { code: string; message: string } | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, message } = error as Error & { code?: unknown };
  return typeof code === 'string' ? { code, message } : sqlErrorOf(error.cause);
}
