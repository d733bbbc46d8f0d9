/** The release before: a checkout of its commit, whose nodes run beside those of this tree. */
import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** No release has a tag yet: the last commit whose log has no epochs stands for it. */
const BASE_COMMIT = '1970510';
const ARCHIVE_BYTES_MAX = 256 * 1024 * 1024;

/**
 * @param folder gets a folder with the files of the release
 * @returns main.ts of the release before: `OLDER_MAIN`, as in test/processes/rolling-deploy, else
 *   that of the newest tag; `undefined` without the history of the repository
 */
export async function olderRelease(folder: string): Promise<string | undefined> {
  if (process.env['OLDER_MAIN'] !== undefined) return process.env['OLDER_MAIN'];
  const git = (...args: string[]) =>
    run('git', args, { cwd: ROOT, encoding: 'buffer', maxBuffer: ARCHIVE_BYTES_MAX });
  const tag = await git('describe', '--tags', '--abbrev=0', 'HEAD^').catch(() => undefined);
  const commit = tag?.stdout.toString().trim() ?? BASE_COMMIT;
  const archive = await git('archive', '--format=tar', commit).catch(() => undefined);
  if (archive === undefined) return undefined;
  const to = join(folder, 'older-release');
  await mkdir(to, { recursive: true });
  const unpacking = run('tar', ['-x', '-C', to]);
  unpacking.child.stdin!.end(archive.stdout);
  await unpacking;
  await symlink(join(ROOT, 'node_modules'), join(to, 'node_modules'));
  return join(to, 'main.ts');
}
