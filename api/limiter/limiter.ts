/**
 * The rate limiter: exact sliding windows in Redis, shared by all nodes.
 *
 * Redis holds no durable data. While it is slow or gone, each node uses a window in its own memory,
 * so that orders go on; `n` nodes then admit up to `n` quotas.
 */
import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';
import { withDeadline } from '../../platform/deadline.ts';
import type { Logger } from '../../platform/logger.ts';
import { limiterFallbacks, limiterRejections } from '../../platform/metrics.ts';
import { type Decision, type Policy, type Quota, type Quotas, decisionOf, quotasOf } from './decision.ts';
import { createLocalWindow } from './local-window.ts';

/** Redis must decide within this time, else the local window does. */
const DECISION_TIMEOUT_MS = 50;
/** Pause after a failure of Redis, so that not each request waits for it. */
const PAUSE_MS = 1_000;
/** A node believes this long that a window is full: a replay elsewhere may give its place back. */
const OVER_QUOTA_MS_MAX = 1_000;
/** Remembered subjects over quota. Beyond it the oldest is evicted, and Redis decides again. */
const OVER_QUOTA_MAX = 10_000;
/** Between two log lines about one outage. */
const LOG_INTERVAL_MS = 10_000;

const SCRIPT = readFileSync(new URL('./sliding-window.lua', import.meta.url), 'utf8');

type Scripted = (Redis | Cluster) & {
  slidingWindow: (keyCount: number, ...keysAndNumbers: (string | number)[]) => Promise<ScriptResult>;
};
/** Requests that pass; then for each window the requests left, and microseconds. */
type ScriptResult = [passing: number, ...states: number[]];

export interface Limiter {
  /**
   * Counts one request of a subject against a policy, and against the quota of its tenant. A
   * refused request counts in neither. Never throws; takes about 50 ms at most.
   */
  take: (subject: string, policy: Policy, tenant?: Quota) => Promise<Decision>;
  /** Removes one counted request. Never throws, and waits for nothing. */
  giveBack: (subject: string, policy: Policy, tenant?: Quota) => void;
}

export interface LimiterOptions {
  redis: Redis | Cluster;
  log: Logger;
  /** Monotonic milliseconds. */
  now: () => number;
}

/** Requests of the same windows that one call of the script decides. */
interface Batch {
  name: string;
  quotas: Quotas;
  waiting: ((decision: Decision) => void)[];
}

/** The name of the windows of a request. It has the rates, which the operator may change. */
const nameOf = (subject: string, { name, rate }: Policy, tenant: Quota | undefined): string => {
  const own = `${subject} ${name} ${rate.count}/${rate.seconds}`;
  return tenant === undefined ? own : `${own} ${nameOf(tenant.subject, tenant.policy, undefined)}`;
};

/**
 * The braces put all windows of a call into one slot of a Redis Cluster. The window of a key whose
 * tenant has no quota has the name that the release before gives it.
 */
function redisKeysOf([own, tenant]: Quotas): string[] {
  const ownKey = `hf:limit:{${own.subject}}:${own.policy.name}`;
  if (tenant === undefined) return [ownKey];
  const slot = `hf:limit:{${tenant.subject}}`;
  return [`${slot}:${own.subject}:${own.policy.name}`, `${slot}:${tenant.policy.name}`];
}

export function createLimiter({ redis, log, now }: LimiterOptions): Limiter {
  redis.defineCommand('slidingWindow', { lua: SCRIPT });
  const scripted = redis as Scripted;
  const local = createLocalWindow(now);
  const overQuota = createOverQuota(now);
  const outage = createOutage(now, log);
  let batches = new Map<string, Batch>();

  /**
   * Batches a turn of the event loop: a script call per request cost a tenth of placing an order.
   */
  function ask(name: string, quotas: Quotas): Promise<Decision> {
    return new Promise((resolve) => {
      if (batches.size === 0) setImmediate(flush);
      const same = batches.get(name);
      if (same) same.waiting.push(resolve);
      else batches.set(name, { name, quotas, waiting: [resolve] });
    });
  }

  function flush(): void {
    const flushed = batches;
    batches = new Map(); // not cleared: see `unfinished` in http/connections.ts
    for (const batch of flushed.values()) void decide(batch);
  }

  async function decide({ name, quotas, waiting }: Batch): Promise<void> {
    try {
      const keys = redisKeysOf(quotas);
      const numbers = quotas.flatMap(({ policy: { rate } }) => [rate.count, rate.seconds * 1_000_000]);
      const result = await withDeadline(
        scripted.slidingWindow(keys.length, ...keys, waiting.length, ...numbers),
        DECISION_TIMEOUT_MS,
      );
      outage.noteSuccess();
      const refusal = resolveInOrder(waiting, quotas, result);
      if (refusal) overQuota.add(name, refusal);
    } catch (error) {
      outage.noteFailure(error);
      const [{ subject, policy }, tenant] = quotas;
      for (const resolve of waiting) resolve(fallBack(subject, policy, tenant));
    }
  }

  function fallBack(subject: string, policy: Policy, tenant: Quota | undefined): Decision {
    limiterFallbacks.inc({ policy: policy.name });
    return local.take(subject, policy, tenant);
  }

  return {
    async take(subject, policy, tenant) {
      const name = nameOf(subject, policy, tenant);
      const decision =
        overQuota.refusal(name) ??
        (outage.isPaused()
          ? fallBack(subject, policy, tenant)
          : await ask(name, quotasOf(subject, policy, tenant)));
      countRejection(decision);
      return decision;
    },
    giveBack(subject, policy, tenant) {
      if (outage.isPaused()) return local.giveBack(subject, policy, tenant);
      overQuota.forget(nameOf(subject, policy, tenant));
      // Not awaited: Redis runs it before the next decision of this process.
      for (const key of redisKeysOf(quotasOf(subject, policy, tenant)))
        redis.rpop(key).catch(outage.noteFailure);
    },
  };
}

function countRejection({ allowed, policy }: Decision): void {
  if (!allowed) limiterRejections.inc({ policy: policy.name });
}

/**
 * Resolves the requests of a batch: the first `passing` of them are allowed.
 *
 * @returns the refusal of the others, if any
 */
function resolveInOrder(
  waiting: Batch['waiting'],
  quotas: Quotas,
  [passing, ...states]: ScriptResult,
): Refusal | undefined {
  const windows = quotas.map(({ policy }, index) => ({
    policy,
    remaining: states[2 * index] ?? 0,
    waitMs: (states[2 * index + 1] ?? 0) / 1_000,
  }));
  for (const [index, resolve] of waiting.slice(0, passing).entries()) {
    const later = passing - index - 1;
    const then = windows.map((window) => ({ ...window, remaining: window.remaining + later }));
    resolve(decisionOf(true, then, 'redis'));
  }
  if (passing === waiting.length) return undefined;
  const refused = decisionOf(false, windows, 'redis');
  for (const resolve of waiting.slice(passing)) resolve(refused);
  const waitMs = Math.max(...windows.filter(({ remaining }) => remaining === 0).map((each) => each.waitMs));
  return { policy: refused.policy, waitMs };
}

/** The limiter of a process without Redis: `n` processes admit up to `n` quotas. */
export function createLocalLimiter(now: () => number): Limiter {
  const local = createLocalWindow(now);
  return {
    async take(subject, policy, tenant) {
      const decision = local.take(subject, policy, tenant);
      countRejection(decision);
      return decision;
    },
    giveBack: local.giveBack,
  };
}

/** A full window. */
interface Refusal {
  policy: Policy;
  /** Until the next request passes. */
  waitMs: number;
}

/** The windows over quota, and when the next request passes. */
function createOverQuota(now: () => number) {
  const refusals = new Map<string, { policy: Policy; until: number; askAgainAt: number }>();
  return {
    add(name: string, { policy, waitMs }: Refusal): void {
      if (refusals.size >= OVER_QUOTA_MAX) refusals.delete(refusals.keys().next().value ?? '');
      const at = now();
      const askAgainAt = at + Math.min(waitMs, OVER_QUOTA_MS_MAX);
      refusals.set(name, { policy, until: at + waitMs, askAgainAt });
    },
    refusal(name: string): Decision | undefined {
      const refusal = refusals.get(name);
      if (refusal === undefined) return undefined;
      const at = now();
      if (at < refusal.askAgainAt) {
        const { policy, until } = refusal;
        return decisionOf(false, [{ policy, remaining: 0, waitMs: until - at }], 'redis');
      }
      refusals.delete(name);
      return undefined;
    },
    forget: (name: string) => refusals.delete(name),
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
