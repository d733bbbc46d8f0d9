/** `npx holdfast tenants series`: what it lists, sets and refuses. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { parseWords } from '../../setup/cli.ts';
import { tenants } from '../../../store/cli/tenants.ts';
import { toId } from '../../../store/ids.ts';
import { type OrderLog, createOrderLog } from '../../../store/log/log.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { type DatabasePool } from '../../../store/pool.ts';
import { type Tenant, createNamedTenant } from '../../../store/tenants.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { anAppend } from '../events.ts';

let database: TestDatabase;
let pool: DatabasePool;
let orders: OrderLog;
let tenant: Tenant;
beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database);
  await ensurePartitions(pool, 4, []);
  orders = createOrderLog({ pool, capacity: 100 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
let count = 0;
beforeEach(async () => {
  count += 1;
  tenant = (await createNamedTenant(pool, `shop ${count}`)).tenant;
});

async function run(...words: string[]) {
  const parsed = await parseWords({ tenants }, ['tenants', 'series', ...words]);
  if (parsed.kind !== 'run') throw new Error(parsed.kind);
  return parsed.command.run(parsed.given, {
    database: () => Promise.resolve(pool),
    grpcAccess: () => Promise.reject(new Error('it asked for the gRPC service')),
    httpAccess: () => Promise.reject(new Error('it asked for the HTTP service')),
    secretsKeys: () => [],
    personalKeys: () => [],
    erasuresFile: () => undefined,
    write: () => Promise.reject(new Error('it wrote')),
  });
}
/** Places an order, and gives its number. */
async function place(change: { series?: string; number?: string }) {
  const { tenant_id, partition } = tenant;
  const outcome = await orders.append(anAppend(tenant_id, { partition, ...change }));
  return outcome.kind === 'appended' ? outcome.event.number : outcome.kind;
}

test('lists the series of one tenant, by id or name', async () => {
  expect(await run(tenant.name)).toEqual({
    data: [],
    text: 'No series yet. The first order that asks for one creates it.',
  });
  await place({ series: 'W-' });
  await place({ number: 'R/02000' });
  const data = [
    { series: 'R/', next_number: 2_001, width: 0, next: 'R/2001' },
    { series: 'W-', next_number: 1_002, width: 0, next: 'W-1002' },
  ];
  const text = 'SERIES  NEXT NUMBER  WIDTH\nR/      R/2001       0\nW-      W-1002       0';
  expect(await run(tenant.name)).toEqual({ data, text });
  expect(await run(toId('ten', tenant.tenant_id))).toEqual({ data, text });
  expect((await run(tenant.name, 'W-'))?.data).toEqual([data[1]]);
  expect((await run(tenant.name, 'X-'))?.text).toBe(
    'Series "X-" is not used yet. Its first number is X-1001.',
  );
});

test('sets the start and the width of a series that nobody has used', async () => {
  expect(await run(tenant.name, 'W-', '--start', '7', '--width', '5')).toEqual({
    data: { series: 'W-', next_number: 7, width: 5, next: 'W-00007' },
    text: 'The next number of "W-" is W-00007.',
  });
  expect(await place({ series: 'W-' })).toBe('W-00007');
});

test('changes the width alone, and the start alone', async () => {
  await run(tenant.name, 'W-', '--width', '6');
  expect(await place({ series: 'W-' })).toBe('W-001001');
  await run(tenant.name, 'W-', '--start', '5000');
  expect(await place({ series: 'W-' })).toBe('W-005000');
  await run(tenant.name, 'W-', '--width', '0');
  expect(await place({ series: 'W-' })).toBe('W-5001');
});

test('refuses a start below the next number, and sets nothing', async () => {
  await place({ series: 'W-' });
  await expect(run(tenant.name, 'W-', '--start', '1001', '--width', '9')).rejects.toThrow(
    'The next number of "W-" is W-1002. A start at 1001 could give a number twice. Use --start 1002 or more.',
  );
  expect(await place({ series: 'W-' })).toBe('W-1002');
});

test('refuses a start below a stated number', async () => {
  await place({ number: 'W-17' });
  await expect(run(tenant.name, 'W-', '--start', '5')).rejects.toThrow('Use --start 1001 or more.');
});

test('waits for an append that gives a number', async () => {
  const starts = Array.from({ length: 20 }, (_, n) =>
    run(tenant.name, 'W-', '--start', String(1_100 + n * 10)),
  );
  const numbers = await Promise.all(Array.from({ length: 60 }, () => place({ series: 'W-' })));
  await Promise.allSettled(starts);
  expect(new Set(numbers).size).toBe(60);
});
