/**
 * Holds refusals, so that a client that ignores `Retry-After` is slowed down by its own connection.
 *
 * Refusals leave at a bounded rate, the tenants by turns, each in order. One is held a second at
 * most: then a client's own timeout is far. So many that the rate is too low leave evenly over that
 * second: clients that were refused together must not come back together.
 */

const REFUSALS_PER_SECOND_MAX = 300;
export const HOLD_MS_MAX = 1_000;
/** Of all tenants. Beyond it the oldest of the tenant that has most is sent. */
const HELD_REFUSALS_MAX = 5_000;
const RELEASE_INTERVAL_MS = 20;

interface Held {
  /** Monotonic milliseconds; it leaves until then. */
  until: number;
  go: () => void;
}

export interface Turnstile {
  /** Calls `go` now, or within {@link HOLD_MS_MAX}. */
  pass: (tenant: string, go: () => void) => void;
  /** Sends what is held. */
  stop: () => void;
}

/** @param now monotonic milliseconds */
export function createTurnstile(now: () => number): Turnstile {
  /** The tenant whose turn is next is first. */
  const queues = new Map<string, Held[]>();
  let held = 0;
  let tokens = REFUSALS_PER_SECOND_MAX;
  let filledAt = now();
  let timer: NodeJS.Timeout | undefined;

  function refill(): void {
    const earned = ((now() - filledAt) * REFUSALS_PER_SECOND_MAX) / 1_000;
    tokens = Math.min(REFUSALS_PER_SECOND_MAX, tokens + earned);
    filledAt = now();
  }

  /** Sends the oldest of a tenant, and puts the tenant behind the others. */
  function send(tenant: string, count = 1): void {
    const queue = queues.get(tenant)!;
    queues.delete(tenant);
    const sent = queue.splice(0, count);
    if (queue.length > 0) queues.set(tenant, queue);
    held -= sent.length;
    tokens = Math.max(0, tokens - sent.length);
    for (const { go } of sent) go();
  }

  function release(): void {
    refill();
    while (tokens >= 1 && held > 0) send(queues.keys().next().value!);
    const due = Array.from(queues, ([tenant, queue]) => ({ tenant, count: dueOf(queue, now()) }));
    for (const { tenant, count } of due) if (count > 0) send(tenant, count);
    if (held > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    pass(tenant, go) {
      refill();
      if (held === 0 && tokens >= 1) {
        tokens -= 1;
        go();
        return;
      }
      const queue = queues.get(tenant) ?? [];
      queue.push({ until: now() + HOLD_MS_MAX, go });
      queues.set(tenant, queue);
      held += 1;
      if (held > HELD_REFUSALS_MAX) send(longest(queues));
      timer ??= setInterval(release, RELEASE_INTERVAL_MS);
    },
    stop() {
      clearInterval(timer);
      for (const tenant of queues.keys()) send(tenant, Infinity);
    },
  };
}

/** How many must leave now, so that at an even rate each one leaves in time. */
function dueOf(queue: readonly Held[], at: number): number {
  let due = 0;
  for (const [n, { until }] of queue.entries()) {
    const intervals = Math.max(1, (until - at) / RELEASE_INTERVAL_MS);
    due = Math.max(due, Math.floor((n + 1) / intervals));
  }
  return due;
}

function longest(queues: Map<string, Held[]>): string {
  let [most, tenant] = [0, ''];
  for (const [each, { length }] of queues) if (length > most) [most, tenant] = [length, each];
  return tenant;
}
