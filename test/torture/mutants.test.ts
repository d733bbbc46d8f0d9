/** Each mutant fits the present source. `npm run torture:mutants` shows that each is caught. */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Mutant, applyMutant } from '../../loadtest/torture/mutants/mutant.ts';
import { LOG_MUTANTS } from '../../loadtest/torture/mutants/of-the-log.ts';
import { READER_MUTANTS } from '../../loadtest/torture/mutants/of-readers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MUTANTS = [...LOG_MUTANTS, ...READER_MUTANTS];

let tree: string;
beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), 'holdfast-mutant-test-'));
});
afterEach(() => rm(tree, { recursive: true, force: true }));

async function copyFilesOf({ edits }: Mutant): Promise<void> {
  for (const { file } of edits) {
    await mkdir(dirname(join(tree, file)), { recursive: true });
    await cp(join(ROOT, file), join(tree, file));
  }
}

test('at least 20 mutants, each under its own name', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  expect(MUTANTS.length).toBeGreaterThanOrEqual(20);
});

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  '%s fits the source',
  async (_, mutant) => {
    await copyFilesOf(mutant);
    await applyMutant(mutant, tree);
  },
);

test('a mutant that no longer fits the source is refused', async () => {
  const [mutant] = LOG_MUTANTS;
  await copyFilesOf(mutant!);
  await applyMutant(mutant!, tree);
  await expect(applyMutant(mutant!, tree)).rejects.toThrow(/mutant key-not-unique: .* has 0 times/);
});
