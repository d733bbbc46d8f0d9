/** Connections of the product's own kind, for tests of what speaks through them. */
import { pino } from 'pino';
import { type DatabasePool, openPool } from '../../store/pool.ts';
import type { TestDatabase } from './database.ts';

/** Every row is checked. */
export const openTestPool = ({ url }: TestDatabase, size = 2): Promise<DatabasePool> =>
  openPool({ databaseUrl: url, size, log: pino({ level: 'silent' }), checkRows: true });
