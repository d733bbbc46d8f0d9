/**
 * Load shedding: bounds the requests in flight, reads and writes apart, and refuses the others.
 *
 * The limit adapts by AIMD, as in TCP and in Netflix' concurrency-limits. An answer in time raises
 * a used limit a little; a slow one lowers it by a tenth. By Little's law a limit on requests in
 * flight limits their latency, whether Postgres, Redis or our own thread is slow.
 *
 * A request begins in its tenant's turn (request-starts.ts), whether it is admitted or not.
 *
 * The places in flight are shared by tenant (platform/fair-share.ts). At the limit, the tenant that
 * has most is refused, and one that has less waits for the next place.
 *
 * A refused request is not read beyond its head. Refusals pass a turnstile (turnstile.ts).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Release, createFairShare } from '../../platform/fair-share.ts';
import { requestsShed, watchConcurrencyLimit, watchRequestsInFlight } from '../../platform/metrics.ts';
import { PROBLEM_TYPE, Problem, problemDocument } from '../problem/problem.ts';
import { newRequestId } from '../../platform/random.ts';
import { isRead } from '../http/reads.ts';
import { type BeginWait, type Entry, createInFlight } from './in-flight.ts';
import { requestStarts } from './request-starts.ts';
import { createTurnstile } from './turnstile.ts';

export type Kind = 'read' | 'write';

/** Target from the last byte of a request to its answer; a slower answer cuts the limit. */
const LATENCY_TARGET_MS = 250;
/** Requests in flight. */
const LIMIT_MIN = 16;
const LIMIT_INITIAL = 256;
const LIMIT_MAX = 2_000;
const CUT_FACTOR = 0.9;
/** Requests that entered together are slow together, so they cut the limit once. */
const CUT_INTERVAL_MS_MIN = 100;
/** Growth of the limit for one whole round of answers in time. */
const GROWTH_PER_ROUND = 10;
/** A tenant with fewer places than another waits so long for one, before its request is refused. */
const TURN_MS_MAX = 500;

export interface Admission {
  /**
   * Admits a request, or answers it.
   *
   * @returns whether it was admitted; a promise when its tenant has fewer places than another
   */
  admit: (req: IncomingMessage, res: ServerResponse) => boolean | Promise<boolean>;
  beginWait: BeginWait;
  /** Call when a body has arrived. @returns a promise if the request must enter the limit again */
  bodyArrived: (res: ServerResponse) => Promise<void> | undefined;
  stop: () => void;
}

/** An adaptive limit, shared by tenant. Separate from the requests: a test drives the clock. */
export interface Limit {
  limit: () => number;
  inFlight: () => number;
  /** @returns `undefined` when the limit is reached */
  tryEnter: (tenant: string) => Release | undefined;
  /** Whether the next places are for this tenant, because another one has more. */
  isNext: (tenant: string) => boolean;
  /** Waits for a place. @throws the reason of the signal */
  enter: (tenant: string, signal?: AbortSignal) => Promise<Release>;
  cut: () => void;
  /** Adapts the limit to the latency of one answer. */
  note: (latencyMs: number) => void;
}

/** @param now monotonic milliseconds */
export function createLimit(now: () => number): Limit {
  let limit = LIMIT_INITIAL;
  let cutAt = Number.NEGATIVE_INFINITY;
  const places = createFairShare({ capacity: limit });
  /** Below half of the limit, slowness has another cause than the requests in flight. */
  const isUsed = () => places.taken() * 2 >= limit;
  function adapt(next: number): void {
    if (Math.floor(next) !== Math.floor(limit)) places.resize(Math.floor(next));
    limit = next;
  }
  function cut(): void {
    if (!isUsed() || now() - cutAt < CUT_INTERVAL_MS_MIN) return;
    cutAt = now();
    adapt(Math.max(LIMIT_MIN, limit * CUT_FACTOR));
  }
  return {
    limit: () => Math.floor(limit),
    inFlight: () => places.taken(),
    tryEnter: (tenant) => places.tryTake(tenant),
    isNext: places.hasLess,
    enter: (tenant, signal) => places.take(tenant, { signal }),
    cut,
    note(latencyMs) {
      if (latencyMs > LATENCY_TARGET_MS) cut();
      else if (isUsed()) adapt(Math.min(LIMIT_MAX, limit + GROWTH_PER_ROUND / limit));
    },
  };
}

export interface AdmissionOptions {
  /** Monotonic milliseconds. */
  now: () => number;
  /** Whose places a request takes: its tenant, or its address while that is not known. */
  tenantOf: (req: IncomingMessage) => string;
}

export function createAdmission({ now, tenantOf }: AdmissionOptions): Admission {
  const limits: Record<Kind, Limit> = { read: createLimit(now), write: createLimit(now) };
  const turnstile = createTurnstile(now);
  const inFlight = createInFlight(limits, now);
  const { read, write } = limits;
  const unwatch = [
    watchRequestsInFlight(() => ({ read: read.inFlight(), write: write.inFlight() })),
    watchConcurrencyLimit(() => ({ read: read.limit(), write: write.limit() })),
  ];

  function shed(res: ServerResponse, kind: Kind, tenant: string): false {
    requestsShed.inc({ kind });
    // A turn later the parser knows whether the body came with the head, so that the connection
    // can stay open.
    turnstile.pass(tenant, () => setImmediate(refuse, res));
    return false;
  }

  function enter(req: IncomingMessage, res: ServerResponse, entry: Entry): true {
    const { kind } = entry;
    inFlight.add(entry, res);
    if (kind === 'write') req.once('end', () => (entry.from = now()));
    res.on('close', () => inFlight.leave(entry));
    const end = res.end;
    res.end = ((...given: Parameters<typeof end>) => {
      res.end = end;
      // A 429 says nothing about our latency, and passes the turnstile like other refusals.
      if (res.statusCode === 429) {
        inFlight.leave(entry);
        turnstile.pass(entry.tenant, () => end.apply(res, given));
      } else {
        limits[kind].note(now() - entry.from);
        end.apply(res, given);
      }
      return res;
    }) as typeof end;
    return true;
  }

  const entryOf = (req: IncomingMessage, kind: Kind, tenant: string, release: Release): Entry => {
    const at = now();
    return { req, kind, tenant, at, from: at, release, isWaiting: false };
  };

  /** The other tenants have more places: the next one that comes back is for this one. */
  async function enterInTurn(
    req: IncomingMessage,
    res: ServerResponse,
    kind: Kind,
    tenant: string,
  ): Promise<boolean> {
    const over = new AbortController();
    const stop = () => over.abort();
    const timer = setTimeout(stop, TURN_MS_MAX);
    res.once('close', stop);
    try {
      const place = await limits[kind].enter(tenant, over.signal);
      if (!res.destroyed) return enter(req, res, entryOf(req, kind, tenant, place));
      place();
      return false;
    } catch {
      return shed(res, kind, tenant); // the signal has ended the wait
    } finally {
      clearTimeout(timer);
      res.off('close', stop);
    }
  }

  function admitNow(req: IncomingMessage, res: ServerResponse, tenant: string): boolean | Promise<boolean> {
    if (res.destroyed) return false;
    const kind = isRead(req.method ?? '') ? 'read' : 'write';
    const place = limits[kind].tryEnter(tenant);
    if (place !== undefined) return enter(req, res, entryOf(req, kind, tenant, place));
    return limits[kind].isNext(tenant) ? enterInTurn(req, res, kind, tenant) : shed(res, kind, tenant);
  }

  return {
    admit(req, res) {
      const tenant = tenantOf(req);
      const turn = requestStarts.begin(tenant);
      return turn === undefined ? admitNow(req, res, tenant) : turn.then(() => admitNow(req, res, tenant));
    },
    beginWait: inFlight.beginWait,
    bodyArrived: inFlight.bodyArrived,
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
