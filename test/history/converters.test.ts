/** The converters of examples/: their orders are imported, and compared with their sources. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { minorUnits } from '../../domain/currency.ts';
import { convertOrder as convertCsv, csvOrders } from '../../examples/csv.ts';
import type { HistoryLine } from '../../examples/history.ts';
import { createReader, decimalsOf } from '../../examples/money.ts';
import { convertOrder as convertShopify } from '../../examples/shopify.ts';
import { convertOrder as convertWooCommerce } from '../../examples/woocommerce.ts';
import { type Shop, openShop } from '../setup/shop.ts';
import * as shopify from './documents/shopify.ts';
import * as woocommerce from './documents/woocommerce.ts';
import { openHistories, runImport } from './history-scene.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());
const { fileOf, folder } = openHistories();

/** Imports lines into an empty tenant. @returns its orders by reference, and a reader of records */
async function imported(lines: readonly HistoryLine[]) {
  const { apiKey } = await shop.addTenant();
  const path = await fileOf(lines);
  const result = await runImport({ url: shop.url, apiKey }, path);
  const report = result['report_file'] && (await readFile(`${path}.report.ndjson`, 'utf8'));
  expect([result['placed'], result['refused'], report]).toEqual([lines.length, 0, undefined]);
  const read = async (at: string) => (await shop.ask(`/v2/${at}`, { apiKey })).json;
  const events = (await read('events?limit=100&types=OrderPlaced')).data as { order_id: string }[];
  const orders = await Promise.all(events.map(({ order_id }) => read(`orders/${order_id}`)));
  return { orders: new Map(orders.map((order) => [order.reference as string, order])), read };
}

const money = (currency: string) => (amount: number) => ({ amount, currency });
const [eur, usd, jpy, kwd] = [money('EUR'), money('USD'), money('JPY'), money('KWD')];

test('Shopify: totals, dates, numbers, payments, shipments, refunds and states', async () => {
  const { orders, read } = await imported(Object.values(shopify).map(convertShopify));
  const returned = orders.get('5000001')!;
  expect(returned).toMatchObject({
    number: '#2001',
    customer_id: '77',
    ordered_at: '2024-02-03T08:59:58.000Z',
    note: 'Ring twice,\nplease',
    tags: ['b2b', 'spring'],
    metadata: { discount_codes: 'SPRING', gift_wrap_: 'yes' },
    shipping_address: { company: 'Tang & Co', country: 'DE' },
    total: eur(9_315),
    tax_total: eur(1_488),
    discount_total: eur(1_180),
    payment_status: 'partially_refunded',
    fulfillment_status: 'completed',
    amount_paid: eur(9_315),
    amount_authorized: eur(0),
    amount_refunded: eur(2_532),
    amount_returned: eur(2_222),
    amount_due: eur(0),
  });
  expect(returned.lines[0]).toMatchObject({ amount: eur(6_667), quantity_shipped: 3, quantity_returned: 1 });
  const at = `orders/${returned.id}`;
  const payments = (await read(`${at}/payments`)).data;
  expect(payments).toMatchObject([
    {
      amount: eur(4_445),
      provider: 'shopify_payments',
      reference: '902',
      paid_at: '2024-02-04T07:01:00.000Z',
    },
    { amount: eur(4_870), reference: '903' },
  ]);
  expect(payments[1].authorization_id).toMatch(/^aut_/);
  expect((await read(`${at}/shipments`)).data).toMatchObject([
    { carrier: 'DHL', tracking_number: 'JD01', shipped_at: '2024-02-04T07:00:00.000Z' },
    { lines: [{ line_id: 'line_1' }, { line_id: 'line_2' }] },
  ]);
  expect((await read(`${at}/refunds`)).data).toMatchObject([
    {
      lines: [{ line_id: 'line_1', quantity: 1, amount: eur(2_222) }],
      charges: [{ charge_id: 'charge_1', amount: eur(310) }],
      refunded_at: '2024-02-20T14:00:00.000Z',
    },
  ]);

  const cancelled = orders.get('5000002')!;
  expect(cancelled).toMatchObject({
    customer_id: null,
    email: null,
    total: usd(3_797),
    charge_total: usd(500),
    payment_status: 'refunded',
    fulfillment_status: 'cancelled',
    amount_due: usd(0),
    ready_to_ship: false,
  });
  expect((await read(`orders/${cancelled.id}/cancellation`)).cancelled_at).toBe('2024-03-01T18:00:00.000Z');

  expect(orders.get('5000003')).toMatchObject({
    total: jpy(5_445),
    discount_total: jpy(500),
    tax_total: jpy(445),
    payment_terms: 'open',
    payment_status: 'unpaid',
    fulfillment_status: 'shipped',
    amount_due: jpy(5_445),
  });
});

test('WooCommerce: totals, dates, numbers, payments, shipments, refunds and states', async () => {
  const { orders, read } = await imported(Object.values(woocommerce).map(convertWooCommerce));
  const completed = orders.get('8101')!;
  expect(completed).toMatchObject({
    number: 'K-8101',
    ordered_at: '2023-05-02T08:30:00.000Z',
    email: 'ona@example.com',
    metadata: { coupons: 'tide10' },
    total: eur(5_297),
    tax_total: eur(970),
    taxes: [{ name: 'VAT', rate: 23, amount: eur(970) }],
    payment_status: 'partially_refunded',
    fulfillment_status: 'completed',
    amount_refunded: eur(2_094),
    amount_due: eur(0),
  });
  expect(completed.lines[0]).toMatchObject({
    name: 'Rope – 9 m',
    unit_price: eur(1_999),
    discount: eur(400),
    amount: eur(3_598),
  });
  expect((await read(`orders/${completed.id}/refunds`)).data).toMatchObject([
    {
      reason: 'frayed',
      lines: [{ line_id: 'line_1', quantity: 1, amount: eur(1_799) }],
      charges: [{ charge_id: 'charge_1', amount: eur(295) }],
      refunded_at: '2023-05-20T12:00:00.000Z',
    },
  ]);
  expect((await read(`orders/${completed.id}/payments`)).data).toMatchObject([
    { provider: 'stripe', reference: 'ch_8101', paid_at: '2023-05-02T08:31:00.000Z' },
  ]);
  expect(orders.get('8102')).toMatchObject({
    customer_id: null,
    billing_address: { name: 'Ona Marsh', city: 'Galway', country: null },
    fulfillment_status: 'cancelled',
    payment_status: 'unpaid',
  });
  expect(orders.get('8103')).toMatchObject({
    total: kwd(10_005),
    fulfillment_status: 'cancelled',
    payment_status: 'refunded',
    ready_to_ship: false,
  });
});

const TABLE = fileURLToPath(new URL('documents/orders.csv', import.meta.url));

test('CSV: rows of an order, quoted fields, charges, shipments and refunds', async () => {
  const lines = csvOrders(await readFile(TABLE, 'utf8')).map(convertCsv);
  const { orders, read } = await imported(lines);
  const first = orders.get('tel-1')!;
  expect(first).toMatchObject({
    number: 'T-1',
    note: 'Says "hello",\nand thanks',
    ordered_at: '2022-01-05T10:00:00.000Z',
    total: eur(1_300),
    tax_total: eur(207),
    shipping_address: { name: 'Ida Holm', city: 'Kiel' },
    payment_status: 'paid',
    fulfillment_status: 'shipped',
  });
  expect(first.lines[0]).toMatchObject({ name: 'Kelp, dried', amount: eur(810) });
  expect((await read(`orders/${first.id}/payments`)).data).toMatchObject([
    { provider: 'PayPal', reference: 'PP-1', method: 'paypal' },
  ]);
  expect(orders.get('tel-2')).toMatchObject({
    total: { amount: 3_123, currency: 'CHF' },
    ordered_at: '2022-01-04T09:00:00.000Z',
    payment_status: 'refunded',
    fulfillment_status: 'cancelled',
  });
  const third = orders.get('tel-3')!;
  expect(third).toMatchObject({
    total: eur(4_500),
    payment_terms: 'open',
    payment_status: 'paid',
    fulfillment_status: 'completed',
  });
  expect((await read(`orders/${third.id}/shipments`)).data).toHaveLength(2);
});

describe('amounts', () => {
  test('each currency has the decimals that Holdfast gives it', () => {
    const known = Intl.supportedValuesOf('currency').filter((code) => minorUnits(code) !== undefined);
    expect(known.length).toBeGreaterThan(140);
    expect(known.filter((code) => decimalsOf(code) !== minorUnits(code))).toEqual([]);
  });

  test.each([
    ['EUR', '12.50', 1_250],
    ['EUR', '12.5', 1_250],
    ['EUR', '12', 1_200],
    ['EUR', '-0.10', -10],
    ['EUR', '', 0],
    ['EUR', null, 0],
    ['EUR', '1.5000', 150],
    ['EUR', '4503599627.37', 450_359_962_737],
    ['JPY', '1200', 1_200],
    ['KWD', '1.2', 1_200],
  ])('%s %j is %d', (currency, text, amount) => {
    expect(createReader(currency)(text)).toBe(amount);
  });

  test.each([
    ['EUR', '12,50', 'is not a decimal number'],
    ['EUR', '1.005', 'is finer than the minor unit'],
    ['JPY', '1.5', 'is finer than the minor unit'],
    ['EUR', 'NaN', 'is not a decimal number'],
  ])('%s %j is refused', (currency, text, words) => {
    expect(() => createReader(currency)(text)).toThrow(words);
  });
});

test('a source whose lines do not sum to its total is refused, with the computed total', async () => {
  const { apiKey } = await shop.addTenant();
  const path = await fileOf([convertShopify({ ...shopify.cancelled, total_price: '47.97' })]);
  expect(await runImport({ url: shop.url, apiKey }, path)).toMatchObject({ placed: 0, refused: 1 });
  const report = JSON.parse(await readFile(`${path}.report.ndjson`, 'utf8'));
  expect(report).toMatchObject({ code: 'totals_disagree', not_sent: 3 });
  expect(report.errors).toEqual([
    {
      pointer: '/order/stated/total/amount',
      detail: expect.stringMatching(/^must be 3797, the computed value: lines /),
    },
  ]);
});

test('lines without pieces are left out, parts of a piece are one piece, and an order needs a line', () => {
  const [chowder] = shopify.cancelled.line_items;
  const removed = { ...chowder!, id: 20, quantity: 0 };
  const one = convertShopify({
    ...shopify.cancelled,
    line_items: [removed, ...shopify.cancelled.line_items],
  });
  expect(one).toEqual(convertShopify(shopify.cancelled));
  const [kelp] = woocommerce.failed.line_items;
  const { order } = convertWooCommerce({ ...woocommerce.failed, line_items: [{ ...kelp!, quantity: 0.75 }] });
  expect(order.lines).toMatchObject([{ quantity: 1, unit_price: eur(999) }]);
  expect(() => convertWooCommerce({ ...woocommerce.failed, line_items: [] })).toThrow('it has no lines');
});

describe('as programs', () => {
  /** Runs a converter over a file. */
  const run = (converter: string, path: string) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const script = fileURLToPath(new URL(`../../examples/${converter}`, import.meta.url));
      execFile(process.execPath, [script, path], (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });
  const asText = (lines: readonly HistoryLine[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

  test('a list, an envelope and lines give the same history; an order that cannot be read stops no other', async () => {
    const documents = Object.values(shopify);
    const history = asText(documents.map(convertShopify));
    const list = await fileOf([documents], 'list.json');
    const envelope = await fileOf([{ orders: documents }], 'envelope.json');
    const lines = await fileOf(documents, 'lines.json');
    for (const path of [list, envelope, lines])
      expect(await run('shopify.ts', path)).toEqual({ code: 0, stdout: history, stderr: '' });

    const bad = await fileOf([{ ...woocommerce.failed, total: '9,99' }, woocommerce.refunded], 'bad.json');
    const { code, stdout, stderr } = await run('woocommerce.ts', bad);
    expect([code, stdout]).toEqual([1, asText([convertWooCommerce(woocommerce.refunded)])]);
    expect(stderr).toBe(
      'Order 1 of the file cannot be converted: "9,99" is not a decimal number, such as 12.50\n',
    );
  });

  test('the CSV of the test', async () => {
    const { code, stdout } = await run('csv.ts', TABLE);
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 3]);
    const none = await run('csv.ts', `${folder()}/none.csv`);
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringMatching(/none\.csv cannot be read: ENOENT.*\n$/),
    ]);
    const other = await run('csv.ts', await fileOf(['a,b', '1,2'], 'other.csv'));
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringContaining('The header lacks reference, ordered_at'),
    ]);
  });
});
