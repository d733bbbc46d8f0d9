/** Why a process could not start, for the person who started it. */
import { ListenError } from '../api/http/server.ts';
import { ConfigError } from '../platform/config.ts';
import { LaunchError } from '../ops/embedded/launch-error.ts';
import { isOutage } from '../store/unavailable.ts';
import { adviceFor } from '../store/connection-advice.ts';
import { UnfitDatabaseError } from '../store/unfit.ts';

/** A worker process could not start; the message is what it said of that. */
export class WorkerError extends Error {
  override name = 'WorkerError';
}

/**
 * What a person can mend is told in words; anything else is a fault of ours, with its stack.
 *
 * @param databaseUrl of one's own, if there is one
 */
export function explain(error: unknown, databaseUrl?: string): string {
  if (
    error instanceof ConfigError ||
    error instanceof LaunchError ||
    error instanceof ListenError ||
    error instanceof WorkerError
  )
    return error.message;
  if (error instanceof UnfitDatabaseError) return error.message;
  const advice = databaseUrl === undefined ? undefined : adviceFor(error, databaseUrl);
  if (advice !== undefined) return advice;
  if (error instanceof Error && isOutage(error))
    return `The embedded Postgres did not answer: ${error.message}.\nLook into postgres.log in HOLDFAST_DATA_DIR.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
