import { Redis } from 'ioredis';
import type { Logger } from '../../logger.ts';

/** Longest pause between two attempts to connect, in ms. */
const MAX_BACKOFF = 2_000;

/**
 * A connection for the limiter: a command on a connection that is down fails at once instead of waiting in a
 * queue, and the connection comes back by itself, however long that takes.
 */
export function connectRedis(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    connectionName: 'holdfast-limiter',
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(MAX_BACKOFF, 50 * 2 ** Math.min(attempt, 10)),
  });
  redis.on('error', (error) => log.debug({ err: error }, 'Redis connection error'));
  return redis;
}
