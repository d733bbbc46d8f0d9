/** A pool like that of the server, for tests of code that uses one. */
import { pino } from 'pino';
import { type DatabasePool, openPool } from '../../store/pool.ts';
import type { TestDatabase } from './database.ts';

/** Checks each row against its schema. */
export const openTestPool = ({ url }: Pick<TestDatabase, 'url'>, size = 2): Promise<DatabasePool> =>
  openPool({ databaseUrl: url, size, log: pino({ level: 'silent' }), checkRows: true });
