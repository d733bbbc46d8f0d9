/** The quota of an import, as the server names it. */

/** At most `count` writes in any period of `ms`. */
export interface Quota {
  count: number;
  ms: number;
}

/**
 * Parses a `RateLimit-Policy` of writes, such as `"write";q=600;w=60`, or of a tenant.
 *
 * @returns `undefined` for any other text
 */
export function parseWritePolicy(text: string): Quota | undefined {
  const [, count, seconds] = /^"(?:tenant-)?write";q=(\d+);w=(\d+)$/.exec(text) ?? [];
  return count === undefined ? undefined : { count: Number(count), ms: Number(seconds) * 1_000 };
}

/**
 * @param waitMs until the quota admits the next write
 * @returns milliseconds until so many writes are done, if nothing else uses the quota
 */
export const quotaEndMs = ({ count, ms }: Quota, writes: number, waitMs: number): number =>
  waitMs + Math.max(0, Math.ceil(writes / count) - 1) * ms;
