/** The parts that the restore of docs/backup.md needs: tools, a checkout, and the commands. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cp, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

/** The folder of the Postgres tools; `undefined` without an installation. */
export function toolsFolder(): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const folders = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((v) => `/usr/lib/postgresql/${v}/bin`);
  return folders.find((folder) =>
    ['initdb', 'pg_dump', 'pg_basebackup'].every((tool) => existsSync(join(folder, tool))),
  );
}

export const readPage = (): Promise<string> => readFile(join(ROOT, 'docs/backup.md'), 'utf8');

/** Copies the sources, without tests, into a folder. */
export async function checkOut(folder: string): Promise<void> {
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT });
  const files = stdout
    .trim()
    .split('\n')
    .filter((file) => !/^(?:test|loadtest)\//.test(file));
  await Promise.all(files.map((file) => cp(join(ROOT, file), join(folder, file))));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

/** The commands of a section of the page, block by block. */
export const blocksOf = (page: string, heading: string): string[] => {
  const part = page.slice(page.indexOf(`\n## ${heading}\n`) + 1).split('\n## ', 1)[0]!;
  return [...part.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block!);
};
