/** The pace of one claim: lets each request wait for a send slot (store/webhooks/send-slots.ts). */
import { setTimeout as delay } from 'node:timers/promises';
import {
  REQUEST_LATENESS_MS_MAX,
  type Reservation,
  SENDER_LATENESS_MS,
  SLOT_WINDOW_MS,
} from '../store/webhooks/send-slots.ts';

/** A database that answers slowly makes slots pass: each time the next lateness doubles. */
const SENDER_LATENESS_MS_MAX = 8_000;

export interface PaceOptions {
  /** With the claim. */
  first: Reservation;
  /** When the claim was sent to the database, by `performance.now()`. */
  askedAtMs: number;
  /** @param unusedInMs from now to the first unused slot of the reservation before */
  reserve: (
    reservedUntil: string,
    unusedInMs: number,
    wanted: { slotsMax: number; latenessMs: number },
  ) => Promise<Reservation | undefined>;
  release: (reservedUntil: string, unusedInMs: number) => Promise<unknown>;
  stopping?: AbortSignal | undefined;
}

export interface Pace {
  /**
   * Waits for the next slot; callers get slots in the order of their calls.
   *
   * @param remaining requests that still need a slot, with this one
   * @param begin sends the request before it returns, so that a pause of the process is seen
   * @returns the result of `begin`; `undefined` when no slot can be had, or when the process stops
   */
  turn: <T extends object>(remaining: number, begin: () => T | undefined) => Promise<T | undefined>;
  /** Gives back what is unused. No turn may follow. Never throws. */
  end: () => Promise<void>;
}

export function createPace({ first, askedAtMs, reserve, release, stopping }: PaceOptions): Pace {
  let reservation = first;
  let latenessMs = SENDER_LATENESS_MS;
  let left = first.slots;
  let spacingMs = SLOT_WINDOW_MS / first.max_per_second;
  /** The next slot as Postgres handed it out: never later than the true one. */
  let reservedMs = askedAtMs + first.wait_ms;
  /** The next slot as this process keeps it: never earlier than the true one. */
  let slotMs = performance.now() + first.wait_ms;
  let queue: Promise<unknown> = Promise.resolve();
  let ended: Promise<void> | undefined;

  async function renew(slotsMax: number): Promise<boolean> {
    const sentMs = performance.now();
    const next = await reserve(reservation.reserved_until, slotMs - sentMs, { slotsMax, latenessMs });
    if (next === undefined) return false;
    reservation = next;
    left = next.slots;
    spacingMs = SLOT_WINDOW_MS / next.max_per_second;
    reservedMs = sentMs + next.wait_ms;
    slotMs = performance.now() + next.wait_ms;
    return true;
  }

  async function inTurn<T>(remaining: number, begin: () => T | undefined): Promise<T | undefined> {
    while (!stopping?.aborted) {
      if (left === 0 && !(await renew(remaining))) return undefined;
      await sleepUntil(slotMs, stopping);
      if (stopping?.aborted) return undefined;
      if (performance.now() - REQUEST_LATENESS_MS_MAX > reservedMs + latenessMs) {
        // Another claim may have the following slots.
        if (left === reservation.slots) latenessMs = Math.min(SENDER_LATENESS_MS_MAX, latenessMs * 2);
        left = 0;
      } else {
        const begun = begin();
        left -= 1;
        reservedMs += spacingMs;
        slotMs = Math.max(slotMs, performance.now() - REQUEST_LATENESS_MS_MAX) + spacingMs;
        return begun;
      }
    }
    return undefined;
  }

  return {
    turn(remaining, begin) {
      const mine = queue.then(() => inTurn(remaining, begin));
      queue = mine.catch(() => {});
      return mine;
    },
    end() {
      ended ??= queue
        .then(() => release(reservation.reserved_until, slotMs - performance.now()))
        .then(
          () => {},
          () => {}, // the slots pass by themselves
        );
      return ended;
    },
  };
}

/** Timers fire up to a millisecond early. */
async function sleepUntil(atMs: number, stopping: AbortSignal | undefined): Promise<void> {
  for (
    let waitMs = atMs - performance.now();
    waitMs > 0 && !stopping?.aborted;
    waitMs = atMs - performance.now()
  )
    await delay(Math.ceil(waitMs), undefined, { signal: stopping }).catch(() => {});
}
