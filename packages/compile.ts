/** Compiles a part of this repository to JavaScript. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The manifest of this repository, from which the published ones take version and ranges. */
export interface Manifest {
  version: string;
  description: string;
  license: string;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
}

export const readManifest = (): Manifest =>
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** Members that both published manifests have. */
export const publishedMembers = ({ version, license }: Manifest) => ({
  version,
  license,
  ...repositoryOf(),
  type: 'module',
  publishConfig: { access: 'public', provenance: true },
});

/** npm compares it with the workflow that publishes, for the provenance. */
function repositoryOf(): { repository?: { type: string; url: string } } {
  // oxlint-disable-next-line node/no-process-env -- a workflow sets them
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env;
  if (GITHUB_SERVER_URL === undefined || GITHUB_REPOSITORY === undefined) return {};
  return { repository: { type: 'git', url: `git+${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}.git` } };
}

/**
 * @param project path of the tsconfig.json below the repository
 * @param folder receives the JavaScript
 */
export function compile(project: string, folder: string): void {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(ROOT, project), '--outDir', folder],
    { encoding: 'utf8' },
  );
  if (status !== 0) fail(`${project} does not compile:\n${stdout}`, 1);
}

export function fail(message: string, exitCode: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(exitCode);
}
