/** The envelope that every list has, its cursor and its links. */
import type { Context } from 'koa';
import { answerJson } from '../answer.ts';
import type { Cursors } from './cursor.ts';
import { Problem } from '../problem/problem.ts';

/**
 * Where a list goes on.
 *
 * @param binding what the cursor is good for: list, tenant, filters, direction
 * @throws {Problem} 400 `invalid_cursor`
 */
export function positionOf(
  cursors: Cursors,
  cursor: string | undefined,
  binding: string,
): number | undefined {
  if (cursor === undefined) return undefined;
  const position = cursors.decode(cursor, binding);
  if (position !== undefined) return position;
  throw new Problem(
    'invalid_cursor',
    'This cursor belongs to another list, filter or sort direction, or was changed. Start again without one.',
  );
}

/**
 * Holds a cursor to the list that there is now: after a restore from a backup a list may end before
 * the place that it names, and going on from there would skip whatever comes in between.
 *
 * @param newest place that a cursor of the list can name
 * @throws {Problem} 400 `invalid_cursor`
 */
export function requirePlace(from: number | undefined, newest: number): void {
  if (from === undefined || from <= newest) return;
  throw new Problem(
    'invalid_cursor',
    'The list ends before the place that this cursor names, as after a restore from a backup. Start again without one.',
  );
}

/** The text that a cursor is bound to; one fixed form, whatever way the request spelled it. */
export const bindingOf = (list: string, tenantId: string, ...filters: (string | undefined)[]): string =>
  JSON.stringify([list, tenantId, ...filters.map((filter) => filter ?? null)]);

/** @param items JSON texts of the items, with commas between them */
export function answerPage(ctx: Context, items: string, nextCursor: string | null, hasMore: boolean): void {
  ctx.append('Link', links(ctx, nextCursor));
  answerJson(
    ctx,
    200,
    `{"data":[${items}],"has_more":${hasMore},"next_cursor":${JSON.stringify(nextCursor)}}`,
  );
}

function links(ctx: Context, cursor: string | null): string {
  const url = (change: (query: URLSearchParams) => void) => {
    const query = new URLSearchParams(ctx.querystring);
    change(query);
    const text = query.toString();
    return `<${ctx.path}${text && `?${text}`}>`;
  };
  const first = `${url((query) => query.delete('cursor'))}; rel="first"`;
  return cursor === null ? first : `${url((query) => query.set('cursor', cursor))}; rel="next", ${first}`;
}
