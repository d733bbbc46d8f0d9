import { sql } from 'slonik';
import type { Shop } from '../setup/shop.ts';

/** The number of events that an idempotency key holds. */
export const eventsOf = async ({ pool }: Shop, key: string): Promise<number> =>
  Number(await pool.oneFirst(sql.unsafe`SELECT count(*) FROM events WHERE idempotency_key = ${key}`));
