/** The changelog at a release, in the form of Keep a Changelog. */
import { gt, inc, parse } from 'semver';

const UNRELEASED = '## [Unreleased]\n';
const RELEASED = /^## \[(\d+\.\d+\.\d+(?:-[\w.]+)?)\] - \d{4}-\d\d-\d\d$/gm;

/** The release cannot be made. The message says why, and what to do. */
export class ReleaseError extends Error {
  override name = 'ReleaseError';
}

export interface Release {
  version: string;
  /** The entries of this version, in Markdown. */
  notes: string;
  /** The changelog with the new heading, and nothing unreleased. */
  changelog: string;
}

/**
 * @param wanted a version, or `major`, `minor`, `patch` above the last released one
 * @param current version of package.json, which the first release has
 * @param day such as `2026-11-23`
 * @throws {ReleaseError} the version is not SemVer or not above the last one, or nothing changed
 */
export function releaseOf(
  changelog: string,
  { wanted, current, day }: { wanted: string; current: string; day: string },
): Release {
  const last = [...changelog.matchAll(RELEASED)][0]?.[1];
  const version = versionOf(wanted, last, current);
  const [before = '', rest] = changelog.split(UNRELEASED);
  if (rest === undefined) throw new ReleaseError(`CHANGELOG.md has no ${UNRELEASED.trim()}.`);
  const end = rest.search(/^## \[/m);
  const notes = (end < 0 ? rest : rest.slice(0, end)).trim();
  if (!/^- /m.test(notes)) throw new ReleaseError('CHANGELOG.md lists no unreleased change.');
  return {
    version,
    notes,
    changelog: `${before}${UNRELEASED}\n## [${version}] - ${day}\n${rest}`,
  };
}

function versionOf(wanted: string, last: string | undefined, current: string): string {
  const isStep = wanted === 'major' || wanted === 'minor' || wanted === 'patch';
  const version = isStep ? inc(last ?? current, wanted) : parse(wanted)?.version;
  if (version === undefined || version === null)
    throw new ReleaseError(
      `${JSON.stringify(wanted)} is neither a version, such as 0.2.0, nor major, minor or patch.`,
    );
  if (last !== undefined && !gt(version, last))
    throw new ReleaseError(`${version} is not above ${last}, the last release in CHANGELOG.md.`);
  return version;
}
