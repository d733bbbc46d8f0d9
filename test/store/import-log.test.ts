import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { importLog } from '../../store/archive/import-log.ts';
import { readLine, writeLine } from '../../store/archive/log-file.ts';
import type { DatabasePool } from '../../store/pool.ts';
import { recordShop } from '../replay/generator.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { openTestPool } from '../setup/pool.ts';
import { each } from './log-lines.ts';

const small = recordShop(7, 40);

describe('a faulty file is refused with the line and the fault, and nothing is imported', () => {
  // One database for all files, so that a rest of one import would show.
  let database: TestDatabase;
  let pool: DatabasePool;
  beforeAll(async () => {
    database = await cloneDatabase();
    pool = await openTestPool(database);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  const at = (line: number, change: (text: string) => string) => (lines: string[]) =>
    lines.with(line - 1, change(lines[line - 1]!));
  const first = small[1]!;
  test.each<[string, (lines: string[]) => string[], string | RegExp]>([
    ['an empty file', () => [], 'The file is empty'],
    ['another format', () => ['{"a":1}'], 'Line 1: this is not the header of a log'],
    ['a later format', at(1, (t) => t.replace(':1', ':2')), 'Line 1: the file has format 2'],
    ['a header without counts', at(1, (t) => t.replace('"events"', '"e"')), 'Line 1: events: '],
    ['cut off in a line', at(9, (t) => t.slice(0, -20)), 'Line 9: this is not an event'],
    ['cut off between lines', (lines) => lines.slice(0, -3), 'it is not complete'],
    ['a line twice', (lines) => lines.toSpliced(5, 0, lines[4]!), 'Line 6: position: must be greater than 4'],
    [
      'a position that leaves no room for another event',
      at(30, (t) => t.replace(/(position":)\d+/, '$19007199254740991')),
      'Line 30: position: ',
    ],
    ['a number for a text', at(7, (t) => t.replace(/"type":"\w+"/, '"type":4')), 'Line 7: type: '],
    [
      'an unknown type',
      at(7, (t) => t.replace(/"type":"\w+"/, '"type":"X"')),
      'Line 7: X of schema version 1 is not known',
    ],
    ['a member too many', at(7, (t) => t.replace('{', '{"x":1,')), 'Line 7: unknown field "x"'],
    [
      'invalid data',
      at(2, (t) => t.replace(/"currency":"\w+"/, '"currency":"e"')),
      'Line 2: data/currency: ',
    ],
    ['a short fingerprint', at(7, (t) => t.replace(/(print":")../, '$1')), 'Line 7: fingerprint: must be 64'],
    [
      'no such time',
      at(7, (t) => t.replace(/(recorded_at":"\d+)-\d\d/, '$1-13')),
      'Line 7: recorded_at: must be a time',
    ],
    [
      'a time too early',
      at(30, (t) => t.replace(/(recorded_at":")\d+/, '$12001')),
      'Line 30: recorded_at: must not be earlier',
    ],
    [
      'an unknown tenant',
      at(7, (t) => t.replace(/(tenant_id":"\w+-\w+-\w+-\w+)-\w+/, '$1-000000000007')),
      'Line 7: tenant_id: ',
    ],
    [
      'another partition',
      at(7, (t) => t.replace('"partition":1', '"partition":2')),
      'Line 7: partition: the tenant is in partition 1',
    ],
    [
      'a key twice',
      (lines) => withKeyTwice(lines),
      /Line \d+: idempotency_key: a tenant has this key already/,
    ],
    [
      'a version left out',
      (lines) => withVersion(lines, 400),
      /Line \d+: version: is 400, but the next version of ord_\w+ is 2/,
    ],
  ])('%s', async (_name, change, words) => {
    await expect(importLog(pool, each(change(small)))).rejects.toThrow(words);
    for (const table of ['events', 'log_heads', 'tenants']) {
      expect(await pool.exists(sql.unsafe`SELECT 1 FROM ${sql.identifier([table])}`)).toBe(false);
    }
  });

  function withKeyTwice(lines: string[]): string[] {
    const { idempotency_key, tenant_id } = readLine(first, 2);
    const index = lines.findIndex((line, n) => n > 1 && line.includes(tenant_id));
    return lines.with(index, writeLine({ ...readLine(lines[index]!, 0), idempotency_key }));
  }
  function withVersion(lines: string[], version: number): string[] {
    const index = lines.findIndex((line) => line.includes('"version":2,'));
    return lines.with(index, lines[index]!.replace('"version":2,', `"version":${version},`));
  }
});

test('data keeps its exact text', () => {
  const { data: _data, ...rest } = readLine(small[1]!, 2);
  const data = '{"b": 1.0, "2":"\\u00e9\u2028", "10":[1e2],"data":{"x":",\\"data\\":"}}';
  const line = writeLine({ ...rest, idempotency_key: 'a,"data":{}', data });
  expect(line.endsWith(`,"data":${data}}`)).toBe(true);
  expect(() => readLine(line, 3)).toThrow('Line 3: data/currency: ');
  expect(() => writeLine({ ...rest, data: '{\n}' })).toThrow('line breaks in its data');
});
