/**
 * The admitted requests. One that waits is not in flight: for the rest of its body, or by intent,
 * for events or a projection. It then has a place among those that wait, and enters the limit again
 * after it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Release, createFairShare } from '../../platform/fair-share.ts';
import type { Kind, Limit } from './admission.ts';

const CHECK_INTERVAL_MS = 20;
/** A longer delay of the event loop cuts the limit. */
const LOOP_DELAY_MS_MAX = 100;
/** After it, a write with an incomplete body waits for its client. */
const SLOW_BODY_MS = 500;
/**
 * Places of requests that wait, by intent and for their body. A tenant alone gets half of them, the
 * next one half of the rest: places that are kept for seconds must not all be taken.
 */
const WAITING_MAX = 2_000;
const SLOW_BODIES_MAX = 4_000;
const FREE_TIMES_MAX = 1;

/** Ends a wait: resolves when the request is in flight again. */
export type EndWait = () => Promise<void>;
/**
 * Takes a request out of the limit while it waits by intent.
 *
 * @returns `undefined` when there is no place to wait: answer at once
 */
export type BeginWait = (res: ServerResponse) => EndWait | undefined;

/** An admitted request. */
export interface Entry {
  /** `undefined` once it has left. */
  req: IncomingMessage | undefined;
  readonly kind: Kind;
  /** Its tenant, or its address. */
  readonly tenant: string;
  /** Monotonic milliseconds. */
  readonly at: number;
  /** The start of its latency. */
  from: number;
  /** Gives back the place that it has: in flight, or among those that wait. */
  release: Release;
  isWaiting: boolean;
}

/** The entry of a response, on the response: a Map of them would cost each request. */
const ENTRY = Symbol('entry');
type Response = ServerResponse & { [ENTRY]?: Entry };

/** Checks the admitted requests, and the event loop, every {@link CHECK_INTERVAL_MS}. */
export function createInFlight(limits: Record<Kind, Limit>, now: () => number) {
  /** In order of admission. Not a Map: see `unfinished` in http/connections.ts. */
  let admitted: Entry[] = [];
  let expectedAt = now() + CHECK_INTERVAL_MS;
  const waiting = createFairShare({ capacity: WAITING_MAX, freeTimesMax: FREE_TIMES_MAX });
  const slowBodies = createFairShare({ capacity: SLOW_BODIES_MAX, freeTimesMax: FREE_TIMES_MAX });

  function leave(entry: Entry): void {
    if (entry.req === undefined) return;
    entry.req = undefined;
    entry.release();
  }

  /** @returns whether there was a place */
  function wait(entry: Entry, places: typeof waiting): boolean {
    const place = places.tryTake(entry.tenant);
    if (place === undefined) return false;
    entry.release();
    entry.release = place;
    entry.isWaiting = true;
    return true;
  }

  /** In its turn, also when the limit is reached: the request has begun. */
  async function endWait(entry: Entry): Promise<void> {
    const place = await limits[entry.kind].enter(entry.tenant);
    entry.isWaiting = false;
    if (entry.req === undefined) return place(); // its client has gone
    entry.release();
    entry.release = place;
    entry.from = now();
  }

  function check(): void {
    const delayMs = now() - expectedAt;
    expectedAt = now() + CHECK_INTERVAL_MS;
    if (delayMs > LOOP_DELAY_MS_MAX) for (const limit of Object.values(limits)) limit.cut();
    admitted = admitted.filter(({ req }) => req !== undefined);
    for (const entry of admitted) {
      if (now() - entry.at < SLOW_BODY_MS) break;
      // A read does not wait for its body.
      if (entry.kind === 'write' && !entry.isWaiting && !entry.req!.complete) wait(entry, slowBodies);
    }
  }
  const timer = setInterval(check, CHECK_INTERVAL_MS).unref();

  return {
    add(entry: Entry, res: Response): void {
      admitted.push(entry);
      res[ENTRY] = entry;
    },
    leave,
    beginWait: ((res: Response) => {
      const entry = res[ENTRY];
      // A request that has left, or that no limit admitted.
      if (entry?.req === undefined) return async () => {};
      return wait(entry, waiting) ? () => endWait(entry) : undefined;
    }) as BeginWait,
    /** @returns `undefined` for a request that is in flight */
    bodyArrived(res: Response): Promise<void> | undefined {
      const entry = res[ENTRY];
      return entry?.isWaiting === true && entry.req !== undefined ? endWait(entry) : undefined;
    },
    waiting: () => waiting.taken(),
    stop: () => clearInterval(timer),
  };
}
