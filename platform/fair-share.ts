/**
 * Shares a bounded number of places between tenants: places in flight, connections, bytes.
 *
 * Of the tenants that wait, the one that has the fewest places gets the next. So a tenant alone may
 * use all places, two that want more than there are get half each (max-min fairness), and one that
 * wants little hardly waits, however much the others want.
 *
 * Places that are kept for seconds come back too late for that. For them, `freeTimesMax` bounds
 * what a tenant has by what is still free, so that some stay free for a tenant that comes later
 * (Choudhury and Hahne, "Dynamic Queue Length Thresholds", 1998). Where nobody can wait and what is
 * held can be dropped, `richest` names the tenant whose places to take ("push-out").
 */

export interface FairShareOptions {
  /** Places of all tenants together. */
  capacity: number;
  /**
   * A tenant gets more only while it has fewer than this many times what is free. With 9, a tenant
   * alone gets nine tenths. Without it, a tenant alone gets all.
   */
  freeTimesMax?: number;
}

/** Gives the places back. A second call does nothing. */
export type Release = () => void;

export interface Wanted {
  /** 1 without it; at most the capacity. */
  places?: number;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
}

export interface FairShare {
  /** @returns `undefined` if the tenant cannot have the places now */
  tryTake: (tenant: string, places?: number) => Release | undefined;
  /** Whether `tryTake` would give the tenant one place. */
  mayTake: (tenant: string) => boolean;
  /**
   * Waits for the places, behind what the same tenant has waiting.
   *
   * @throws the reason of the signal
   */
  take: (tenant: string, wanted?: Wanted) => Promise<Release>;
  /**
   * Changes the capacity. Below what is taken, no place is given until so many have come back.
   */
  resize: (capacity: number) => void;
  /**
   * Whether another tenant has more places than this one has and waits for: then the next place
   * that comes back is for this tenant.
   */
  hasLess: (tenant: string) => boolean;
  /** The tenant that has the most places; `undefined` if none has any. */
  richest: () => string | undefined;
  /** Places taken, of all tenants or of one. */
  taken: (tenant?: string) => number;
  /** Calls of `take` that wait, of all tenants or of one. */
  waiting: (tenant?: string) => number;
}

/** Tenants that have nothing stay in the map until so many do: adding it again costs more. */
const IDLE_TENANTS_MAX = 1_024;

interface Waiting {
  places: number;
  /** Grows: of two tenants that have alike, the one that waits longer is next. */
  turn: number;
  grant: (release: Release) => void;
}

interface Share {
  taken: number;
  waiting: Waiting[];
}

/** The share of a tenant that is not in the map. */
const NOTHING: Share = { taken: 0, waiting: [] };

export function createFairShare({
  capacity: initialCapacity,
  freeTimesMax = Infinity,
}: FairShareOptions): FairShare {
  const shares = new Map<string, Share>();
  let capacity = initialCapacity;
  let free = capacity;
  let waitingCount = 0;
  let turns = 0;

  function shareOf(tenant: string): Share {
    const known = shares.get(tenant);
    if (known !== undefined) return known;
    if (shares.size >= IDLE_TENANTS_MAX) forgetIdle();
    const share: Share = { taken: 0, waiting: [] };
    shares.set(tenant, share);
    return share;
  }

  function forgetIdle(): void {
    for (const [tenant, { taken, waiting }] of shares)
      if (taken === 0 && waiting.length === 0) shares.delete(tenant);
  }

  const mayHave = ({ taken }: Share, places: number): boolean =>
    places <= free && (freeTimesMax === Infinity || taken < freeTimesMax * free);

  function give(share: Share, places: number): Release {
    share.taken += places;
    free -= places;
    let isGiven = true;
    return () => {
      if (!isGiven) return;
      isGiven = false;
      share.taken -= places;
      free += places;
      if (waitingCount > 0) giveToWaiting();
    };
  }

  const isBefore = (one: Share, other: Share): boolean =>
    one.taken === other.taken ? one.waiting[0]!.turn < other.waiting[0]!.turn : one.taken < other.taken;

  function giveToWaiting(): void {
    for (;;) {
      let poorest: Share | undefined;
      for (const share of shares.values()) {
        if (share.waiting.length === 0) continue;
        if (poorest === undefined || isBefore(share, poorest)) poorest = share;
      }
      if (poorest === undefined || !mayHave(poorest, poorest.waiting[0]!.places)) return;
      const { places, grant } = poorest.waiting.shift()!;
      waitingCount -= 1;
      grant(give(poorest, places));
    }
  }

  function refuseTooMany(places: number): void {
    if (places > capacity) throw new RangeError(`${places} places wanted; there are ${capacity}`);
  }

  return {
    tryTake(tenant, places = 1) {
      refuseTooMany(places);
      const share = shareOf(tenant);
      if (share.waiting.length > 0 || !mayHave(share, places)) return undefined;
      return give(share, places);
    },
    mayTake: (tenant) => {
      const share = shares.get(tenant) ?? NOTHING;
      return share.waiting.length === 0 && mayHave(share, 1);
    },
    async take(tenant, { places = 1, signal } = {}) {
      refuseTooMany(places);
      signal?.throwIfAborted();
      const share = shareOf(tenant);
      if (waitingCount === 0 && mayHave(share, places)) return give(share, places);
      const { promise, resolve, reject } = Promise.withResolvers<Release>();
      const waiting: Waiting = { places, turn: (turns += 1), grant: resolve };
      share.waiting.push(waiting);
      waitingCount += 1;
      const leave = () => {
        const index = share.waiting.indexOf(waiting);
        if (index === -1) return; // it has its places
        share.waiting.splice(index, 1);
        waitingCount -= 1;
        reject(signal?.reason);
        giveToWaiting();
      };
      signal?.addEventListener('abort', leave);
      giveToWaiting();
      return promise.finally(() => signal?.removeEventListener('abort', leave));
    },
    resize(next) {
      free += next - capacity;
      capacity = next;
      if (waitingCount > 0) giveToWaiting();
    },
    hasLess(tenant) {
      const own = shares.get(tenant);
      const wanted = own === undefined ? 0 : own.taken + own.waiting.length;
      for (const { taken } of shares.values()) if (taken > wanted) return true;
      return false;
    },
    richest() {
      let [most, richest]: [number, string | undefined] = [0, undefined];
      for (const [tenant, { taken }] of shares) if (taken > most) [most, richest] = [taken, tenant];
      return richest;
    },
    taken: (tenant) => (tenant === undefined ? capacity - free : (shares.get(tenant)?.taken ?? 0)),
    waiting: (tenant) => (tenant === undefined ? waitingCount : (shares.get(tenant)?.waiting.length ?? 0)),
  };
}
