/** An import applies the rules of orders: it refuses each event that the rules refuse. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { importLog } from '../../store/archive/import-log.ts';
import { type LogLine, writeLine } from '../../store/archive/log-file.ts';
import { type DatabasePool } from '../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../setup/database.ts';
import { openTestPool } from '../setup/pool.ts';
import { type Data, dataOf, each, lines, small, withData } from './log-lines.ts';

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

const stream = (line: LogLine) =>
  lines.filter(({ tenant_id, order_id }) => tenant_id === line.tenant_id && order_id === line.order_id);
/** Changes the data of the first matching event of a type. */
const change =
  (type: string, edit: (data: Data) => Data, fits: (line: LogLine) => boolean = () => true) =>
  (): [LogLine[], number] => {
    const at = lines.findIndex((line) => line.type === type && fits(line));
    const line = lines[at]!;
    return [lines.with(at, withData(line, edit(dataOf(line)))), at + 2];
  };

/** Replaces the last event of a matching order. */
const last = (type: string, data: Data, fits: (before: LogLine[]) => boolean) => (): [LogLine[], number] => {
  const at = lines.findIndex((line) => {
    const all = stream(line);
    return all.at(-1) === line && all.length > 1 && fits(all.slice(0, -1));
  });
  return [lines.with(at, withData({ ...lines[at]!, type }, data)), at + 2];
};
const has = (type: string) => (before: LogLine[]) => before.some((line) => line.type === type);
const endsWith = (type: string) => (before: LogLine[]) => before.at(-1)?.type === type;
const isUnpaid = (before: LogLine[]) => before.length === 1 && dataOf(before[0]!).total > 0;

describe('an event that the rules refuse', () => {
  const pieces = [{ line_id: 'line_1', quantity: 1_000_000 }];
  const shipment = { lines: pieces, carrier: null, tracking_number: null };

  test.each<[string, () => [LogLine[], number], string]>([
    [
      'a total that differs from its lines',
      change('OrderPlaced', (d) => ({ ...d, total: d.total + 1 })),
      'data/total: must be ',
    ],
    [
      'a line total that differs from its pieces',
      change('OrderPlaced', (d) => ({ ...d, lines: d.lines.map((l: Data) => ({ ...l, total: 1 })) })),
      'data/lines/0/total: must be ',
    ],
    [
      'lines with other ids',
      change('OrderPlaced', (d) => ({ ...d, lines: d.lines.map((l: Data) => ({ ...l, id: 'line_7' })) })),
      'data/lines/0/id: must be line_1',
    ],
    ['an unknown currency', change('OrderPlaced', (d) => ({ ...d, currency: 'ZZZ' })), 'invalid_body'],
    [
      'a payment above the due amount',
      change('PaymentRecorded', (d) => ({ ...d, amount: d.amount + 1_000_000_000 })),
      'payment_exceeds_due',
    ],
    [
      'a payment in another currency',
      change('PaymentRecorded', (d) => ({ ...d, currency: d.currency === 'EUR' ? 'USD' : 'EUR' })),
      'data/currency: must be ',
    ],
    ['a shipment before the payment', last('ItemsShipped', shipment, isUnpaid), 'order_not_paid'],
    [
      'more shipped than ordered',
      change('ItemsShipped', (d) => ({ ...d, lines: pieces })),
      'shipment_exceeds_ordered',
    ],
    [
      'a shipment of an unknown line',
      change('ItemsShipped', (d) => ({ ...d, lines: [{ line_id: 'line_99', quantity: 1 }] })),
      'invalid_body',
    ],
    [
      'more returned than shipped',
      change('ItemsReturned', (d) => ({ ...d, lines: pieces })),
      'return_exceeds_shipped',
    ],
    [
      'a return before any shipment',
      last('ItemsReturned', { lines: [{ line_id: 'line_1', quantity: 1 }], reason: null }, isUnpaid),
      'order_not_shipped',
    ],
    [
      'a refund above the paid amount',
      change('RefundRecorded', (d) => ({ ...d, amount: 999_999_999_999 })),
      'refund_exceeds_paid',
    ],
    [
      'a refund before any payment',
      last('RefundRecorded', { amount: 1, currency: 'EUR', reason: null, reference: null }, isUnpaid),
      'order_not_paid',
    ],
    [
      'a cancellation after a shipment',
      last('OrderCancelled', { reason: null }, has('ItemsShipped')),
      'order_already_',
    ],
    [
      'a completion before any shipment',
      last('OrderCompleted', { note: null }, isUnpaid),
      'order_not_shipped',
    ],
    [
      'a shipment after the cancellation',
      last('ItemsShipped', shipment, endsWith('OrderCancelled')),
      'order_already_cancelled',
    ],
    [
      'a patch with another result for the address',
      change('OrderUpdated', (d) => ({
        ...d,
        shipping_address: { name: 'N', line1: 'L', city: 'C', country: 'DE' },
      })),
      'data/shipping_address',
    ],
    [
      'a patch with another result for the metadata',
      change('OrderUpdated', (d) => ({ ...d, metadata: { ...d.metadata, smuggled: 'in' } })),
      'data/metadata/smuggled: must be the value that the rules produce',
    ],
    [
      'an order that is placed twice',
      () => {
        const at = lines.findIndex(({ version }) => version === 2);
        const first = stream(lines[at]!)[0]!;
        const again = { ...lines[at]!, type: first.type, data: first.data, fingerprint: first.fingerprint };
        return [lines.with(at, again), at + 2];
      },
      'order_already_placed',
    ],
    [
      'a missing version',
      () => {
        const at = lines.findIndex(({ version }) => version === 2);
        return [lines.with(at, { ...lines[at]!, version: 3 }), at + 2];
      },
      'version: is 3, but the next version of ord_',
    ],
    [
      'a duplicate version',
      () => {
        const at = lines.findIndex(({ version }) => version === 2);
        return [lines.with(at, { ...lines[at]!, version: 1 }), at + 2];
      },
      'version: is 1, but the next version of ord_',
    ],
    [
      'a fingerprint of another request',
      () => {
        const at = lines.findIndex(({ type }) => type === 'PaymentRecorded');
        return [lines.with(at, { ...lines[at]!, fingerprint: 'a'.repeat(64) }), at + 2];
      },
      'fingerprint: does not match PaymentRecorded',
    ],
    [
      'a duplicate event id',
      () => {
        const at = lines.findLastIndex(({ tenant_id }) => tenant_id === lines[0]!.tenant_id);
        return [lines.with(at, { ...lines[at]!, event_id: lines[0]!.event_id }), at + 2];
      },
      'event_id: a tenant has an event with this id already',
    ],
    [
      'a duplicate idempotency key',
      () => {
        const at = lines.findLastIndex(({ tenant_id }) => tenant_id === lines[0]!.tenant_id);
        return [lines.with(at, { ...lines[at]!, idempotency_key: lines[0]!.idempotency_key }), at + 2];
      },
      'idempotency_key: a tenant has this key already',
    ],
    [
      'an idempotency key that no request can have',
      () => [lines.with(4, { ...lines[4]!, idempotency_key: 'two words' }), 6],
      'idempotency_key: must be 1 to 255 visible ASCII characters',
    ],
    [
      'an event of 2030',
      () => [
        lines.with(lines.length - 1, { ...lines.at(-1)!, recorded_at: '2030-01-01T00:00:00.000000Z' }),
        lines.length + 1,
      ],
      'recorded_at: 2030-01-01T00:00:00.000000Z is in the future',
    ],
    [
      'a time before the event before it',
      () => [lines.with(30, { ...lines[30]!, recorded_at: '2001-01-01T00:00:00.000000Z' }), 32],
      'recorded_at: must not be earlier',
    ],
    [
      'an impossible day',
      () => [lines.with(30, { ...lines[30]!, recorded_at: '2026-02-30T00:00:00.000000Z' }), 32],
      'recorded_at: must be a time',
    ],
    [
      'a number with a decimal point',
      () => {
        const at = lines.findIndex(({ type }) => type === 'PaymentRecorded');
        const data = lines[at]!.data.replace(/"amount":(\d+)/, '"amount":$1.0');
        return [lines.with(at, { ...lines[at]!, data }), at + 2];
      },
      'data: a number must consist of digits alone',
    ],
    [
      'a duplicate member',
      () => {
        const at = lines.findIndex(({ type }) => type === 'PaymentRecorded');
        const data = lines[at]!.data.replace(/"amount":\d+/, '"amount":1,$&');
        return [lines.with(at, { ...lines[at]!, data }), at + 2];
      },
      'data: duplicate member',
    ],
    [
      'an entry named __proto__',
      () => {
        const at = lines.findIndex(({ type }) => type === 'OrderPlaced');
        const data = lines[at]!.data.replace('"metadata":{', '"metadata":{"__proto__":"x",').replace(
          ',}',
          '}',
        );
        return [lines.with(at, { ...lines[at]!, data }), at + 2];
      },
      'data: no member can be called __proto__',
    ],
  ])('%s', async (_name, make, words) => {
    const [changed, number] = make();
    const file = [small[0]!, ...changed.map(writeLine)];
    const refused = importLog(pool, each(file));
    await expect(refused).rejects.toThrow(`Line ${number}: `);
    await expect(refused).rejects.toThrow(words);
    for (const table of ['events', 'log_heads', 'tenants']) {
      expect(await pool.exists(sql.unsafe`SELECT 1 FROM ${sql.identifier([table])}`)).toBe(false);
    }
  });

  test.each<[string, (header: Data) => Data, string]>([
    [
      'another number of events in a partition',
      (h) => ({ ...h, partitions: [{ ...h.partitions[0], events: 1 }] }),
      'it is not complete',
    ],
    [
      'a partition beyond the maximum',
      (h) => ({ ...h, partitions: [{ ...h.partitions[0], partition: 1_024 }] }),
      'Line 1: partitions/0/partition: ',
    ],
    [
      'a tenant of the future',
      (h) => ({
        ...h,
        tenants: h.tenants.map((t: Data) => ({ ...t, created_at: '2030-01-01T00:00:00.000000Z' })),
      }),
      'Line 1: tenants: created_at: 2030-01-01T00:00:00.000000Z is in the future',
    ],
    [
      'a name with a NUL',
      (h) => ({ ...h, tenants: h.tenants.map((t: Data) => ({ ...t, name: 'a\0b' })) }),
      'Line 1: tenants/0/name: ',
    ],
  ])('a header with %s', async (_name, edit, words) => {
    const header = JSON.stringify(edit(JSON.parse(small[0]!)));
    await expect(importLog(pool, each([header, ...small.slice(1)]))).rejects.toThrow(words);
    expect(await pool.exists(sql.unsafe`SELECT 1 FROM tenants`)).toBe(false);
  });

  test('a message does not repeat personal data', async () => {
    const [changed] = change('OrderUpdated', (d) => ({
      ...d,
      metadata: { ...d.metadata, note: 'Frau Muster' },
    }))();
    const error = await importLog(pool, each([small[0]!, ...changed.map(writeLine)])).catch((e: Error) => e);
    expect((error as Error).message).toContain('data/metadata/note');
    expect((error as Error).message).not.toContain('Muster');
  });
});
