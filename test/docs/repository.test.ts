/** The rules of CONTRIBUTING.md and of CI that a file can break. */
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const textOf = (file: string) => readFile(join(ROOT, file), 'utf8');

interface Workflow {
  permissions?: unknown;
  jobs: Record<string, { permissions?: unknown; steps: { uses?: string; run?: string }[] }>;
}
const workflows = (await readdir(join(ROOT, '.github/workflows'))).map((file) => `.github/workflows/${file}`);

describe.each(workflows)('%s', (file) => {
  test('pins each action to a commit, with its version as a comment', async () => {
    const uses = [...(await textOf(file)).matchAll(/\buses: (.*)$/gm)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(0);
    for (const action of uses) expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('may only read the repository', async () => {
    const { permissions, jobs } = parse(await textOf(file)) as Workflow;
    expect(permissions).toEqual({ contents: 'read' });
    // The identity with which npm signs what was built, from which commit and by which workflow.
    const ofJob = file.endsWith('/release.yml') ? { contents: 'read', 'id-token': 'write' } : permissions;
    for (const job of Object.values(jobs)) expect(job.permissions ?? ofJob).toEqual(ofJob);
  });
});

test('the workflow runs every step of .ci/run', async () => {
  const script = await textOf('.ci/run');
  const defined = [...script.matchAll(/^step_(\w+)\(\)/gm)].map(([, step]) => step!);
  const { jobs } = parse(await textOf('.github/workflows/ci.yml')) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const run = steps.flatMap(({ run = '' }) =>
    [...run.matchAll(/^\.ci\/run (\w+)$/gm)].map(([, step]) => step!),
  );
  expect([...new Set(run)].toSorted()).toEqual(defined.toSorted());
  // The torture takes minutes: .ci/run runs it only by its name.
  expect(/set -- (.*)$/m.exec(script)?.[1]?.split(' ')).toEqual(defined.filter((step) => step !== 'torture'));
});

test.each([
  '.github/dependabot.yml',
  '.github/ISSUE_TEMPLATE/bug.yml',
  '.github/ISSUE_TEMPLATE/config.yml',
  '.github/ISSUE_TEMPLATE/feature.yml',
])('%s is valid YAML', async (file) => {
  expect(parse(await textOf(file), { strict: true, uniqueKeys: true })).toBeInstanceOf(Object);
});

test('each migration has a unique number', async () => {
  const numbers = (await readdir(join(ROOT, 'store/migrations'))).map(
    (file) => /^(\d{4})_\w+\.sql$/.exec(file)?.[1],
  );
  expect(numbers).toEqual(numbers.map((_, n) => String(n + 1).padStart(4, '0')));
});

test.each(['utils', 'helpers', 'common', 'misc'])('no file or folder is called %s', async (name) => {
  const { stdout } = await promisify(execFile)('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: ROOT,
  });
  const named = stdout.split('\n').filter((file) => new RegExp(`(?:^|/)${name}(?:[./]|$)`).test(file));
  expect(named).toEqual([]);
});

test('the changelog starts with the unreleased changes, in the categories of Keep a Changelog', async () => {
  const headings = [...(await textOf('CHANGELOG.md')).matchAll(/^(###?) (.*)$/gm)];
  expect(headings[0]?.[0]).toBe('## [Unreleased]');
  const categories = headings.filter(([, level]) => level === '###').map(([, , name]) => name);
  const known = new Set(['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']);
  expect(categories.filter((name) => !known.has(name!))).toEqual([]);
});
