/** A budget of unread bytes, of each caller and in total. Beyond the total, cuts a connection. */

export interface ByteBudget {
  /** Whether a caller is below its bound. */
  admits: (caller: string) => boolean;
  /**
   * Counts bytes of a caller. Beyond the total, cuts the oldest entry of the caller that holds
   * most.
   *
   * @param cut closes the connection of these bytes
   * @returns releases the bytes; idempotent
   */
  hold: (caller: string, bytes: number, cut: () => void) => () => void;
  /** Counted bytes of all callers. */
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
