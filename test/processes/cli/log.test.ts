import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { sql } from 'slonik';
import { z } from 'zod';
import { parseWords } from '../../setup/cli.ts';
import { UsageError } from '../../../command-line/command.ts';
import { log } from '../../../store/cli/log.ts';
import { importLog } from '../../../store/archive/import-log.ts';
import { readLine } from '../../../store/archive/log-file.ts';
import { type DatabasePool, openPool } from '../../../store/pool.ts';
import { recordShop } from '../../replay/generator.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';

const small = recordShop(7, 40);
const [KELP = '', TIDE = ''] = [1, 2].map((n) => `019b8000-0000-7000-8000-00000000000${n}`);
const idOf = (uuid: string) => `ten_${uuid.replaceAll('-', '')}`;
/** The same shop a second time, in its own partition, after the first one. */
const twice = [
  JSON.stringify({
    holdfast_log: 1,
    events: 2 * (small.length - 1),
    partitions: [1, 3].map((partition) => ({
      partition,
      events: small.length - 1,
      last_position: small.length - 1,
    })),
    tenants: [...JSON.parse(small[0]!).tenants, ...JSON.parse(elsewhere(small[0]!)).tenants],
  }),
  ...small.slice(1),
  ...small.slice(1).map(elsewhere),
];

function elsewhere(line: string): string {
  return line
    .replaceAll(`"tenant_id":"${KELP}"`, `"tenant_id":"${KELP.replace(/1$/, '3')}"`)
    .replaceAll(`"tenant_id":"${TIDE}"`, `"tenant_id":"${TIDE.replace(/2$/, '4')}"`)
    .replaceAll('"partition":1', '"partition":3');
}

let folder: string;
const databases: TestDatabase[] = [];
const pools: DatabasePool[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-log-'));
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()));
  await Promise.all(databases.splice(0).map((database) => database.drop()));
});
afterAll(() => rm(folder, { recursive: true }));

const connectTo = ({ url }: TestDatabase) =>
  openPool({ databaseUrl: url, size: 2, log: pino({ level: 'silent' }), checkRows: true });

async function emptyDatabase() {
  const database = await cloneDatabase();
  databases.push(database);
  const pool = await connectTo(database);
  pools.push(pool);
  return { pool, run: (...args: string[]) => holdfast(['log', ...args], { DATABASE_URL: database.url }) };
}

async function fileOf(lines: string[], name = 'log.ndjson'): Promise<string> {
  const path = join(folder, name);
  const text = `${lines.join('\n')}\n`;
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

async function* each(lines: string[]) {
  yield* lines;
}

const countOf = (pool: DatabasePool) =>
  pool.oneFirst(sql.type(z.object({ n: z.int() }))`SELECT count(*) AS n FROM events`);
const headsOf = (pool: DatabasePool) =>
  pool.any(
    sql.unsafe`SELECT partition, position, recorded_at FROM log_heads WHERE position > 0 ORDER BY partition`,
  );

/** The files have no links: a log that imports them computes its own. */
const withoutLinks = (text: string) => text.replaceAll(/,"link":"[0-9a-f]{64}"/g, '');

test('an imported log is exported byte for byte, and continues after its last position', async () => {
  const { pool, run } = await emptyDatabase();
  const imported = await run('import', await fileOf(twice, 'log.ndjson.gz'), '--json');
  expect(imported).toMatchObject({ code: 0, stderr: '' });
  expect(imported.json).toMatchObject({ events: twice.length - 1, partitions: [1, 3], new_partitions: true });
  expect(imported.json.created).toHaveLength(4);
  const exported = await run('export');
  expect(exported).toMatchObject({ code: 0, stderr: '' });
  expect(withoutLinks(exported.stdout)).toBe(`${twice.join('\n')}\n`);
  const withKeys = (await run('export', '--keys-and-endpoints')).stdout.split('\n');
  expect(withoutLinks(withKeys[0]!)).toBe(twice[0]!.replace(/}$/, ',"keys":0,"endpoints":0}'));

  const last = readLine(small.at(-1)!, 1);
  const recorded_at = new Date(last.recorded_at).toISOString();
  expect(await headsOf(pool)).toEqual(
    [1, 3].map((partition) => ({ partition, position: last.position, recorded_at })),
  );
  const keys = await pool.exists(sql.unsafe`SELECT FROM api_keys`);
  expect(keys).toBe(false);

  const again = await run('import', await fileOf(small));
  expect([again.code, again.stdout]).toEqual([1, '']);
  expect(again.stderr).toMatch(/^Partition 1 of this log holds events up to position \d+ already/);
  expect(again.stderr).toContain('Import into a database without events');
});

test('a tenant or a range can be exported; a part from the first position can be imported, another cannot', async () => {
  const { pool, run } = await emptyDatabase();
  await importLog(pool, each(small));
  const tide = (await run('export', '--tenant', idOf(TIDE))).stdout.trimEnd().split('\n');
  expect(tide.slice(1)).toEqual(small.slice(1).filter((line) => line.includes(`"tenant_id":"${TIDE}"`)));
  expect((await run('export', '--tenant', 'Tide')).stdout.trimEnd().split('\n')).toEqual(tide);
  const head = (await run('export', '--to', '10')).stdout.trimEnd().split('\n');
  expect(head.slice(1)).toEqual(small.slice(1, 11));
  const middle = (await run('export', '--from', '80', '--to', '90')).stdout.trimEnd().split('\n');
  expect(middle.slice(1)).toEqual(small.slice(80, 91));
  const none = await run('export', '--from', '100000');
  expect(none.stdout).toBe('{"holdfast_log":1,"events":0,"partitions":[],"tenants":[]}\n');

  for (const part of [tide, head]) {
    const { pool: other } = await emptyDatabase();
    await importLog(other, each(part));
    expect(await countOf(other)).toBe(part.length - 1);
  }
  const { pool: other } = await emptyDatabase();
  await expect(importLog(other, each(middle))).rejects.toThrow('export the log without --from');
  expect(await countOf(other)).toBe(0);
});

test('a tenant can be imported under another id', async () => {
  const { pool, run } = await emptyDatabase();
  const other = KELP.replace(/1$/, '9');
  const path = await fileOf(small);
  const renamed = await run('import', path, '--tenant-map', `${idOf(KELP)}=${idOf(other)}`, '--json');
  expect(renamed).toMatchObject({ code: 0, stderr: '' });
  expect(renamed.json.tenants).toEqual([idOf(other), idOf(TIDE)]);
  const counts = small.slice(1).filter((line) => line.includes(KELP)).length;
  expect(await pool.oneFirst(sql.unsafe`SELECT count(*) FROM events WHERE tenant_id = ${other}`)).toBe(
    counts,
  );

  const wrong = await (
    await emptyDatabase()
  ).run('import', path, '--tenant-map', `${idOf(other)}=${idOf(KELP)}`);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('which --tenant-map names')]);
  const both = await (
    await emptyDatabase()
  ).run('import', path, '--tenant-map', `${idOf(TIDE)}=${idOf(KELP)}`);
  expect([both.code, both.stderr]).toEqual([1, expect.stringContaining('would both become')]);
});

test('an existing tenant must be in the partition of the imported events', async () => {
  const { pool } = await emptyDatabase();
  await pool.query(sql.unsafe`INSERT INTO log_heads (partition) SELECT generate_series(0, 3)`);
  await pool.query(
    sql.unsafe`INSERT INTO tenants (tenant_id, name, partition) VALUES (${TIDE}, 'mine', 1), (${KELP}, 'x', 2)`,
  );
  await expect(importLog(pool, each(small))).rejects.toThrow(
    `Tenant ${idOf(KELP)} is in partition 2 of this database, but in partition 1 of the file`,
  );
  await pool.query(sql.unsafe`UPDATE tenants SET partition = 1`);
  expect(await importLog(pool, each(small))).toMatchObject({ created: [], new_partitions: false });
});

test('a file that is absent, not packed, or not text is refused', async () => {
  const { run } = await emptyDatabase();
  await writeFile(join(folder, 'plain.gz'), 'not packed');
  await writeFile(join(folder, 'latin1'), Buffer.from([0x7b, 0xe9, 0x0a]));
  for (const [path, words] of [
    [join(folder, 'nowhere'), 'cannot be read (ENOENT'],
    [folder, 'cannot be read (EISDIR'],
    [join(folder, 'plain.gz'), 'cannot be read (incorrect header check)'],
    [join(folder, 'latin1'), 'is not UTF-8 text'],
  ] as const) {
    const { code, stdout, stderr } = await run('import', path);
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(words)]);
    expect(stderr).not.toMatch(/^\s+at /m);
  }
});

test('a wrong command line is refused with exit code 2, without a database', async () => {
  for (const [args, words] of [
    [['export', '--from', '0'], '--from must be a position, a whole number from 1 on, not "0"'],
    [['export', '--to', '1e3'], '--to must be a position, a whole number from 1 on, not "1e3"'],
    [['export', '--to', '9999999999999999'], '--to must be a position'],
    [['import'], 'missing FILE'],
    [
      ['import', 'x', '--tenant-map', 'a=b'],
      '--tenant-map must be two tenant ids joined by =, such as ten_…=ten_…, not "a=b"',
    ],
  ] as [string[], string][]) {
    const attempt = async () => {
      const parsed = await parseWords({ log }, ['log', ...args]);
      const never = () => Promise.reject(new Error('it went on'));
      if (parsed.kind === 'run')
        await parsed.command.run(parsed.given, {
          database: never,
          grpcAccess: never,
          httpAccess: never,
          secretsKeys: () => [],
          personalKeys: () => [],
          erasuresFile: () => undefined,
          write: never,
        });
    };
    const error = (await attempt().catch((thrown: unknown) => thrown)) as Error;
    expect([error.constructor, error.message]).toEqual([UsageError, expect.stringContaining(words)]);
  }
});

test('the export ends when its reader closes the pipe', async () => {
  const { pool } = await emptyDatabase();
  await importLog(pool, each(small));
  const written: string[] = [];
  const parsed = await parseWords({ log }, ['log', 'export']);
  if (parsed.kind !== 'run') throw new Error('it was not understood');
  const write = async (text: string) => {
    written.push(text);
    throw new Error('gone');
  };
  const access = () => Promise.reject(new Error('it asked for the service'));
  await expect(
    parsed.command.run(parsed.given, {
      database: async () => pool,
      grpcAccess: access,
      httpAccess: access,
      secretsKeys: () => [],
      personalKeys: () => [],
      erasuresFile: () => undefined,
      write,
    }),
  ).rejects.toThrow('gone');
  expect(written).toHaveLength(1);
  expect(await readFile(await fileOf(small), 'utf8')).toContain(withoutLinks(written[0]!.split('\n')[0]!));
});
