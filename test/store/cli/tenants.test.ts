/** `npx holdfast tenants create --partition`. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseWords } from '../../setup/cli.ts';
import { tenants } from '../../../store/cli/tenants.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';

let database: TestDatabase;
let pool: DatabasePool;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database);
  await ensurePartitions(pool, 4, []);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function run(...words: string[]) {
  const parsed = await parseWords({ tenants }, ['tenants', ...words]);
  if (parsed.kind !== 'run') throw new Error(parsed.kind);
  return parsed.command.run(parsed.given, { database: () => Promise.resolve(pool) } as never);
}

test('a tenant is created in the partition that the operator names', async () => {
  // The hash of an id would choose the last one four times with a chance of 1 in 256.
  for (const name of ['a', 'b', 'c', 'd'])
    expect(await run('create', name, '--partition', '3')).toMatchObject({ data: { name, partition: 3 } });
  const { data, text } = (await run('list'))!;
  expect(data).toMatchObject([{ partition: 3 }, { partition: 3 }, { partition: 3 }, { partition: 3 }]);
  expect(text).toMatch(/LIVE KEYS +PARTITION +WRITE/);
});

test('without a name of a partition, the hash of the id chooses one that exists', async () => {
  const { partition } = (await run('create', 'hashed'))!.data as { partition: number };
  expect([0, 1, 2, 3]).toContain(partition);
});

test('a partition that the log lacks is refused, with what creates it', async () => {
  await expect(run('create', 'far', '--partition', '7')).rejects.toThrow(
    'The log has no partition 7, only 0 to 3. To create it, start a node with HOLDFAST_PARTITIONS=8.',
  );
  await expect(run('create', 'far', '--partition', '-1')).rejects.toThrow('--partition');
  await expect(run('create', 'far', '--partition', 'x')).rejects.toThrow('--partition');
  expect((await run('list'))!.text).not.toContain('far');
});
