/**
 * What a request wants to be true before it is done: `If-Match` and `If-None-Match`, RFC 9110,
 * section 13. Neither is ever dropped: a condition is evaluated where there is a version, and
 * refused where there is none.
 *
 * `If-Unmodified-Since` and `If-Modified-Since` are ignored, as sections 13.1.3 and 13.1.4 ask of
 * whoever tells no modification date; so are `Range` and `If-Range`.
 */
import type { Context } from 'koa';
import type { Operation } from '../contract/spec.ts';
import { entityTag, namesStrongly, namesWeakly, parseEntityTags } from './entity-tag.ts';
import { Problem } from '../problem/problem.ts';

/** The fields as they came. */
export interface Conditions {
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
}

/** @returns `undefined` for a request without conditions */
export function conditionsOf({ headers }: Context): Conditions | undefined {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  return ifMatch === undefined && ifNoneMatch === undefined ? undefined : { ifMatch, ifNoneMatch };
}

/**
 * Holds a write to its conditions. Only for one that has not taken effect before: a repeat is
 * answered whatever it says here.
 *
 * @param version of what the write changes; `undefined` when it makes something, and nothing can be
 * matched
 * @throws {Problem} 412 when `If-Match` does not name the version, 400 for a condition that a write
 * cannot have
 */
export function requireConditions(conditions: Conditions | undefined, version: number | undefined): void {
  if (conditions === undefined) return;
  if (conditions.ifNoneMatch !== undefined) {
    throw notTaken(
      'If-None-Match',
      'is for reading; a write takes If-Match, where it changes what has an ETag',
    );
  }
  if (version === undefined) {
    throw notTaken(
      'If-Match',
      'must be left out: this call makes something new, so that there is nothing to match',
    );
  }
  requireMatch(conditions.ifMatch, entityTag(version));
}

/** @throws {Problem} 412 when the field does not name the tag, 400 when it is no list of tags */
export function requireMatch(ifMatch: string | undefined, current: string): void {
  if (ifMatch === undefined) return;
  const tags = parseEntityTags(ifMatch);
  if (tags === undefined) {
    throw notTaken(
      'If-Match',
      'must be entity tags in their double quotes, such as "3", or "3", "4", or * alone',
    );
  }
  if (namesStrongly(tags, current)) return;
  throw new Problem(
    'precondition_failed',
    `The ETag is ${current} now, which If-Match does not name. Read it again, then decide.`,
    { headers: { ETag: current } },
  );
}

/**
 * The conditions of a read, in the order of section 13.2.2.
 *
 * @returns whether the client has it already: 304
 * @throws {Problem} 412, or 400 when `If-Match` is no list of tags
 */
export function isKnownAlready({ headers }: Context, current: string): boolean {
  requireMatch(headers['if-match'], current);
  const ifNoneMatch = headers['if-none-match'];
  return ifNoneMatch !== undefined && namesWeakly(ifNoneMatch, current);
}

/**
 * For the reads of what has no ETag.
 *
 * @returns a check that throws {Problem} 400 for an `If-Match`; `undefined` where it is taken
 */
export function refuserOfIfMatch({ method, parameters }: Operation): ((ctx: Context) => void) | undefined {
  if (method !== 'get' || parameters.some(({ name }) => name === 'If-Match')) return undefined;
  return ({ headers }) => {
    if (headers['if-match'] === undefined) return;
    throw notTaken('If-Match', 'must be left out: what is read here has no ETag');
  };
}

const notTaken = (parameter: string, detail: string) =>
  new Problem('invalid_parameter', `Not valid: header ${parameter}.`, { errors: [{ parameter, detail }] });
