/** The runner of these tests: a process that starts later than another one runs its files too. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** All of them would start within it. */
const LATE_MS = 1_500;
const FILES_COUNT = 3;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-runner-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('runs each file, also when all processes but the first one start late', async () => {
  for (let n = 0; n < FILES_COUNT; n += 1)
    await writeFile(join(folder, `${n}.test.js`), `test('it runs', () => {});\n`);
  const late = join(folder, 'late.mjs');
  await writeFile(
    late,
    `import { writeFileSync } from 'node:fs';
     if (process.argv[1]?.includes('tinypool'))
       try {
         writeFileSync(${JSON.stringify(join(folder, 'first'))}, '', { flag: 'wx' });
       } catch {
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${LATE_MS});
       }\n`,
  );
  const config = {
    rootDir: folder,
    runner: [join(ROOT, 'test/setup/jest/runner.ts'), { runtime: 'child_process' }],
    transform: {},
    maxWorkers: FILES_COUNT,
  };
  const args = [join(ROOT, 'node_modules/jest/bin/jest.js'), '--config', JSON.stringify(config)];
  const env = { PATH: process.env['PATH'], NODE_OPTIONS: `--import=${late}` };
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { env, cwd: ROOT, timeout: 60_000 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
  expect(output).toContain(`Tests:       ${FILES_COUNT} passed, ${FILES_COUNT} total`);
}, 90_000);
