/**
 * The rate limiter: an exact sliding window in Redis for all nodes together.
 *
 * Redis holds nothing that matters. When it is slow or gone, each node keeps the same window by itself, so that orders go on being
 * placed; `n` nodes then let up to `n` quotas pass.
 */
import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';
import { withDeadline } from '../../platform/deadline.ts';
import type { Logger } from '../../platform/logger.ts';
import { limiterFallbacks, limiterRejections } from '../../platform/metrics.ts';
import type { Decision, Policy } from './decision.ts';
import { createLocalWindow } from './local-window.ts';

/** Redis has this long to decide; then the process decides alone. */
const DECISION_TIMEOUT_MS = 50;
/** Milliseconds for which Redis is left alone after it did not answer, so that not every request waits for it. */
const PAUSE = 1_000;
/** Callers over quota that are remembered; of one more, the first is asked about again. */
const REMEMBERED = 10_000;
/** Milliseconds between two log lines about the same outage. */
const LOG_INTERVAL = 10_000;

const SCRIPT = readFileSync(new URL('./sliding-window.lua', import.meta.url), 'utf8');

type Scripted = (Redis | Cluster) & {
  slidingWindow: (
    key: string,
    quota: number,
    microseconds: number,
    wanted: number,
  ) => Promise<[passing: number, remaining: number, wait: number]>;
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

/** A subject's window; with the quota, which may be changed. */
const nameOf = (subject: string, { name, rate }: Policy) =>
  `${subject} ${name} ${rate.count}/${rate.seconds}`;

/** Requests of one subject and policy that are asked about together. */
interface Asking {
  name: string;
  subject: string;
  policy: Policy;
  waiting: ((decision: Decision) => void)[];
}

export function createLimiter({ redis, log, now }: LimiterOptions): Limiter {
  redis.defineCommand('slidingWindow', { numberOfKeys: 1, lua: SCRIPT });
  const scripted = redis as Scripted;
  const local = createLocalWindow(now);
  let asking = new Map<string, Asking>();
  /** Who is over its quota, and until when: only time lets the next request pass, so that Redis need not be asked. Until then, no longer. */
  const over = new Map<string, number>();
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let lastLogged = Number.NEGATIVE_INFINITY;
  let failing = false;

  /** What one turn of the event loop brings is one question for each subject: a command for every request cost a tenth of placing an order. */
  function ask(name: string, subject: string, policy: Policy): Promise<Decision> {
    return new Promise((resolve) => {
      if (asking.size === 0) setImmediate(flush);
      const same = asking.get(name);
      if (same) same.waiting.push(resolve);
      else asking.set(name, { name, subject, policy, waiting: [resolve] });
    });
  }

  function flush(): void {
    const questions = asking;
    asking = new Map(); // not cleared: see api/http/connections.ts, `unfinished`
    for (const question of questions.values()) void answer(question);
  }

  async function answer({ name, subject, policy, waiting }: Asking): Promise<void> {
    const { rate } = policy;
    try {
      // The braces make all windows of a subject one slot of a Redis Cluster.
      const key = `hf:limit:{${subject}}:${policy.name}`;
      const [passing, remaining, wait] = await withDeadline(
        scripted.slidingWindow(key, rate.count, rate.seconds * 1_000_000, waiting.length),
        DECISION_TIMEOUT_MS,
      );
      onSuccess();
      if (passing < waiting.length) {
        if (over.size >= REMEMBERED) over.delete(over.keys().next().value ?? '');
        over.set(name, now() + wait / 1_000);
      }
      const resetSeconds = Math.max(1, Math.ceil(wait / 1_000_000));
      for (const [index, resolve] of waiting.entries()) {
        const allowed = index < passing;
        resolve({
          allowed,
          rate,
          remaining: allowed ? remaining + passing - index - 1 : 0,
          resetSeconds,
          source: 'redis',
        });
      }
    } catch (error) {
      onFailure(error);
      for (const resolve of waiting) resolve(fallBack(subject, policy));
    }
  }

  function refusal(name: string, { rate }: Policy): Decision | undefined {
    const until = over.get(name);
    if (until === undefined) return undefined;
    const left = until - now();
    if (left > 0) {
      return { allowed: false, rate, remaining: 0, resetSeconds: Math.ceil(left / 1_000), source: 'redis' };
    }
    over.delete(name);
    return undefined;
  }

  function fallBack(subject: string, policy: Policy): Decision {
    limiterFallbacks.inc({ policy: policy.name });
    return local.take(subject, policy);
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

  return {
    async take(subject, policy) {
      const name = nameOf(subject, policy);
      const decision =
        refusal(name, policy) ??
        (now() < pausedUntil ? fallBack(subject, policy) : await ask(name, subject, policy));
      if (!decision.allowed) limiterRejections.inc({ policy: policy.name });
      return decision;
    },
  };
}

/** The limiter of a process that has no Redis: `n` processes let up to `n` quotas pass. */
export function createLocalLimiter(now: () => number): Limiter {
  const local = createLocalWindow(now);
  return {
    async take(subject, policy) {
      const decision = local.take(subject, policy);
      if (!decision.allowed) limiterRejections.inc({ policy: policy.name });
      return decision;
    },
  };
}
