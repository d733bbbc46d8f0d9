/** `npm run release`: the version and the changelog. */
import { describe, expect, test } from '@jest/globals';
import { ReleaseError, releaseOf } from '../../packages/changelog.ts';

const day = '2026-11-30';
const changelog = (released: string) =>
  `# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n${released === '' ? '' : `\n## [${released}] - 2026-01-01\n\n- An old thing.\n`}`;

describe('a release', () => {
  test.each([
    ['', '0.1.0', '0.1.0'],
    ['0.1.0', 'patch', '0.1.1'],
    ['0.1.0', 'minor', '0.2.0'],
    ['0.1.0', 'major', '1.0.0'],
    ['0.1.0', '0.2.0-rc.1', '0.2.0-rc.1'],
    ['0.2.0-rc.1', '0.2.0', '0.2.0'],
  ])('after %j, %s is %s', (released, wanted, version) => {
    const release = releaseOf(changelog(released), { wanted, current: '0.1.0', day });
    expect(release).toMatchObject({ version, notes: '### Added\n\n- A thing.' });
    expect(release.changelog).toContain(
      `## [Unreleased]\n\n## [${version}] - ${day}\n\n### Added\n\n- A thing.\n`,
    );
    expect(() => releaseOf(release.changelog, { wanted: '9.0.0', current: version, day })).toThrow(
      'lists no unreleased change',
    );
  });

  test.each([
    ['0.1.0', '0.1.0', 'is not above 0.1.0'],
    ['0.2.0', '0.1.9', 'is not above 0.2.0'],
    ['0.1.0', 'next', 'neither a version'],
    ['0.1.0', '1.2', 'neither a version'],
  ])('after %j, %s is refused', (released, wanted, words) => {
    const release = () => releaseOf(changelog(released), { wanted, current: '0.1.0', day });
    expect(release).toThrow(ReleaseError);
    expect(release).toThrow(words);
  });
});
