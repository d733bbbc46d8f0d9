/** How fast a client reads its answers: whether it is too slow to be waited for. */

export interface ReadPaceLimits {
  /** Longest time without a byte that the client takes. */
  stallMs: number;
  /** Bytes a second, over each window. */
  bytesPerSecondMin: number;
  windowMs: number;
  /** How often the pace is checked, so how late a client is cut at most. */
  checkIntervalMs: number;
}

export interface ReadPace {
  /**
   * Call it now and then while the client has something to read.
   *
   * @param takenBytes all bytes of the connection or stream that the client has taken
   * @param now monotonic milliseconds
   * @returns whether the client took nothing for too long, or too little in a window
   */
  isTooSlow: (takenBytes: number, now: number) => boolean;
}

/** Starts with the first byte that waits for the client. */
export function createReadPace(
  { stallMs, bytesPerSecondMin, windowMs }: Omit<ReadPaceLimits, 'checkIntervalMs'>,
  takenBytes: number,
  now: number,
): ReadPace {
  let last = { takenBytes, at: now };
  let window = last;
  return {
    isTooSlow(taken, at) {
      const current = { takenBytes: taken, at };
      if (taken > last.takenBytes) last = current;
      else if (at - last.at >= stallMs) return true;
      const windowSeconds = (at - window.at) / 1_000;
      if (windowSeconds * 1_000 < windowMs) return false;
      if (taken - window.takenBytes < windowSeconds * bytesPerSecondMin) return true;
      window = current;
      return false;
    },
  };
}
