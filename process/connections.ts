/** How many connections to Postgres a node opens. */
import type { Config } from '../platform/config.ts';

/** The thread of webhook roles has connections of its own: so many times those of the pool. */
const THREAD_SHARE = 0.4;
const THREAD_CONNECTIONS_MIN = 2;
/** LISTEN of two threads, the lease of the primary, the pool of the start. */
const OTHER_CONNECTIONS_COUNT = 5;

export const threadPoolOf = ({ databasePool }: Config): number =>
  Math.max(THREAD_CONNECTIONS_MIN, Math.floor(databasePool * THREAD_SHARE));

/** Each partition has one append at a time; one more, while Postgres works on a late one. */
export const appendPoolOf = ({ databasePool }: Config, partitions: number): number =>
  Math.min(databasePool, partitions + 1);

/** Connections to Postgres itself, not to a pooler in front of it. */
export function connectionsOf(config: Config): number {
  const pooled = config.databasePool + threadPoolOf(config);
  const direct = appendPoolOf(config, config.partitions) + OTHER_CONNECTIONS_COUNT;
  return config.workers * (direct + (config.databaseDirectUrl === undefined ? pooled : 0));
}
