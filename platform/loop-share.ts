/**
 * Shares the turns of the event loop: what begins in one turn is bounded, and the tenants have fair
 * shares of it. A caller that arrives while another tenant has hundreds of requests to begin waits
 * for one turn, and not for all of them.
 */
import { setImmediate } from 'node:timers';
import { type Release, createFairShare } from './fair-share.ts';

export interface LoopShare {
  /** @returns a promise of its turn if the tenant must wait; most often it may begin now */
  begin: (tenant: string) => Promise<void> | undefined;
}

/** @param perTurnMax what begins in one turn, of all tenants */
export function createLoopShare(perTurnMax: number): LoopShare {
  const places = createFairShare({ capacity: perTurnMax });
  let taken: Release[] = [];

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
      const place = places.tryTake(tenant);
      if (place === undefined) return places.take(tenant).then(take);
      take(place);
      return undefined;
    },
  };
}
