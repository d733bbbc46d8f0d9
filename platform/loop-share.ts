/**
 * Shares the turns of the event loop: what begins in one turn is bounded, and the tenants have fair
 * shares of it. A caller that arrives while another tenant has hundreds of requests to begin waits
 * for one turn, and not for all of them.
 */
import { setImmediate } from 'node:timers';
import { type Release, createFairShare } from './fair-share.ts';

export interface LoopShareOptions {
  /** What begins in one turn, of all tenants. */
  perTurnMax: number;
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

export function createLoopShare({ perTurnMax, aloneMs = Infinity }: LoopShareOptions): LoopShare {
  const places = createFairShare({ capacity: perTurnMax });
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
    if (taken.length === 0) setImmediate(endTurn);
    taken.push(release);
  }
  function endTurn(): void {
    const ended = taken;
    taken = [];
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
