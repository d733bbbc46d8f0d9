/** Follows docs/projections.md, *Write your own in ten minutes*, in a copy of the sources. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

let copy: string;
let database: TestDatabase;
let guide: string;
beforeAll(async () => {
  database = await cloneDatabase();
  guide = await readFile(join(ROOT, 'docs/projections.md'), 'utf8');
  copy = await mkdtemp(join(tmpdir(), 'holdfast-guide-'));
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT });
  const files = stdout
    .trim()
    .split('\n')
    .filter((file) => !/^(?:test|loadtest)\//.test(file));
  await Promise.all(files.map((file) => cp(join(ROOT, file), join(copy, file))));
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(async () => {
  await database.drop();
  await rm(copy, { recursive: true });
});

/** The files in the guide, by their paths. */
const shown = (): [file: string, text: string][] =>
  [...guide.matchAll(/```(?:ts|sql)\n(?:\/\/|--) (\S+)\n(.*?)```/gs)].map(([, file, text]) => [file!, text!]);

test('the guide leads to a projection that is filled, verified and rebuilt', async () => {
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: TEST_REDIS,
    HOLDFAST_BOOTSTRAP_KEY: newApiKey(),
    HOLDFAST_LOG_LEVEL: 'error',
  };
  const apiKey = env.HOLDFAST_BOOTSTRAP_KEY;
  const before = await startServer({ env });
  for (let n = 0; n < 3; n += 1) await send(`${before.url}/v1/orders`, { body: anOrder(), apiKey });
  await before.end('SIGTERM');

  const files = shown();
  expect(files.map(([file]) => file.split('/')[0])).toEqual(['store', 'projections', 'projections']);
  const registry = await readFile(join(ROOT, 'projections/registry.ts'), 'utf8');
  for (const line of registry.split('\n')) expect(files[2]![1]).toContain(line);
  await Promise.all(files.map(([file, text]) => writeFile(join(copy, file), text)));
  await run(process.execPath, ['node_modules/typescript/bin/tsc'], { cwd: copy });

  const after = await startServer({ env, main: join(copy, 'main.ts') });
  try {
    await send(`${after.url}/v1/orders`, { body: anOrder(), apiKey });
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await until(async () => {
      const { rows } = await client.query('SELECT sku, ordered, events FROM popular_wares');
      return JSON.stringify(rows) === '[{"sku":"KELP-1","ordered":"8","events":"4"}]';
    });
    await client.end();
    const commands = [...guide.slice(guide.indexOf('## Write your own')).matchAll(/^npx holdfast (.*)$/gm)];
    expect(commands).toHaveLength(3);
    for (const [, words] of commands) {
      const { stdout } = await run(process.execPath, ['holdfast.js', ...words!.split(' ')], {
        cwd: copy,
        env: { ...process.env, ...env },
      });
      expect(stdout).toContain('popular_wares');
    }
  } finally {
    await after.end('SIGTERM');
  }
}, 90_000);
