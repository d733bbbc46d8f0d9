/** Entity tags, and the fields that list them: RFC 9110, sections 8.8.3 and 13.1. */

/** The entity tag of a resource: its version, which changes exactly when its document changes. */
export const entityTag = (version: number) => `"${version}"`;

interface EntityTag {
  weak: boolean;
  /** With its quotes. */
  opaque: string;
}

// No pattern backtracks: a field of 16 KiB is read once.
const LEADING = /[ \t,]*/y;
const TAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/y;
const BETWEEN = /[ \t]*,[ \t,]*/y;

/** The entity tags of a field, or `*`; `undefined` for any other text. */
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

/** Whether `If-Match` names the current tag: strong comparison (RFC 9110, section 8.8.3.2). */
export const namesStrongly = (tags: '*' | readonly EntityTag[], current: string): boolean =>
  tags === '*' || tags.some(({ weak, opaque }) => !weak && opaque === current);

/**
 * Whether `If-None-Match` names the current tag: weak comparison, `W/` is ignored. A malformed
 * field names no tag, so the client gets the whole answer.
 *
 * Not Koa's `ctx.fresh`: with `Cache-Control: no-cache`, which `fetch` sends, it ignores the field.
 */
export function namesWeakly(field: string, current: string): boolean {
  const tags = parseEntityTags(field);
  return tags === '*' || (tags?.some(({ opaque }) => opaque === current) ?? false);
}
