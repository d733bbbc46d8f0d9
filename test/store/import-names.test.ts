/** Export and import carry numbers and claims, and the series continue. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { exportLog } from '../../store/archive/export-log.ts';
import { importLog } from '../../store/archive/import-log.ts';
import { type LogLine, writeLine } from '../../store/archive/log-file.ts';
import { createOrderLog } from '../../store/log/log.ts';
import type { DatabasePool } from '../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { openTestPool } from '../setup/pool.ts';
import { anAppend } from './events.ts';
import { dataOf, each, lines, small, withData } from './log-lines.ts';

let database: TestDatabase;
let pool: DatabasePool;
const open = async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database);
};
const close = async () => {
  await pool.end();
  await database.drop();
};
beforeEach(open);
afterEach(close);

const tenants = [...new Set(lines.map(({ tenant_id }) => tenant_id))] as [string, string];
/** The lines; those that place an order of a tenant get names. */
const withNames = (namesOf: (tenantId: string, n: number) => { number?: string; claim?: string }) => {
  const counts = new Map<string, number>();
  return lines.map((line): LogLine => {
    if (line.type !== 'OrderPlaced') return line;
    const n = counts.get(line.tenant_id) ?? 0;
    counts.set(line.tenant_id, n + 1);
    return named(line, namesOf(line.tenant_id, n));
  });
};
/** A line with names; a claim is that of the reference in its data. */
function named(line: LogLine, { number, claim }: { number?: string; claim?: string }): LogLine {
  const reference = claim?.slice('order '.length);
  const referenced = reference === undefined ? line : withData(line, { ...dataOf(line), reference });
  return {
    ...referenced,
    ...(claim && { schema_version: 2 }),
    ...(number && { number }),
    ...(claim && { claim }),
  };
}
const file = (all: readonly LogLine[]) => [small[0]!, ...all.map(writeLine)];
const exported = async () => {
  const texts: string[] = [];
  for await (const text of exportLog(pool, { from: 1, to: Number.MAX_SAFE_INTEGER })) texts.push(text);
  return texts;
};
const placed = lines.filter(({ type }) => type === 'OrderPlaced');
const ordersOf = (tenantId: string) => placed.filter(({ tenant_id }) => tenant_id === tenantId).length;

/** The number that a series gives next. */
async function nextOf(tenantId: string, series: string): Promise<string | null> {
  const log = createOrderLog({ pool, capacity: 10 });
  const outcome = await log.append(anAppend(tenantId, { partition: 1, series }));
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
  return outcome.event.number;
}

/** The lines without the link in the header, which files of before there were links lack. */
const withoutLink = ([header = '', ...rest]: readonly string[]) => [
  header.replaceAll(/,"link":"[0-9a-f]{64}"/g, ''),
  ...rest,
];

test('an exported log is imported with its names, byte for byte', async () => {
  const texts = file(withNames((tenant, n) => ({ number: `W-${1_001 + n}`, claim: `order ${tenant} ${n}` })));
  await importLog(pool, each(texts));
  const copy = await exported();
  expect(withoutLink(copy)).toEqual(texts);
  await close();
  await open();
  await importLog(pool, each(copy));
  expect(await exported()).toEqual(copy);
});

test('a line without names has no members for them, as before there were names', async () => {
  await importLog(pool, each(small));
  expect(withoutLink(await exported())).toEqual(small);
  expect(small[1]).not.toMatch(/"(?:number|claim)"/);
});

test('a series continues after its highest imported number, in each tenant', async () => {
  const texts = file(withNames((tenant, n) => (tenant === tenants[0] ? { number: `W-${5_000 - n}` } : {})));
  await importLog(pool, each(texts));
  expect(await nextOf(tenants[0], 'W-')).toBe('W-5001');
  expect(await nextOf(tenants[0], 'X-')).toBe('X-1001');
  expect(await nextOf(tenants[1], 'W-')).toBe('W-1001');
});

test('a series that began below 1001, with a width, continues in its form', async () => {
  const texts = file(withNames((_, n) => ({ number: `R/${String(n + 1).padStart(6, '0')}` })));
  await importLog(pool, each(texts));
  const next = String(ordersOf(tenants[0]) + 1).padStart(6, '0');
  expect(await nextOf(tenants[0], 'R/')).toBe(`R/${next}`);
});

test('a start that was set before the import stays when it is higher', async () => {
  await pool.query(sql.unsafe`
    INSERT INTO order_series (partition, tenant_id, series, next_number, width)
    VALUES (1, ${tenants[0]}, 'W-', 9000, 5), (1, ${tenants[1]}, 'W-', 7, 0)`);
  await importLog(pool, each(file(withNames((_, n) => ({ number: `W-${1_001 + n}` })))));
  expect(await nextOf(tenants[0], 'W-')).toBe('W-09000');
  expect(await nextOf(tenants[1], 'W-')).toBe(`W-${1_001 + ordersOf(tenants[1])}`);
});

test('an imported claim refuses a second event', async () => {
  const texts = file(withNames((_, n) => ({ claim: `order ${n}` })));
  await importLog(pool, each(texts));
  const log = createOrderLog({ pool, capacity: 10 });
  const outcome = await log.append(anAppend(tenants[0], { partition: 1, claim: 'order 3' }));
  expect(outcome).toMatchObject({ kind: 'claimed', claim: 'order 3' });
});

describe('a name that cannot be is refused with its line, and nothing is imported', () => {
  const firstPlaced = (tenantId: string) =>
    lines.findIndex(({ type, tenant_id }) => type === 'OrderPlaced' && tenant_id === tenantId);
  const lastPlaced = (tenantId: string) =>
    lines.findLastIndex(({ type, tenant_id }) => type === 'OrderPlaced' && tenant_id === tenantId);
  const first = firstPlaced(tenants[0]);
  const last = lastPlaced(tenants[0]);
  const payment = lines.findIndex(({ type }) => type === 'PaymentRecorded');
  const twice = (names: { number?: string; claim?: string }) =>
    lines.with(first, named(lines[first]!, names)).with(last, named(lines[last]!, names));
  test.each<[string, LogLine[], number, string]>([
    [
      'a number twice',
      twice({ number: 'W-1001' }),
      last,
      'number: a tenant has an order with this number already.',
    ],
    [
      'a claim twice',
      twice({ claim: 'order a=(b), c' }),
      last,
      'claim: a tenant has an event with this claim already.',
    ],
    [
      'a number of a payment',
      lines.with(payment, { ...lines[payment]!, number: 'W-1001' }),
      payment,
      'number: only OrderPlaced can have one, and this is PaymentRecorded of ord_',
    ],
    ['an empty number', lines.with(first, { ...lines[first]!, number: '' }), first, 'number: '],
    ['a long number', lines.with(first, { ...lines[first]!, number: 'x'.repeat(65) }), first, 'number: '],
    ['a long claim', lines.with(first, { ...lines[first]!, claim: 'x'.repeat(601) }), first, 'claim: '],
    ['a line break in a number', lines.with(first, { ...lines[first]!, number: 'a\nb' }), first, 'number: '],
    [
      'half a character in a claim',
      lines.with(first, { ...lines[first]!, claim: '\ud800' }),
      first,
      'claim: ',
    ],
    [
      'a number that is none',
      lines.with(first, { ...lines[first]!, number: 7 as unknown as string }),
      first,
      'number: ',
    ],
  ])('%s', async (_name, changed, index, words) => {
    await expect(importLog(pool, each(file(changed)))).rejects.toThrow(`Line ${index + 2}: ${words}`);
    const events = await pool.oneFirst(sql.type(z.object({ n: z.int() }))`SELECT count(*) AS n FROM events`);
    expect(events).toBe(0);
    expect(await pool.exists(sql.unsafe`SELECT 1 FROM order_series`)).toBe(false);
  });

  test('the same names in two tenants are no duplicates', async () => {
    await importLog(pool, each(file(withNames((_, n) => ({ number: `W-${n}`, claim: `order ${n}` })))));
    expect((await exported()).length).toBe(small.length);
  });
});
