/** The commands of openapi/evidence/ still print what the folder holds. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EVIDENCE = join(ROOT, 'openapi/evidence');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-evidence-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  code: number;
  stdout: string;
}

const run = (command: string, args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(command, args, { cwd: folder, maxBuffer: 2 ** 24 }, (_error, stdout) => {
      resolve({ code: child.exitCode ?? -1, stdout });
    });
  });
const diff = (base: string, head: string) =>
  run(process.execPath, [join(ROOT, 'openapi/diff.ts'), base, head, '--strict', '--accepted', 'none.yaml']);

test.each(['additive', 'breaking'])('the %s change has the verdict of the evidence', async (change) => {
  await cp(join(EVIDENCE, 'v1-1.0.0.yaml'), join(folder, 'base.yaml'));
  await cp(join(EVIDENCE, 'v1-1.0.0.yaml'), join(folder, 'head.yaml'));
  await writeFile(join(folder, 'none.yaml'), 'accepted: []\n');
  await run('patch', ['-s', 'head.yaml', join(EVIDENCE, `${change}.diff`)]);
  const { code, stdout } = await diff('base.yaml', 'head.yaml');

  const page = await readFile(join(EVIDENCE, 'README.md'), 'utf8');
  const row = page.split('\n').find((line) => line.startsWith(`| \`${change}.diff\``)) ?? '';
  const [, , answer = '', exitCode = ''] = row.split('|').map((cell) => cell.trim());
  expect([`\`${stdout.split('\n')[1]}\``, code]).toEqual([answer, Number(exitCode)]);
  if (change === 'breaking') expect(stdout).toBe(await readFile(join(EVIDENCE, 'breaking.txt'), 'utf8'));
});

test.each(['v1', 'v2'])('%s compared with itself has no changes, within the time limit', async (name) => {
  const file = join(ROOT, `openapi/${name}.yaml`);
  const { code, stdout } = await diff(file, file);
  expect([code, stdout.split('\n')[1]]).toEqual([0, '0 breaking, 0 to review, 0 accepted, 0 compatible']);
});
