/** The envelope of all lists, with its cursor and links. */
import type { Context } from 'koa';
import { answerJson } from '../answer.ts';
import { CSV_TYPE } from '../http/accept.ts';
import type { Cursors, ListPlace } from './cursor.ts';
import { Problem } from '../problem/problem.ts';

/**
 * The position of a cursor, `undefined` without one.
 *
 * @param binding see {@link bindingOf}
 * @throws {Problem} 400 `invalid_cursor`
 */
export const positionOf = (
  cursors: Cursors,
  cursor: string | undefined,
  binding: string,
): number | undefined => placeOf(cursors, cursor, binding)?.position;

/** As {@link positionOf}, with what the page before had applied. */
export function placeOf(
  cursors: Cursors,
  cursor: string | undefined,
  binding: string,
): ListPlace | undefined {
  if (cursor === undefined) return undefined;
  const place = cursors.decode(cursor, binding);
  if (place !== undefined) return place;
  throw new Problem(
    'invalid_cursor',
    'This cursor belongs to another list, filter or sort direction, or was changed. Restart without a cursor.',
  );
}

/**
 * Refuses a cursor of a list by log positions whose position the log lost, see `is_lost_position`.
 *
 * @throws {Problem} 400 `invalid_cursor`
 */
export function requireInLog(isLost: boolean): void {
  if (!isLost) return;
  throw new Problem(
    'invalid_cursor',
    'The log lost the position of this cursor in a failover or restore. Restart without a cursor.',
  );
}

/**
 * Refuses a cursor beyond the end of its list, as after a restore from a backup: to continue there
 * would skip new items.
 *
 * @param newest position of the list
 * @throws {Problem} 400 `invalid_cursor`
 */
export function requireWithinList(from: number | undefined, newest: number): void {
  if (from === undefined || from <= newest) return;
  throw new Problem(
    'invalid_cursor',
    'This cursor is beyond the end of the list, as after a restore from a backup. Restart without a cursor.',
  );
}

/** The canonical text to which a cursor is bound. */
export const bindingOf = (list: string, tenantId: string, ...filters: (string | undefined)[]): string =>
  JSON.stringify([list, tenantId, ...filters.map((filter) => filter ?? null)]);

/** @param items JSON texts, separated by commas */
export function answerPage(ctx: Context, items: string, nextCursor: string | null, hasMore: boolean): void {
  ctx.append('Link', links(ctx, nextCursor));
  answerJson(
    ctx,
    200,
    `{"data":[${items}],"has_more":${hasMore},"next_cursor":${JSON.stringify(nextCursor)}}`,
  );
}

/**
 * Answers a page as CSV (RFC 4180). `Link` has the next page.
 *
 * @param csv header row and rows
 */
export function answerCsv(ctx: Context, csv: string, nextCursor: string | null): void {
  ctx.append('Link', links(ctx, nextCursor));
  ctx.status = 200;
  ctx.type = CSV_TYPE;
  ctx.body = csv;
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
