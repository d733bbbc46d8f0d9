/** Statements whose COMMIT waits for a synchronous standby, as `synchronous_commit` demands. */
import type { Client, QueryResult } from 'pg';
import { StoreUnavailable } from '../unavailable.ts';

/** The routine of Postgres that warns when it ends the wait. Texts depend on the locale. */
const WAIT = 'SyncRepWaitForLSN';

/**
 * Runs a statement. Postgres reports a COMMIT as a success, with a warning, when its wait for a
 * standby was cancelled: the commit is on the primary alone.
 *
 * @throws {StoreUnavailable} the wait was cancelled
 */
export async function confirmedQuery<Row extends object>(
  client: Client,
  text: string,
  values?: unknown[],
): Promise<QueryResult<Row>> {
  let isCancelled = false;
  const notice = ({ routine }: { routine?: string | undefined }) => {
    isCancelled ||= routine === WAIT;
  };
  client.on('notice', notice);
  try {
    const result = await client.query<Row>(text, values);
    if (isCancelled) throw new StoreUnavailable('the wait for a synchronous standby was cancelled');
    return result;
  } finally {
    client.off('notice', notice);
  }
}
