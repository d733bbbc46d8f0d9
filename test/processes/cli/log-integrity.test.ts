/** `npx holdfast log checkpoint`, `log key` and `log verify`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import { importLog } from '../../../store/archive/import-log.ts';
import { CONSUMERS } from '../../../process/consumers.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { openPool } from '../../../store/pool.ts';
import { recordShop } from '../../replay/generator.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { holdfast } from '../../setup/processes/command.ts';

let database: TestDatabase;
let folder: string;
const shop = recordShop(7, 40);
const last = shop.length - 1;

async function run(text: string): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(text);
  await client.end();
}
const log = (...given: string[]) => holdfast(['log', ...given], { DATABASE_URL: database.url });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-integrity-'));
  database = await cloneDatabase();
  const pool = await openPool({ databaseUrl: database.url, size: 2, log: pino({ level: 'silent' }) });
  await ensurePartitions(pool, 2, CONSUMERS);
  await importLog(
    pool,
    (async function* () {
      yield* shop;
    })(),
  );
  await pool.end();
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

test('a checkpoint that was kept confirms the log, and shows what was changed since', async () => {
  const kept = join(folder, 'checkpoint.txt');
  const checkpoint = await log('checkpoint');
  expect(checkpoint).toMatchObject({ code: 0, stderr: '' });
  expect(checkpoint.stdout).toMatch(/^holdfast-[0-9a-f]{16}\/1\n\d+\n[A-Za-z0-9+/]{43}=\nposition \d+\n/);
  await writeFile(kept, checkpoint.stdout);
  const key = (await log('key')).stdout.trim();

  const clean = await log('verify', '--from', kept, '--key', key, '--log-only');
  expect(clean).toMatchObject({ code: 0, stderr: '' });
  expect(clean.stdout).toContain(`The log is as it was appended: ${last} events`);
  expect(clean.stdout).toContain('as the checkpoint of');

  await writeFile(kept, checkpoint.stdout.replace(`\n${last}\n`, `\n${last - 1}\n`));
  const forged = await log('verify', '--from', kept);
  expect(forged).toMatchObject({ code: 1 });
  expect(forged.stderr).toContain('The signature of the checkpoint is not valid');

  expect((await log('verify')).stderr).toBe('');

  await run("UPDATE events SET data = '{}' WHERE position = 5");
  const changed = await log('verify', '--log-only');
  expect(changed.code).toBe(1);
  expect(changed.stderr).toContain('partition 1, position 5: changed: it is not as it was appended');
}, 60_000);
