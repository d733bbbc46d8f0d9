/** Commits that wait for a synchronous standby, as `synchronous_commit` demands. */
import type { Client } from 'pg';
import { StoreUnavailable } from '../unavailable.ts';

/** The routine of Postgres that warns when it ends the wait. Texts depend on the locale. */
const WAIT = 'SyncRepWaitForLSN';

/**
 * Watches a connection for commits that are on the primary alone: Postgres reports a COMMIT as a
 * success, with a warning, when its wait for a standby was cancelled.
 *
 * @returns a function to call after each statement; it throws {@link StoreUnavailable} when the
 *   wait of its commit was cancelled
 */
export function watchCommits(client: Client): () => void {
  let isCancelled = false;
  client.on('notice', ({ routine }) => {
    isCancelled ||= routine === WAIT;
  });
  return () => {
    if (!isCancelled) return;
    isCancelled = false;
    throw new StoreUnavailable('the wait for a synchronous standby was cancelled');
  };
}
