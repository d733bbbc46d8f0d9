/**
 * Each hot statement goes to the one worker that has its partition: Citus explains it as one task.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { onCitus } from '../../setup/postgres/only-on.ts';

const SQL = new URL('../../../store/sql/', import.meta.url);
const FOLDERS = ['log', 'consumers', 'projections', 'archive', 'integrity', 'personal'];
/** A table that is placed by its partition. */
const PLACED =
  /\b(?:events|log_heads|checkpoints|orders|order_terms|order_snapshots|customer_totals|sales|daily_sales|customer_keys)\b/;

/** These write rows of several partitions or tables, or run in steps; and why. */
const IN_STEPS: Record<string, string> = {
  'archive/import-events': 'rows of all partitions',
  'consumers/move-checkpoints': 'a lock and a write',
  'log/find-position-before': 'a recursive search',
  'personal/read-erased-keys': 'keys of all partitions, once an erasure',
  'projections/add-customer-totals': 'rows from arrays',
  'projections/add-daily-sales': 'rows from arrays',
  'projections/add-sales': 'rows from arrays',
  'projections/write-order-rows': 'rows of two tables',
  'log/append-event': 'a function that its worker runs',
  'log/append-events': 'a function that its worker runs',
  'log/append-sealed-events': 'a function that its worker runs',
  'projections/add-order-rows': 'a function with rows of two tables',
};

const statements = FOLDERS.flatMap((folder) =>
  readdirSync(new URL(folder, SQL)).map((file) => `${folder}/${file.replace('.sql', '')}`),
).filter((path) => PLACED.test(textOf(path)) && IN_STEPS[path] === undefined);

function textOf(path: string): string {
  return readFileSync(new URL(`${path}.sql`, SQL), 'utf8').replaceAll(/^--.*$/gm, '');
}

/** A value of a type, as a literal. */
function sampleOf(type: string): string {
  if (type.endsWith('[]')) return `'{}'::${type}`;
  if (type === 'uuid') return `'00000000-0000-4000-8000-000000000000'`;
  if (/^(?:integer|bigint|smallint|numeric|double precision)$/.test(type)) return '0';
  if (type.startsWith('timestamp')) return 'now()';
  if (/^jsonb?$/.test(type)) return `'{}'`;
  return type === 'boolean' ? 'false' : `'x'`;
}

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await cloneDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function explained(path: string): Promise<string> {
  await client.query('DEALLOCATE ALL');
  await client.query(`PREPARE tried AS ${textOf(path)}`);
  const { rows } = await client.query<{ types: string }>(
    `SELECT array_to_string(parameter_types, ';') AS types FROM pg_prepared_statements WHERE name = 'tried'`,
  );
  const values = rows[0]!.types.split(';').map(sampleOf);
  const { rows: lines } = await client.query<Record<'QUERY PLAN', string>>(
    `EXPLAIN EXECUTE tried (${values.join(', ')})`,
  );
  return lines.map((line) => line['QUERY PLAN']).join('\n');
}

onCitus('one worker runs the whole statement', () => {
  test.each(statements)('%s', async (path) => {
    const plan = await explained(path);
    expect(plan).not.toContain('Distributed Subplan');
    expect(plan).toMatch(/^ *Task Count: 1$/m);
  });

  test('append_event', async () => {
    await client.query(`INSERT INTO log_heads (partition, link, timeline)
                        VALUES (0, log_genesis(0, 0), '00000001') ON CONFLICT DO NOTHING`);
    await client.query('SET citus.log_remote_commands = on');
    const commands: string[] = [];
    client.on('notice', ({ message }) => commands.push(message ?? ''));
    const { rows } = await client.query(
      `
      SELECT given_position FROM append_event(0, $1, $1, 1, $1, 'OrderPlaced', 1::smallint, '{}', 'key', $2, NULL, NULL, $2)`,
      ['00000000-0000-4000-8000-000000000000', Buffer.alloc(32)],
    );
    expect(rows).toEqual([{ given_position: '1' }]);
    expect(commands.filter((text) => text.includes('append_event'))).toHaveLength(1);
    expect(commands.filter((text) => /\b(?:BEGIN|COMMIT|PREPARE)\b/.test(text))).toEqual([]);
  });
});

onCitus('a partition in another database, as after a move', () => {
  test('gets a new epoch', async () => {
    await client.query('SELECT start_log_epoch(0)');
    await client.query(`UPDATE log_epochs SET home = 'elsewhere' WHERE partition = 0`);
    const { rows } = await client.query('SELECT start_log_epoch(0) AS reason');
    expect(rows).toEqual([{ reason: 'other_database' }]);
    const heads = await client.query('SELECT position >> 32 AS epoch FROM log_heads WHERE partition = 0');
    expect(heads.rows).toEqual([{ epoch: '1' }]);
  });
});

test('a statement that goes to several workers has a reason', () => {
  for (const path of Object.keys(IN_STEPS)) expect(textOf(path)).not.toBe('');
});
