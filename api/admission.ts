/**
 * Load shedding: bounds the requests in flight, reads and writes apart, and refuses the others.
 *
 * The limit adapts by AIMD, as in TCP and in Netflix' concurrency-limits. An answer in time raises
 * a used limit a little; a slow one lowers it by a tenth. By Little's law a limit on requests in
 * flight limits their latency, whether Postgres, Redis or our own thread is slow.
 *
 * A refused request is not read beyond its head. Refusals leave at a bounded rate, each after half
 * a second at most: a client that ignores `Retry-After` is slowed down by its own connection.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestsShed, watchConcurrencyLimit, watchRequestsInFlight } from '../platform/metrics.ts';
import { PROBLEM_TYPE, Problem, problemDocument } from './problem/problem.ts';
import { newRequestId } from '../platform/random.ts';
import { isRead } from './http/reads.ts';

export type Kind = 'read' | 'write';

/** Target from the last byte of a request to its answer; a slower answer cuts the limit. */
const LATENCY_TARGET_MS = 250;
/** A longer delay of the event loop cuts the limit. */
const LOOP_DELAY_MS_MAX = 100;
const CHECK_INTERVAL_MS = 20;
/** Requests in flight. */
const LIMIT_MIN = 16;
const LIMIT_INITIAL = 256;
const LIMIT_MAX = 2_000;
const CUT_FACTOR = 0.9;
/** Requests that entered together are slow together, so they cut the limit once. */
const CUT_INTERVAL_MS_MIN = 100;
/** Growth of the limit for one whole round of answers in time. */
const GROWTH_PER_ROUND = 10;
/** After it, a request with an incomplete body is not in flight: it waits for its client. */
const SLOW_BODY_MS = 500;
const REFUSALS_PER_SECOND_MAX = 300;
/** Refusals beyond the rate are held, so long and so many at most. */
const HOLD_MS_MAX = 500;
const HELD_REFUSALS_MAX = 5_000;
const RELEASE_INTERVAL_MS = 20;

export interface Admission {
  /** Admits a request, or answers it. @returns whether it was admitted */
  admit: (req: IncomingMessage, res: ServerResponse) => boolean;
  stop: () => void;
}

/** An adaptive limit. Separate from the requests, so that a test can drive the clock. */
export function createLimit(now: () => number) {
  let limit = LIMIT_INITIAL;
  let inFlight = 0;
  let cutAt = Number.NEGATIVE_INFINITY;
  /** Below half of the limit, slowness has another cause than the requests in flight. */
  const isUsed = () => inFlight * 2 >= limit;
  function cut(): void {
    if (!isUsed() || now() - cutAt < CUT_INTERVAL_MS_MIN) return;
    cutAt = now();
    limit = Math.max(LIMIT_MIN, limit * CUT_FACTOR);
  }
  return {
    limit: () => Math.floor(limit),
    inFlight: () => inFlight,
    /** @returns whether the request entered */
    enter(): boolean {
      if (inFlight >= Math.floor(limit)) return false;
      inFlight += 1;
      return true;
    },
    leave(): void {
      inFlight -= 1;
    },
    cut,
    /** Adapts the limit to the latency of one answer. */
    note(latencyMs: number): void {
      if (latencyMs > LATENCY_TARGET_MS) cut();
      else if (isUsed()) limit = Math.min(LIMIT_MAX, limit + GROWTH_PER_ROUND / limit);
    },
  };
}

/** Releases answers at a bounded rate, first in, first out. */
export function createTurnstile(now: () => number) {
  const held: { at: number; go: () => void }[] = [];
  let tokens = REFUSALS_PER_SECOND_MAX;
  let filledAt = now();
  let timer: NodeJS.Timeout | undefined;
  function refill(): void {
    const earned = ((now() - filledAt) * REFUSALS_PER_SECOND_MAX) / 1_000;
    tokens = Math.min(REFUSALS_PER_SECOND_MAX, tokens + earned);
    filledAt = now();
  }
  function release(): void {
    refill();
    while (held.length > 0) {
      const { at, go } = held[0]!;
      if (tokens < 1 && now() - at < HOLD_MS_MAX && held.length <= HELD_REFUSALS_MAX) return;
      tokens = Math.max(0, tokens - 1);
      held.shift();
      go();
    }
    clearInterval(timer);
    timer = undefined;
  }
  return {
    pass(go: () => void): void {
      refill();
      if (timer === undefined && tokens >= 1) {
        tokens -= 1;
        go();
        return;
      }
      held.push({ at: now(), go });
      timer ??= setInterval(release, RELEASE_INTERVAL_MS);
    },
    stop(): void {
      clearInterval(timer);
      for (const { go } of held.splice(0)) go();
    },
  };
}

type Limits = Record<Kind, ReturnType<typeof createLimit>>;

/** An admitted request. */
interface Admitted {
  /** `undefined` once it is not in flight. */
  req: IncomingMessage | undefined;
  kind: Kind;
  /** Monotonic milliseconds. */
  at: number;
}

/** The admitted requests. Checks them, and the event loop, every {@link CHECK_INTERVAL_MS}. */
function createInFlight(limits: Limits, now: () => number) {
  /** In order of admission. Not a Map: see `unfinished` in http/connections.ts. */
  let admitted: Admitted[] = [];
  let expectedAt = now() + CHECK_INTERVAL_MS;

  function leave(entry: Admitted): void {
    if (entry.req === undefined) return;
    entry.req = undefined;
    limits[entry.kind].leave();
  }

  function check(): void {
    const delayMs = now() - expectedAt;
    expectedAt = now() + CHECK_INTERVAL_MS;
    if (delayMs > LOOP_DELAY_MS_MAX) for (const limit of Object.values(limits)) limit.cut();
    admitted = admitted.filter(({ req }) => req !== undefined);
    for (const entry of admitted) {
      if (now() - entry.at < SLOW_BODY_MS) break;
      if (!entry.req!.complete) leave(entry);
    }
  }
  const timer = setInterval(check, CHECK_INTERVAL_MS).unref();

  return {
    add: (entry: Admitted) => void admitted.push(entry),
    leave,
    stop: () => clearInterval(timer),
  };
}

/** Whether a request waits by intent: for events, or for a projection. */
const asksToWait = (req: IncomingMessage): boolean =>
  'holdfast-read-after' in req.headers || /[?&]wait=/.test(req.url ?? '');

/** @param now monotonic milliseconds */
export function createAdmission(now: () => number): Admission {
  const limits: Limits = { read: createLimit(now), write: createLimit(now) };
  const turnstile = createTurnstile(now);
  const inFlight = createInFlight(limits, now);
  const { read, write } = limits;
  const unwatch = [
    watchRequestsInFlight(() => ({ read: read.inFlight(), write: write.inFlight() })),
    watchConcurrencyLimit(() => ({ read: read.limit(), write: write.limit() })),
  ];

  return {
    admit(req, res) {
      const kind = isRead(req.method ?? '') ? 'read' : 'write';
      if (asksToWait(req)) return true;
      if (!limits[kind].enter()) {
        requestsShed.inc({ kind });
        // A turn later the parser knows whether the body came with the head, so that the
        // connection can stay open.
        turnstile.pass(() => setImmediate(refuse, res));
        return false;
      }
      let from = now();
      const entry: Admitted = { req, kind, at: from };
      inFlight.add(entry);
      if (kind === 'write') req.once('end', () => (from = now()));
      res.on('close', () => inFlight.leave(entry));
      const end = res.end;
      res.end = ((...given: Parameters<typeof end>) => {
        res.end = end;
        // A 429 says nothing about our latency, and passes the turnstile like other refusals.
        if (res.statusCode === 429) {
          inFlight.leave(entry);
          turnstile.pass(() => end.apply(res, given));
        } else {
          limits[kind].note(now() - from);
          end.apply(res, given);
        }
        return res;
      }) as typeof end;
      return true;
    },
    stop() {
      inFlight.stop();
      for (const end of unwatch) end();
      turnstile.stop();
    },
  };
}

const OVERLOADED = new Problem(
  'overloaded',
  'Too many requests are in flight on this server. This request took no effect.',
);

function refuse(res: ServerResponse): void {
  if (res.destroyed) return;
  const requestId = newRequestId();
  const body = JSON.stringify(problemDocument(OVERLOADED, requestId));
  res.writeHead(503, {
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': Buffer.byteLength(body),
    'Retry-After': '1',
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
  });
  res.end(body);
}
