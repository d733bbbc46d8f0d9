/** Appends one event of a new stream by Emmett, for `npm run bench:place`. */
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { randomUUID } from 'node:crypto';

export function openEmmett(databaseUrl: string, data: Record<string, unknown>) {
  const store = getPostgreSQLEventStore(databaseUrl);
  return {
    append: () => store.appendToStream(`order-${randomUUID()}`, [{ type: 'OrderPlaced', data }]),
    close: () => store.close(),
  };
}
