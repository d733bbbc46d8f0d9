/**
 * The rate limiter: an exact sliding window in Redis for all nodes together.
 *
 * Redis holds nothing that matters. When it is slow or gone, each node keeps the same window by itself, so that orders go on being
 * placed; `n` nodes then let up to `n` quotas pass.
 */
import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';
import type { Logger } from '../../logger.ts';
import { limiterFallbacks, limiterRejections } from '../../metrics.ts';
import type { Decision, Policy } from './decision.ts';
import { createLocalWindow } from './local-window.ts';

/** Milliseconds that Redis has for a decision. */
const TIMEOUT = 50;
/** Milliseconds for which Redis is left alone after it did not answer, so that not every request waits for it. */
const PAUSE = 1_000;
/** Milliseconds between two log lines about the same outage. */
const LOG_INTERVAL = 10_000;

const SCRIPT = readFileSync(new URL('./sliding-window.lua', import.meta.url), 'utf8');

type Scripted = (Redis | Cluster) & {
  slidingWindow: (key: string, quota: number, microseconds: number) => Promise<[number, number, number]>;
};

export interface Limiter {
  /** Counts one request of a subject against a policy. Never throws, and never takes much longer than 50 ms. */
  take: (subject: string, policy: Policy) => Promise<Decision>;
}

export interface LimiterOptions {
  redis: Redis | Cluster;
  log: Logger;
  /** Monotonic milliseconds. */
  now: () => number;
}

export function createLimiter({ redis, log, now }: LimiterOptions): Limiter {
  redis.defineCommand('slidingWindow', { numberOfKeys: 1, lua: SCRIPT });
  const scripted = redis as Scripted;
  const local = createLocalWindow(now);
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let lastLogged = Number.NEGATIVE_INFINITY;
  let failing = false;

  async function ask(subject: string, { name, rate }: Policy): Promise<Decision> {
    // The braces make all windows of a subject one slot of a Redis Cluster.
    const [passed, remaining, wait] = await within(
      TIMEOUT,
      scripted.slidingWindow(`hf:limit:{${subject}}:${name}`, rate.count, rate.seconds * 1_000_000),
    );
    return {
      allowed: passed === 1,
      rate,
      remaining,
      resetSeconds: Math.max(1, Math.ceil(wait / 1_000_000)),
      source: 'redis',
    };
  }

  function onFailure(error: unknown): void {
    failing = true;
    pausedUntil = now() + PAUSE;
    if (now() - lastLogged < LOG_INTERVAL) return;
    lastLogged = now();
    log.warn({ err: error }, 'Redis is slow or gone: quotas are kept by each node for itself');
  }

  function onSuccess(): void {
    if (!failing) return;
    failing = false;
    lastLogged = Number.NEGATIVE_INFINITY;
    log.info('Redis is back: quotas are kept for all nodes together');
  }

  async function decide(subject: string, policy: Policy): Promise<Decision> {
    if (now() >= pausedUntil) {
      try {
        const decision = await ask(subject, policy);
        onSuccess();
        return decision;
      } catch (error) {
        onFailure(error);
      }
    }
    limiterFallbacks.inc({ policy: policy.name });
    return local.take(subject, policy);
  }

  return {
    async take(subject, policy) {
      const decision = await decide(subject, policy);
      if (!decision.allowed) limiterRejections.inc({ policy: policy.name });
      return decision;
    },
  };
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${ms} ms`)), ms);
  promise.catch(() => {}); // it may still fail after nobody waits for it any more
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
