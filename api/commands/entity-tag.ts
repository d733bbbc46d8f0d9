/** Entity tags, and the fields that list them: RFC 9110, sections 8.8.3 and 13.1. */

/**
 * The entity tag of a resource is its version: it changes with whatever its document shows, and
 * with nothing else.
 */
export const entityTag = (version: number) => `"${version}"`;

interface EntityTag {
  weak: boolean;
  /** In its quotes. */
  opaque: string;
}

// Each pattern takes each character in one way only: a field of 16 KiB is read once.
const LEADING = /[ \t,]*/y;
const TAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/y;
const BETWEEN = /[ \t]*,[ \t,]*/y;

/** @returns the tags that a field lists, `*`, or `undefined` when it is neither */
export function parseEntityTags(field: string): '*' | EntityTag[] | undefined {
  const text = field.trim();
  if (text === '*') return '*';
  const tags: EntityTag[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    at += found?.[0].length ?? 0;
    return found;
  };
  take(LEADING);
  while (at < text.length) {
    const [, weak, opaque] = take(TAG) ?? [];
    if (opaque === undefined) return undefined;
    tags.push({ weak: weak !== undefined, opaque });
    if (at < text.length && take(BETWEEN) === null) return undefined;
  }
  return tags.length === 0 ? undefined : tags;
}

/**
 * Whether `If-Match` names the tag that there is. Strong comparison: a weak tag never does (RFC
 * 9110, section 8.8.3.2).
 */
export const namesStrongly = (tags: '*' | readonly EntityTag[], current: string): boolean =>
  tags === '*' || tags.some(({ weak, opaque }) => !weak && opaque === current);

/**
 * Whether `If-None-Match` names the tag that there is. Weak comparison: `W/` counts for nothing.
 * What is no list of tags names none: the whole answer is never wrong.
 *
 * Koa's `ctx.fresh` is not asked: it lets `Cache-Control: no-cache`, which is meant for caches on
 * the way, and which `fetch` sends by itself, turn the condition off.
 */
export function namesWeakly(field: string, current: string): boolean {
  const tags = parseEntityTags(field);
  return tags === '*' || (tags?.some(({ opaque }) => opaque === current) ?? false);
}
