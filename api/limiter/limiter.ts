/**
 * The rate limiter: an exact sliding window in Redis, shared by all nodes.
 *
 * Redis holds no durable data. While it is slow or gone, each node uses a window in its own memory,
 * so that orders go on; `n` nodes then admit up to `n` quotas.
 */
import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';
import type { Rate } from '../../platform/config.ts';
import { withDeadline } from '../../platform/deadline.ts';
import type { Logger } from '../../platform/logger.ts';
import { limiterFallbacks, limiterRejections } from '../../platform/metrics.ts';
import type { Decision, Policy } from './decision.ts';
import { createLocalWindow } from './local-window.ts';

/** Redis must decide within this time, else the local window does. */
const DECISION_TIMEOUT_MS = 50;
/** Pause after a failure of Redis, so that not each request waits for it. */
const PAUSE_MS = 1_000;
/** Remembered subjects over quota. Beyond it the oldest is evicted, and Redis decides again. */
const OVER_QUOTA_MAX = 10_000;
/** Between two log lines about one outage. */
const LOG_INTERVAL_MS = 10_000;

const SCRIPT = readFileSync(new URL('./sliding-window.lua', import.meta.url), 'utf8');

type Scripted = (Redis | Cluster) & {
  slidingWindow: (key: string, quota: number, lengthMicros: number, wanted: number) => Promise<ScriptResult>;
};
type ScriptResult = [passing: number, remaining: number, waitMicros: number];

export interface Limiter {
  /** Counts one request of a subject against a policy. Never throws; takes about 50 ms at most. */
  take: (subject: string, policy: Policy) => Promise<Decision>;
}

export interface LimiterOptions {
  redis: Redis | Cluster;
  log: Logger;
  /** Monotonic milliseconds. */
  now: () => number;
}

/** Requests of one subject and policy that one call of the script decides. */
interface Batch {
  name: string;
  subject: string;
  policy: Policy;
  waiting: ((decision: Decision) => void)[];
}

/** The name of a window. It has the rate, which the operator may change. */
const nameOf = (subject: string, { name, rate }: Policy) =>
  `${subject} ${name} ${rate.count}/${rate.seconds}`;

export function createLimiter({ redis, log, now }: LimiterOptions): Limiter {
  redis.defineCommand('slidingWindow', { numberOfKeys: 1, lua: SCRIPT });
  const scripted = redis as Scripted;
  const local = createLocalWindow(now);
  const overQuota = createOverQuota(now);
  const outage = createOutage(now, log);
  let batches = new Map<string, Batch>();

  /**
   * Batches a turn of the event loop: a script call per request cost a tenth of placing an order.
   */
  function ask(name: string, subject: string, policy: Policy): Promise<Decision> {
    return new Promise((resolve) => {
      if (batches.size === 0) setImmediate(flush);
      const same = batches.get(name);
      if (same) same.waiting.push(resolve);
      else batches.set(name, { name, subject, policy, waiting: [resolve] });
    });
  }

  function flush(): void {
    const flushed = batches;
    batches = new Map(); // not cleared: see `unfinished` in http/connections.ts
    for (const batch of flushed.values()) void decide(batch);
  }

  async function decide({ name, subject, policy, waiting }: Batch): Promise<void> {
    const { rate } = policy;
    try {
      // The braces put all windows of a subject into one slot of a Redis Cluster.
      const key = `hf:limit:{${subject}}:${policy.name}`;
      const result = await withDeadline(
        scripted.slidingWindow(key, rate.count, rate.seconds * 1_000_000, waiting.length),
        DECISION_TIMEOUT_MS,
      );
      const [passing, , waitMicros] = result;
      outage.noteSuccess();
      if (passing < waiting.length) overQuota.add(name, waitMicros / 1_000);
      resolveInOrder(waiting, rate, result);
    } catch (error) {
      outage.noteFailure(error);
      for (const resolve of waiting) resolve(fallBack(subject, policy));
    }
  }

  function fallBack(subject: string, policy: Policy): Decision {
    limiterFallbacks.inc({ policy: policy.name });
    return local.take(subject, policy);
  }

  return {
    async take(subject, policy) {
      const name = nameOf(subject, policy);
      const decision =
        overQuota.refusal(name, policy) ??
        (outage.isPaused() ? fallBack(subject, policy) : await ask(name, subject, policy));
      if (!decision.allowed) limiterRejections.inc({ policy: policy.name });
      return decision;
    },
  };
}

/** Resolves the requests of a batch: the first `passing` of them are allowed. */
function resolveInOrder(
  waiting: Batch['waiting'],
  rate: Rate,
  [passing, remaining, waitMicros]: ScriptResult,
): void {
  const resetSeconds = Math.max(1, Math.ceil(waitMicros / 1_000_000));
  for (const [index, resolve] of waiting.entries()) {
    const allowed = index < passing;
    const left = allowed ? remaining + passing - index - 1 : 0;
    resolve({ allowed, rate, remaining: left, resetSeconds, source: 'redis' });
  }
}

/** The limiter of a process without Redis: `n` processes admit up to `n` quotas. */
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

/** The windows over quota, and when the next request passes: until then Redis need not decide. */
function createOverQuota(now: () => number) {
  const untilByName = new Map<string, number>();
  return {
    add(name: string, waitMs: number): void {
      if (untilByName.size >= OVER_QUOTA_MAX) untilByName.delete(untilByName.keys().next().value ?? '');
      untilByName.set(name, now() + waitMs);
    },
    refusal(name: string, { rate }: Policy): Decision | undefined {
      const until = untilByName.get(name);
      if (until === undefined) return undefined;
      const leftMs = until - now();
      if (leftMs > 0) {
        const resetSeconds = Math.ceil(leftMs / 1_000);
        return { allowed: false, rate, remaining: 0, resetSeconds, source: 'redis' };
      }
      untilByName.delete(name);
      return undefined;
    },
  };
}

/** The outages of Redis: pauses after a failure, and logs each outage. */
function createOutage(now: () => number, log: Logger) {
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let loggedAt = Number.NEGATIVE_INFINITY;
  let isFailing = false;
  return {
    isPaused: () => now() < pausedUntil,
    noteFailure(error: unknown): void {
      isFailing = true;
      pausedUntil = now() + PAUSE_MS;
      if (now() - loggedAt < LOG_INTERVAL_MS) return;
      loggedAt = now();
      log.warn({ err: error }, 'limiter fell back to local windows');
    },
    noteSuccess(): void {
      if (!isFailing) return;
      isFailing = false;
      loggedAt = Number.NEGATIVE_INFINITY;
      log.info('limiter back on redis');
    },
  };
}
