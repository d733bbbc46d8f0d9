import { entityTag, matchesVersion } from './entity-tag.ts';
import { Problem } from './problem.ts';

/**
 * RFC 9110, section 13.1.1.
 *
 * @throws {Problem} 412 when the field does not name the version
 */
export function requireMatch(field: string | undefined, version: number): void {
  if (field === undefined || matchesVersion(field, version)) return;
  throw new Problem(
    'precondition_failed',
    `It is at version ${version} now, which If-Match does not name. Read it again, then decide.`,
    { headers: { ETag: entityTag(version) } },
  );
}
