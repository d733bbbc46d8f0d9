/**
 * Nine orders of seven systems, as their documents state them, lived through version 2: totals to
 * the cent, payments, shipments and refunds recorded, and the end state of the source. The amounts
 * are those of the published documents; the texts are ours.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const money = (currency: string) => (amount: number) => ({ amount, currency });
const [usd, eur, hkd] = [money('USD'), money('EUR'), money('HKD')];

type Body = Record<string, unknown>;

async function place(body: Body) {
  const answer = await shop.ask('/v2/orders', { body });
  expect([answer.status, answer.json.errors ?? []]).toEqual([201, []]);
  const at = `/v2/orders/${answer.json.id}`;
  return {
    order: answer.json,
    async record(noun: string, record: Body) {
      const recorded = await shop.ask(`${at}/${noun}`, { body: record });
      expect([recorded.status, recorded.json.detail]).toEqual([201, undefined]);
      return recorded.json;
    },
    read: async () => (await shop.ask(at)).json,
  };
}

const pieces = (...quantities: number[]) => ({
  lines: quantities.map((quantity, index) => ({ line_id: `line_${index + 1}`, quantity })),
});

const home = { name: 'Ada Byrne', line1: '3 Harbour Row', city: 'Louisville', region: 'KY', country: 'US' };

test('agentic commerce: two headphones, a cable, tax on top; one headphone refunded and kept', async () => {
  const { order, record, read } = await place({
    reference: 'ORD-2026-00101',
    email: 'ada@example.com',
    lines: [
      { name: 'Headphones', quantity: 2, unit_price: usd(29_900) },
      { name: 'Cable', quantity: 1, unit_price: usd(1_900) },
    ],
    taxes: [{ name: 'Tax', amount: usd(5_399) }],
    charges: [{ kind: 'shipping', price: usd(0) }],
    stated: { total: usd(67_099), tax_total: usd(5_399) },
  });
  expect(order.total).toEqual(usd(67_099));
  expect(order.lines[0]).toMatchObject({ tax: usd(5_233), amount: usd(65_033) });
  await record('payments', { amount: usd(67_099), provider: 'psp', reference: 'cs_jkl789' });
  await record('shipments', { ...pieces(2, 1), carrier: 'USPS', tracking_number: '9400111899223456789012' });
  // The published refund: 325.16 with 26.16 tax.
  const refund = await record('refunds', { amount: usd(32_516), ...pieces(1), reason: 'defective' });
  expect(refund.lines).toEqual([{ line_id: 'line_1', quantity: 1, amount: usd(32_516) }]);
  await record('completion', {});
  expect(await read()).toMatchObject({
    payment_status: 'partially_refunded',
    fulfillment_status: 'completed',
    amount_refunded: usd(32_516),
    amount_due: usd(0),
  });
});

test('a marketplace: business order with a delivery tip, shipped in one parcel', async () => {
  const { order, record, read } = await place({
    reference: '123-4567890-1234567',
    email: 'ada@example.com',
    ordered_at: '2024-12-25T10:30:00Z',
    shipping_address: { ...home, company: 'Sample Ltd', line2: 'Suite 456', phone: '+10000000000' },
    lines: [
      { sku: 'DOT-4', name: 'Speaker', quantity: 2, unit_price: usd(4_999), tax: usd(2) },
      { sku: 'STICK-4K', name: 'Stick', quantity: 1, unit_price: usd(4_999) },
    ],
    charges: [{ kind: 'tip', name: 'Delivery tip', price: usd(500) }],
    metadata: { purchase_order: 'PO-2024-12345' },
    stated: { total: usd(15_499) },
  });
  expect([order.total, order.tax_total, order.charge_total]).toEqual([usd(15_499), usd(2), usd(500)]);
  expect(order.ordered_at).toBe('2024-12-25T10:30:00.000Z');
  await record('payments', { amount: usd(15_499), paid_at: '2024-12-25T10:31:00Z' });
  const shipment = await record('shipments', { ...pieces(2, 1), shipped_at: '2024-12-25T14:00:00Z' });
  expect(shipment.shipped_at).toBe('2024-12-25T14:00:00.000Z');
  expect(await read()).toMatchObject({ payment_status: 'paid', fulfillment_status: 'shipped' });
});

test('commercetools: tax of an external system, on top of the price', async () => {
  const { order, read } = await place({
    customer_id: '7297c742',
    reference: '92f5a867',
    lines: [
      {
        sku: 'some-sku',
        name: 'Product',
        quantity: 1,
        unit_price: eur(1_000),
        taxes: [{ name: 'VAT', rate: 0.1, amount: eur(100) }],
      },
    ],
    stated: { total: eur(1_100), tax_total: eur(100) },
  });
  expect(order.lines[0]).toMatchObject({ total: eur(1_000), tax: eur(100), amount: eur(1_100) });
  expect(await read()).toMatchObject({ payment_status: 'unpaid', fulfillment_status: 'unfulfilled' });
});

test('Medusa: a discounted shipping method with its own tax, a line without an SKU', async () => {
  const { order } = await place({
    customer_id: 'joe',
    email: 'ada@example.com',
    reference: '1',
    shipping_address: home,
    billing_address: home,
    lines: [{ sku: null, name: 'Custom item', quantity: 1, unit_price: usd(5_000) }],
    charges: [{ kind: 'shipping', name: 'Standard', price: usd(1_000), discount: usd(100), tax: usd(90) }],
    stated: { total: usd(5_990), tax_total: usd(90) },
  });
  expect([order.total, order.charge_total]).toEqual([usd(5_990), usd(990)]);
});

test('Shopify, a webhook: a discount of one line and one across all lines', async () => {
  const { order, record, read } = await place({
    reference: '#1071',
    ordered_at: '2025-01-23T23:10:14-05:00',
    lines: [
      { name: 'First', quantity: 1, unit_price: hkd(9_900), discount: hkd(500) },
      { name: 'Second', quantity: 1, unit_price: hkd(10_000) },
    ],
    discounts: [{ name: '15 % off', code: '0124D', amount: hkd(2_910) }],
    charges: [{ kind: 'shipping', price: hkd(2_200) }],
    stated: { total: hkd(18_690), discount_total: hkd(3_410), tax_total: hkd(0) },
  });
  // The source allocates 14.10 and 15.00 of the second discount.
  expect(order.lines.map(({ discount }: { discount: unknown }) => discount)).toEqual([
    hkd(1_910),
    hkd(1_500),
  ]);
  expect(order.customer_id).toBeNull();
  await record('payments', { amount: hkd(18_690), method: 'manual' });
  expect(await read()).toMatchObject({ payment_status: 'paid', ready_to_ship: true });
});

test('Shopify, the sample of its reference: its lines do not sum to its total', async () => {
  const body = {
    reference: '#1001',
    email: 'ada@example.com',
    shipping_address: home,
    billing_address: home,
    lines: ['GREEN', 'RED', 'BLACK'].map((colour) => ({
      sku: `IPOD-${colour}`,
      name: 'Player',
      quantity: 1,
      unit_price: usd(19_900),
    })),
    taxes: [{ name: 'State tax', rate: 0.06, amount: usd(1_194) }],
    charges: [{ kind: 'shipping', price: usd(0) }],
    stated: { total: usd(40_994) },
  };
  const refused = await shop.ask('/v2/orders', { body });
  expect([refused.status, refused.json.code]).toEqual([422, 'totals_disagree']);
  expect(refused.json.errors).toEqual([
    {
      pointer: '/stated/total/amount',
      detail: expect.stringMatching(/^must be 60894, the computed value: lines /),
    },
  ]);
  const { record, read } = await place({ ...body, stated: { total: usd(60_894) } });
  await record('authorizations', { amount: usd(60_894), provider: 'authorize_net' });
  expect(await read()).toMatchObject({
    payment_status: 'authorized',
    amount_authorized: usd(60_894),
    ready_to_ship: true,
  });
});

test('Square: discounts of the order and of a line, sales tax on top', async () => {
  const { order } = await place({
    reference: 'my-order-001',
    lines: [
      { name: 'Strip steak', quantity: 1, unit_price: usd(1_599), discount: usd(87), tax: usd(136) },
      { name: 'Steak, well done', quantity: 2, unit_price: usd(2_250), discount: usd(346), tax: usd(374) },
    ],
    taxes: [{ name: 'State sales tax', rate: 9, amount: usd(510) }],
    stated: { total: usd(6_176), discount_total: usd(433), tax_total: usd(510) },
  });
  expect(order.lines.map(({ amount }: { amount: unknown }) => amount)).toEqual([usd(1_648), usd(4_528)]);
  // The order's discounts alone: the source allocates 79 and 224 of the second one.
  const split = await place({
    lines: [
      { name: 'Strip steak', quantity: 1, unit_price: usd(1_599) },
      { name: 'Steak, well done', quantity: 2, unit_price: usd(2_250) },
    ],
    discounts: [
      { name: 'Membership', amount: usd(30) },
      { name: 'Labor day', amount: usd(303) },
    ],
  });
  expect(split.order.lines.map(({ discount }: { discount: unknown }) => discount)).toEqual([
    usd(8 + 79),
    usd(22 + 224),
  ]);
});

test('WooCommerce, 723: paid by transfer, completed, then shipping and one line refunded', async () => {
  const { record, read } = await place({
    customer_id: '26',
    reference: '723',
    billing_address: { ...home, city: 'Rio de Janeiro', region: 'RJ', country: 'BR' },
    lines: [
      { name: 'Album', quantity: 1, unit_price: usd(900) },
      { name: 'Ninja', quantity: 1, unit_price: usd(2_000) },
    ],
    charges: [{ kind: 'shipping', name: 'Flat rate', price: usd(1_000) }],
    stated: { total: usd(3_900) },
  });
  await record('payments', { amount: usd(3_900), method: 'bacs' });
  await record('shipments', pieces(1, 1));
  await record('completion', {});
  await record('refunds', { amount: usd(900), ...pieces(1) });
  await record('refunds', { amount: usd(1_000), charges: [{ charge_id: 'charge_1', amount: usd(1_000) }] });
  expect(await read()).toMatchObject({
    payment_status: 'partially_refunded',
    fulfillment_status: 'completed',
    amount_refunded: usd(1_900),
    amount_due: usd(0),
  });
});

test('WooCommerce, 727: a guest, tax by line with its summary, one line without an SKU', async () => {
  const { order, record, read } = await place({
    reference: '727',
    email: 'ada@example.com',
    phone: '+10000000000',
    shipping_address: home,
    billing_address: home,
    lines: [
      { name: 'Single', quantity: 2, unit_price: usd(300), tax: usd(45) },
      { sku: 'Bar3', name: 'Idea', quantity: 1, unit_price: usd(1_200), tax: usd(90) },
    ],
    taxes: [{ name: 'State Tax', amount: usd(135) }],
    charges: [{ kind: 'shipping', name: 'Flat Rate', price: usd(1_000) }],
    stated: { total: usd(2_935), tax_total: usd(135) },
  });
  expect([order.total, order.tax_total]).toEqual([usd(2_935), usd(135)]);
  await record('payments', { amount: usd(2_935), method: 'bacs' });
  expect(await read()).toMatchObject({ payment_status: 'paid', fulfillment_status: 'unfulfilled' });
});
