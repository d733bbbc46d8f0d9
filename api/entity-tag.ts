/** The entity tag of an order is its version: it changes with every event, and with nothing else. */
export const entityTag = (version: number) => `"${version}"`;

/**
 * Whether a list of entity tags, as in `If-None-Match`, names a version. Weak comparison: `W/` counts for nothing (RFC 9110, section 8.8.3.2).
 *
 * Koa's `ctx.fresh` is not asked: it lets `Cache-Control: no-cache`, which is meant for caches on the way, and which `fetch` sends
 * by itself, turn the condition off.
 */
export function namesVersion(field: string, version: number): boolean {
  return matchesVersion(field.replaceAll(/(^|,)\s*W\//g, '$1'), version);
}

/** Whether a list of entity tags, as in `If-Match`, names a version. Strong comparison: a weak tag never does (RFC 9110, section 8.8.3.2). */
export function matchesVersion(field: string, version: number): boolean {
  const current = entityTag(version);
  return field.split(',').some((tag) => tag.trim() === '*' || tag.trim() === current);
}
