/**
 * Preconditions: `If-Match` and `If-None-Match` (RFC 9110, section 13). They are never ignored:
 * evaluated where the resource has a version, refused elsewhere.
 *
 * `If-Unmodified-Since`, `If-Modified-Since`, `Range` and `If-Range` are ignored: no resource has a
 * modification date (sections 13.1.3 and 13.1.4).
 */
import type { Context } from 'koa';
import type { Operation } from '../contract/spec.ts';
import { entityTag, namesStrongly, namesWeakly, parseEntityTags } from './entity-tag.ts';
import { invalidParameter } from '../problem/invalid-parameter.ts';
import { Problem } from '../problem/problem.ts';

/** The header fields, not parsed. */
export interface Conditions {
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
}

/** The preconditions of a request, `undefined` for none. */
export function conditionsOf({ headers }: Context): Conditions | undefined {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  return ifMatch === undefined && ifNoneMatch === undefined ? undefined : { ifMatch, ifNoneMatch };
}

/**
 * Checks the preconditions of a write. Not for a replay, which ignores them.
 *
 * @param version of the resource; `undefined` for a write that creates one
 * @throws {Problem} 412 when `If-Match` does not name the version, 400 for a precondition that the
 *   write cannot have
 */
export function requireConditions(conditions: Conditions | undefined, version: number | undefined): void {
  if (conditions === undefined) return;
  if (conditions.ifNoneMatch !== undefined) {
    throw invalidHeader('If-None-Match', 'is for reads only; use If-Match for a write');
  }
  if (version === undefined) {
    throw invalidHeader('If-Match', 'must be left out: this call creates a resource, which has no ETag yet');
  }
  requireMatch(conditions.ifMatch, entityTag(version));
}

/** @throws {Problem} 412 when the field does not name the current tag, 400 when it is malformed */
export function requireMatch(ifMatch: string | undefined, current: string): void {
  if (ifMatch === undefined) return;
  const tags = parseEntityTags(ifMatch);
  if (tags === undefined) {
    throw invalidHeader('If-Match', 'must be entity tags in double quotes, such as "3" or "3", "4"; or *');
  }
  if (namesStrongly(tags, current)) return;
  throw new Problem(
    'precondition_failed',
    `The current ETag is ${current}, which If-Match does not name. Read the resource again.`,
    { headers: { ETag: current } },
  );
}

/**
 * Evaluates the preconditions of a read, in the order of section 13.2.2.
 *
 * @returns whether to answer 304, since the client has the current version
 * @throws {Problem} 412, or 400 for a malformed `If-Match`
 */
export function isNotModified({ headers }: Context, current: string): boolean {
  requireMatch(headers['if-match'], current);
  const ifNoneMatch = headers['if-none-match'];
  return ifNoneMatch !== undefined && namesWeakly(ifNoneMatch, current);
}

/**
 * The check of a read whose resource has no ETag: throws {@link Problem} 400 for `If-Match`.
 *
 * @returns `undefined` for other operations
 */
export function ifMatchRefusal({ method, parameters }: Operation): ((ctx: Context) => void) | undefined {
  if (method !== 'get' || parameters.some(({ name }) => name === 'If-Match')) return undefined;
  return ({ headers }) => {
    if (headers['if-match'] === undefined) return;
    throw invalidHeader('If-Match', 'must be left out: this resource has no ETag');
  };
}

const invalidHeader = (parameter: string, detail: string) =>
  invalidParameter([{ parameter, detail }], 'header');
