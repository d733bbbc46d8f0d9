/**
 * Load shedding: how many requests may be under way, reads and writes apart, and what becomes of the others.
 *
 * The limit adapts (AIMD, as TCP does; Netflix' concurrency-limits does the same for services): each request that is answered in time while the limit is
 * being used raises it a little, each that takes longer than the target lowers it by a tenth. By Little's law a limit on requests
 * under way is a limit on the time that they wait, whatever it is that they wait for: Postgres, Redis or our own thread.
 *
 * What is refused is refused before anything is read of it but its header. Refusals leave at a bounded rate, and wait for at most half a second: a client that
 * ignores `Retry-After` and comes again at once is slowed down by its own connection, and does not take the processor from the others.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestsShed, watchConcurrencyLimit, watchRequestsInFlight } from '../platform/metrics.ts';
import { PROBLEM_TYPE, Problem, problemDocument } from './problem/problem.ts';
import { newRequestId } from '../platform/random.ts';
import { isRead } from './http/reads.ts';

export type Kind = 'read' | 'write';

/** Milliseconds that a request may take, from its last byte to its answer, before fewer are let in. */
const TARGET = 250;
/** Milliseconds for which the event loop may stand still before fewer are let in. */
const LONGEST_TURN = 100;
const LOOK = 20;
/** Requests under way. */
const LEAST = 16;
const FIRST = 256;
const MOST = 2_000;
/** What a slow request leaves of the limit, and ms between two cuts: those that were let in together are slow together. */
const CUT = 0.9;
const BETWEEN_CUTS = 100;
/** What a round of quick requests adds to the limit. */
const GROWTH = 10;
/** Milliseconds after which a request whose body is not there yet is not counted as under way: it waits for its client, not for us. */
const SLOW_BODY = 500;
/** Refusals a second that leave at once; ms that the others are held at most; how many at a time. */
const REFUSALS = 300;
const HELD = 500;
const MOST_HELD = 5_000;
const TICK = 20;

export interface Admission {
  /** Lets a request in, or answers it. @returns whether it was let in */
  admit: (req: IncomingMessage, res: ServerResponse) => boolean;
  stop: () => void;
}

/** A limit that finds its height; apart from the requests, so that it can be tested by the clock. */
export function createLimit(now: () => number) {
  let limit = FIRST;
  let inFlight = 0;
  let cutAt = Number.NEGATIVE_INFINITY;
  /** Whether it is the requests under way that make each other late; with few of them, it is something else. */
  const isUsed = () => inFlight * 2 >= limit;
  function cut(): void {
    if (!isUsed() || now() - cutAt < BETWEEN_CUTS) return;
    cutAt = now();
    limit = Math.max(LEAST, limit * CUT);
  }
  return {
    limit: () => Math.floor(limit),
    inFlight: () => inFlight,
    /** @returns whether one more may be under way; it is, then */
    enter(): boolean {
      if (inFlight >= Math.floor(limit)) return false;
      inFlight += 1;
      return true;
    },
    leave(): void {
      inFlight -= 1;
    },
    cut,
    /** One more was answered, after so many ms. */
    note(ms: number): void {
      if (ms > TARGET) cut();
      else if (isUsed()) limit = Math.min(MOST, limit + GROWTH / limit);
    },
  };
}

/** Lets answers go at a bounded rate, in the order in which they came. */
export function createTurnstile(now: () => number) {
  const held: { at: number; go: () => void }[] = [];
  let tokens = REFUSALS;
  let filledAt = now();
  let timer: NodeJS.Timeout | undefined;
  function refill(): void {
    tokens = Math.min(REFUSALS, tokens + ((now() - filledAt) * REFUSALS) / 1_000);
    filledAt = now();
  }
  function tick(): void {
    refill();
    while (held.length > 0) {
      const { at, go } = held[0]!;
      if (tokens < 1 && now() - at < HELD && held.length <= MOST_HELD) return;
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
      timer ??= setInterval(tick, TICK);
    },
    stop(): void {
      clearInterval(timer);
      for (const { go } of held.splice(0)) go();
    },
  };
}

/** A request that was let in. */
interface Counted {
  /** `undefined` when it does not count any more. */
  req: IncomingMessage | undefined;
  kind: Kind;
  /** Monotonic milliseconds. */
  at: number;
}

/** Requests that wait because they ask to: for news, or for a read table to catch up. */
const asksToWait = (req: IncomingMessage): boolean =>
  'holdfast-read-after' in req.headers || /[?&]wait=/.test(req.url ?? '');

export function createAdmission(now: () => number): Admission {
  const limits = { read: createLimit(now), write: createLimit(now) };
  const turnstile = createTurnstile(now);
  /** In the order in which they came. Not a Map: see `unfinished` in http/connections.ts. */
  let counted: Counted[] = [];

  function leave(entry: Counted): void {
    if (entry.req === undefined) return;
    entry.req = undefined;
    limits[entry.kind].leave();
  }

  let expected = now() + LOOK;
  const looking = setInterval(() => {
    const late = now() - expected;
    expected = now() + LOOK;
    if (late > LONGEST_TURN) for (const limit of Object.values(limits)) limit.cut();
    counted = counted.filter(({ req }) => req !== undefined);
    for (const entry of counted) {
      if (now() - entry.at < SLOW_BODY) break;
      if (!entry.req!.complete) leave(entry);
    }
  }, LOOK);
  looking.unref();
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
        // A turn later, the parser has seen whether the body came along with the head: then the connection can stay.
        turnstile.pass(() => setImmediate(refuse, res));
        return false;
      }
      let from = now();
      const entry: Counted = { req, kind, at: from };
      counted.push(entry);
      if (kind === 'write') req.once('end', () => (from = now()));
      res.on('close', () => leave(entry));
      const end = res.end;
      res.end = ((...given: Parameters<typeof end>) => {
        res.end = end;
        // A refusal that the limiter decided says nothing of how busy we are; it waits for its turn like the others.
        if (res.statusCode === 429) {
          leave(entry);
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
      clearInterval(looking);
      for (const end of unwatch) end();
      turnstile.stop();
    },
  };
}

const OVERLOADED = new Problem('overloaded', 'The server is busy. This request took no effect.');

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
