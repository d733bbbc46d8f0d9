/**
 * Shares the turns of the event loop: what begins in one turn is bounded, and the tenants have fair
 * shares of it. A caller that arrives while another tenant has hundreds of requests to begin waits
 * for one turn, and not for all of them.
 */
import { setImmediate } from 'node:timers';
import { type Release, createFairShare } from './fair-share.ts';

export interface LoopShareOptions {
  /** What begins in one turn, of all tenants; half after each turn of over 10 ms. */
  perTurnMax: number;
  /** However long the turns are. */
  perTurnMin?: number;
  /**
   * A tenant beside which no other one has begun for this time is not bounded: it would delay only
   * itself, and smaller batches cost it 3 % more (docs/design.md). Without it, each is.
   */
  aloneMs?: number;
}

export interface LoopShare {
  /** @returns a promise of its turn if the tenant must wait; most often it may begin now */
  begin: (tenant: string) => Promise<void> | undefined;
}

/** A request waits for some six turns: to be read, and for answers of Redis and Postgres. */
const TURN_MS_MAX = 10;

export function createLoopShare(options: LoopShareOptions): LoopShare {
  const { perTurnMax, perTurnMin = 1, aloneMs = Infinity } = options;
  let perTurn = perTurnMax;
  const places = createFairShare({ capacity: perTurn });
  let beganMs = 0;
  let taken: Release[] = [];
  let last: string | undefined;
  let changedAt = 0;

  function isAlone(tenant: string): boolean {
    if (tenant === last) return performance.now() - changedAt > aloneMs && places.waiting() === 0;
    last = tenant;
    changedAt = performance.now();
    return false;
  }
  function take(release: Release): void {
    if (taken.length === 0) {
      beganMs = performance.now();
      setImmediate(endTurn);
    }
    taken.push(release);
  }
  /** What begins costs more on a slow machine, and in the first seconds of a process. */
  function adapt(begun: number): void {
    const wasLong = performance.now() - beganMs > TURN_MS_MAX;
    if (wasLong) perTurn = Math.max(perTurnMin, Math.floor(perTurn / 2));
    else if (begun === perTurn && perTurn < perTurnMax) perTurn += 1;
    else return;
    places.resize(perTurn);
  }
  function endTurn(): void {
    const ended = taken;
    taken = [];
    adapt(ended.length);
    for (const release of ended) release();
  }
  return {
    begin(tenant) {
      if (isAlone(tenant)) return undefined;
      const place = places.tryTake(tenant);
      if (place === undefined) return places.take(tenant).then(take);
      take(place);
      return undefined;
    },
  };
}
