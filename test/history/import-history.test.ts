/** `holdfast import --history`, in this process: what it places, refuses and reports. */
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../setup/shop.ts';
import { eur, lineOf, newTenant, openHistories, runImport } from './history-scene.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());
const { folder, fileOf, reportOf } = openHistories();

const sold = [
  { payment: { amount: eur(1_000), paid_at: '2024-03-01T10:05:00Z', provider: 'stripe', reference: 'ch_1' } },
  { shipment: { lines: [{ line_id: 'line_1', quantity: 2 }], shipped_at: '2024-03-02T08:00:00Z' } },
  { return: { lines: [{ line_id: 'line_1', quantity: 1 }], returned_at: '2024-03-09T08:00:00Z' } },
  {
    refund: {
      payment: 1,
      amount: eur(500),
      lines: [{ line_id: 'line_1', quantity: 1 }],
      refunded_at: '2024-03-10T08:00:00Z',
    },
  },
  { completion: { completed_at: '2024-04-01T00:00:00Z' } },
];

test('an old order has its own date, number and records with their times', async () => {
  const { at, apiKey, orders } = await newTenant(shop);
  const path = await fileOf([lineOf('web-1', { number: 'R-1001' }, sold)]);
  expect(await runImport(at, path)).toMatchObject({
    lines: 1,
    placed: 1,
    replayed: 0,
    records: 5,
    refused: 0,
  });
  const [order] = await orders(1);
  expect(order).toMatchObject({
    reference: 'web-1',
    number: 'R-1001',
    ordered_at: '2024-03-01T10:00:00.000Z',
    payment_status: 'partially_refunded',
    fulfillment_status: 'completed',
    amount_refunded: eur(500),
    amount_due: eur(0),
  });
  const { json } = await shop.ask(`/v2/orders/${order!['id']}/refunds`, { apiKey });
  expect(json.data[0]).toMatchObject({
    refunded_at: '2024-03-10T08:00:00.000Z',
    payments: [{ payment_id: expect.stringMatching(/^pay_/), amount: eur(500) }],
  });
  expect(await readdir(folder())).toEqual(['history.ndjson']);
});

test('each record that names another finds it by its ordinal', async () => {
  const { at, orders } = await newTenant(shop);
  const path = await fileOf([
    lineOf('named', {}, [
      { authorization: { amount: eur(400) } },
      { authorization: { amount: eur(700) } },
      { payment: { authorization: 2, amount: eur(600) } },
      { void: { authorization: 1, reason: 'not needed' } },
      { payment: { amount: eur(400), method: 'cash' } },
      { reversal: { payment: 2, reason: 'a false note' } },
      { hold: { reason: 'fraud check' } },
      { release: { hold: 1 } },
      { edit: { cancel: [{ line_id: 'line_1', quantity: 1 }], reason: 'sold out' } },
      { cancellation: { reason: 'all of it' } },
      { refund: { payment: 1, amount: eur(600) } },
    ]),
  ]);
  expect(await runImport(at, path)).toMatchObject({ placed: 1, records: 11, refused: 0 });
  const [order] = await orders(1);
  expect(order).toMatchObject({
    fulfillment_status: 'cancelled',
    payment_status: 'refunded',
    amount_paid: eur(1_000),
    amount_reversed: eur(400),
    amount_refunded: eur(600),
    amount_authorized: eur(100),
  });
});

test('orders are placed in the order of their dates, whatever the order of the file', async () => {
  const { at, orders } = await newTenant(shop);
  const day = (n: number) => `2024-05-${String(n).padStart(2, '0')}T12:00:00Z`;
  const days = [17, 3, 28, 3, 11];
  const path = await fileOf(days.map((n, index) => lineOf(`o${index}`, { ordered_at: day(n) })));
  await runImport(at, path);
  const placed = await orders(5);
  expect(placed.map(({ reference }) => reference)).toEqual(['o1', 'o3', 'o4', 'o0', 'o2']);
});

test('a second run repeats nothing, and a line that was corrected goes on where it was refused', async () => {
  const { at, orders } = await newTenant(shop);
  const records = (amount: number) => [
    { payment: { amount: eur(600) } },
    { payment: { amount: eur(amount) } },
    { shipment: { lines: [{ line_id: 'line_1', quantity: 2 }] } },
  ];
  const first = await fileOf([lineOf('a'), lineOf('b', {}, records(500))]);
  expect(await runImport(at, first)).toMatchObject({ placed: 2, replayed: 0, records: 1, refused: 1 });
  const corrected = await fileOf([lineOf('a'), lineOf('b', {}, records(400))]);
  expect(await runImport(at, corrected)).toMatchObject({ placed: 0, replayed: 2, records: 3, refused: 0 });
  expect(await runImport(at, corrected)).toMatchObject({ placed: 0, replayed: 2, records: 3, refused: 0 });
  const placed = await orders(2);
  expect(placed.map(({ version }) => version)).toEqual([1, 4]);
  expect(await readdir(folder())).toEqual(['history.ndjson']);
});

describe('bad lines', () => {
  test('each is reported with its number and its reason, and all good lines are imported', async () => {
    const { at, orders } = await newTenant(shop);
    const path = await fileOf([
      lineOf('good-1'),
      '{"order": ',
      '',
      lineOf('good-1'),
      { order: { lines: [] } },
      lineOf('no-total', { stated: { total: eur(999) } }),
      { order: lineOf('x').order, recordz: [] },
      lineOf('bad-record', {}, [{ payments: { amount: eur(1) } }]),
      lineOf('bad-ordinal', {}, [{ payment: { amount: eur(1) } }, { reversal: { payment: 2 } }]),
      lineOf('future', { ordered_at: '2999-01-01T00:00:00Z' }),
      '{"order":{"reference":"double","reference":"member","ordered_at":"2024-03-01T10:00:00Z"}}',
      lineOf('good-2', {}, [{ payment: { amount: eur(1_001) } }, { completion: {} }]),
    ]);
    const result = await runImport(at, path);
    expect(result).toMatchObject({ lines: 12, placed: 2, records: 0, refused: 10 });
    expect(result['report_file']).toBe(`${path}.report.ndjson`);
    const report = await reportOf(path);
    const short = report.map(({ line, reference, record, status, code, errors, not_sent }) => [
      line,
      reference,
      record,
      status,
      code,
      errors.map(({ pointer }) => pointer),
      not_sent,
    ]);
    expect(short).toEqual([
      [2, null, null, 400, 'malformed_json', [], 0],
      [4, 'good-1', null, 409, 'order_reference_taken', ['/order/reference'], 0],
      [5, null, null, 422, 'invalid_body', ['/order/reference', '/order/ordered_at'], 0],
      [7, 'x', null, 422, 'invalid_body', ['/recordz'], 0],
      [8, 'bad-record', null, 422, 'invalid_body', ['/records/0'], 0],
      [9, 'bad-ordinal', null, 422, 'invalid_body', ['/records/1/reversal/payment'], 0],
      [11, null, null, 400, 'malformed_json', ['/order/reference'], 0],
      [6, 'no-total', null, 422, 'totals_disagree', ['/order/stated/total/amount'], 0],
      [12, 'good-2', 0, 409, 'payment_exceeds_due', ['/records/0/payment/amount/amount'], 1],
      [10, 'future', null, 422, 'invalid_body', ['/order/ordered_at'], 0],
    ]);
    expect(report[1]!.detail).toBe('Line 1 has this reference. A file has each order once.');
    const placed = await orders(2);
    expect(placed.map(({ reference }) => reference)).toEqual(['good-1', 'good-2']);
    expect(report[8]!.order_id).toBe(placed[1]!['id']);
  });

  test('a line of more than 4 MiB, and one that is not UTF-8, stop no other', async () => {
    const { at, orders } = await newTenant(shop);
    const long = JSON.stringify(lineOf('long', { note: 'x'.repeat(5_000_000) }));
    const latin1 = Buffer.from('{"order":{"note":"Öl"}}', 'latin1');
    const path = await fileOf([lineOf('before'), long, latin1, lineOf('after')]);
    expect(await runImport(at, path)).toMatchObject({ lines: 4, placed: 2, refused: 2 });
    expect(await reportOf(path)).toMatchObject([
      { line: 2, detail: 'The line has more than 4 MiB.' },
      { line: 3, detail: 'The line is not UTF-8 text.' },
    ]);
    await orders(2);
  });

  test('an order for which the server refuses a whole batch is refused alone', async () => {
    const { at, orders } = await newTenant(shop);
    const [piece] = lineOf('x').order.lines;
    // With its key, a line of 4 MiB is more than a batch may have.
    const rest = 4_194_304 - JSON.stringify(lineOf('too-long', { note: '' })).length;
    const path = await fileOf([
      lineOf('before'),
      lineOf('too-many', { lines: Array.from({ length: 1_500 }, () => piece) }),
      lineOf('too-long', { note: 'x'.repeat(rest) }),
      lineOf('after'),
    ]);
    expect(await runImport(at, path)).toMatchObject({ placed: 2, refused: 2 });
    expect(await reportOf(path)).toMatchObject([
      { line: 2, reference: 'too-many', status: 422, code: 'invalid_body' },
      { line: 3, reference: 'too-long', status: 413, code: 'content_too_large' },
    ]);
    await orders(2);
  });

  test('the reference of an order that was placed live is refused, with the id of that order', async () => {
    const { at, apiKey } = await newTenant(shop);
    const live = await shop.ask('/v2/orders', { apiKey, body: lineOf('live').order });
    const path = await fileOf([lineOf('live'), lineOf('old')]);
    expect(await runImport(at, path)).toMatchObject({ placed: 1, refused: 1 });
    expect(await reportOf(path)).toMatchObject([
      { line: 1, reference: 'live', code: 'order_reference_taken', order_id: live.json.id },
    ]);
  });

  test('references with spaces, colons and other scripts are names as good as others', async () => {
    const { at, orders } = await newTenant(shop);
    const names = ['a', 'a:1', '1:a', 'Bestellung 7', '注文-7'];
    const records = [{ payment: { amount: eur(1_000) } }];
    const path = await fileOf(names.map((name) => lineOf(name, {}, records)));
    expect(await runImport(at, path)).toMatchObject({ placed: 5, records: 5, refused: 0 });
    expect(await runImport(at, path)).toMatchObject({ replayed: 5, records: 5, refused: 0 });
    expect((await orders(5)).map(({ version }) => version)).toEqual([2, 2, 2, 2, 2]);
  });
});

describe('--strict', () => {
  test('a bad line stops the run before anything is sent', async () => {
    const { at, orders } = await newTenant(shop);
    const path = await fileOf([lineOf('a'), 'no json']);
    await expect(runImport(at, path, { isStrict: true })).rejects.toThrow(
      /^Line 2: malformed_json.*\nNothing was sent/,
    );
    expect(await orders(0)).toEqual([]);
  });

  test('the first refused record stops the run; later orders are not sent', async () => {
    const { at, orders } = await newTenant(shop);
    const day = (n: number) => `2024-05-0${n}T12:00:00Z`;
    const path = await fileOf([
      lineOf('third', { ordered_at: day(3) }),
      lineOf('first', { ordered_at: day(1) }),
      lineOf('second', { ordered_at: day(2) }, [{ completion: {} }]),
    ]);
    await expect(runImport(at, path, { isStrict: true })).rejects.toThrow(
      /^Line 3 \(second\), record 0: order_not_shipped.*\nStopped there.* 1 of 3 orders are done/,
    );
    expect((await orders(2)).map(({ reference }) => reference)).toEqual(['first', 'second']);
    expect(await reportOf(path)).toMatchObject([{ line: 3, record: 0, code: 'order_not_shipped' }]);
    // The same file without --strict goes on, and reports the record once.
    expect(await runImport(at, path)).toMatchObject({ placed: 2, replayed: 1, refused: 1 });
    expect(await reportOf(path)).toHaveLength(1);
  });
});

test('a file that changes while it is imported is not marked as done', async () => {
  const { at } = await newTenant(shop);
  const path = await fileOf([lineOf('a'), lineOf('b')]);
  const { appendFile } = await import('node:fs/promises');
  await expect(
    runImport(at, path, {
      show: {
        begin() {},
        lived: () => void appendFile(path, '\n'),
        waits() {},
        end() {},
      },
    }),
  ).rejects.toThrow('was changed while it was imported');
});

test('a compressed file, a folder and a missing file are refused with what to do', async () => {
  const { gzipSync } = await import('node:zlib');
  const { writeFile } = await import('node:fs/promises');
  const path = await fileOf([]);
  await writeFile(path, gzipSync('{}'));
  await expect(runImport(shop, path)).rejects.toThrow('is compressed. Unpack it first');
  await expect(runImport(shop, folder())).rejects.toThrow(/is not a file|cannot be read/);
  await expect(runImport(shop, `${path}.none`)).rejects.toThrow('cannot be read');
});
