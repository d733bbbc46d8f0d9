/**
 * How many bytes of answers may be under way, of a caller and of all together.
 * What is counted is memory that a client holds by not reading.
 */

export interface ByteBudget {
  /** Whether a caller may have more. */
  admits: (caller: string) => boolean;
  /**
   * Counts bytes of a caller. Beyond the bound of all, the caller who holds most loses what it has held longest.
   *
   * @param cut ends what holds them; `release` is called by whoever sees that end
   * @returns release, to be called once or more often
   */
  hold: (caller: string, bytes: number, cut: () => void) => () => void;
  /** Bytes of all callers. */
  held: () => number;
}

interface Held {
  bytes: number;
  /** Oldest first. */
  entries: Set<{ bytes: number; cut: () => void }>;
}

export function createByteBudget({
  callerBytesMax,
  totalBytesMax,
}: {
  callerBytesMax: number;
  totalBytesMax: number;
}): ByteBudget {
  const callers = new Map<string, Held>();
  let total = 0;

  function cutOldest(): void {
    let most: Held | undefined;
    for (const held of callers.values()) if (most === undefined || held.bytes > most.bytes) most = held;
    const oldest = most?.entries.values().next().value;
    oldest?.cut();
  }

  return {
    admits: (caller) => (callers.get(caller)?.bytes ?? 0) < callerBytesMax,
    hold(caller, bytes, cut) {
      let held = callers.get(caller);
      if (held === undefined) callers.set(caller, (held = { bytes: 0, entries: new Set() }));
      const entry = { bytes, cut };
      held.entries.add(entry);
      held.bytes += bytes;
      total += bytes;
      const release = () => {
        if (!held.entries.delete(entry)) return;
        held.bytes -= bytes;
        total -= bytes;
        if (held.entries.size === 0 && callers.get(caller) === held) callers.delete(caller);
      };
      entry.cut = () => {
        release();
        cut();
      };
      while (total > totalBytesMax) cutOldest();
      return release;
    },
    held: () => total,
  };
}
