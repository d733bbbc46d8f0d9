/** An order with every member, as the command and as the body of version 2. */
import { randomUUID } from 'node:crypto';
import { COMMAND_SCHEMAS, type Command } from '../../domain/order/commands.ts';

type PlaceOrder = Command<'PlaceOrder'>['data'];

const address = {
  name: 'Ada Byrne',
  company: 'Kelp & Co',
  line1: '3 Harbour Row',
  line2: 'Second floor',
  line3: 'Left bell',
  city: 'Galway',
  region: 'Connacht',
  postal_code: 'H91 KX2',
  country: 'IE',
  phone: '+353 91 123456',
};

/**
 * Three lines of 1,000, 2,000 and 500; the taxes of the order are the summary of those of its lines
 * and charges.
 *
 * @param change replaces members; `undefined` removes one
 */
export function aWholeOrder(change: Partial<PlaceOrder> = {}): PlaceOrder {
  return COMMAND_SCHEMAS.PlaceOrder.parse({
    customer_id: 'ada',
    currency: 'EUR',
    lines: [
      {
        sku: 'KELP-1',
        name: 'Kelp, dried',
        quantity: 2,
        unit_price: 500,
        discount: 100,
        tax: 63,
        taxes: [
          { name: 'State', rate: 4.5, amount: 43 },
          { name: 'City', amount: 20 },
        ],
        reference: 'line-a',
        metadata: { lot: '7', 'a.b': 'c' },
      },
      { sku: 'KELP-2', name: 'Kelp, fresh', quantity: 4, unit_price: 500, tax: 100 },
      { name: 'A voucher, by e-mail', quantity: 1, unit_price: 500, ships: false },
    ],
    shipping_address: address,
    billing_address: { ...address, name: 'Kelp & Co, accounts', country: 'DE' },
    metadata: { channel: 'market' },
    reference: randomUUID(),
    series: 'G-',
    email: 'ada@example.com',
    phone: '+353 91 654321',
    note: 'Ring twice.\nThen wait.',
    tags: ['gift', 'early bird'],
    ordered_at: '2020-01-02T03:04:05.678Z',
    discounts: [
      { name: 'Spring', code: 'SPRING', amount: 340 },
      { name: 'Loyal', amount: 10 },
    ],
    taxes: [{ name: 'VAT', rate: 0, amount: 173 }],
    charges: [
      { kind: 'shipping', name: 'Kelp Post', price: 450, discount: 50, tax: 10 },
      { kind: 'tip', price: 200 },
    ],
    rounding: -3,
    payment_terms: 'open',
    // 3,500 − 450 of the lines, 600 of the charges, 173 of tax, −3.
    stated: { total: 3_820, tax_total: 173, discount_total: 500 },
    ...change,
  });
}

const MONEY = new Set([
  'unit_price',
  'discount',
  'tax',
  'price',
  'amount',
  'rounding',
  'total',
  'tax_total',
  'discount_total',
]);

/** The order as the body of version 2. */
export function bodyForV2({ currency, ...order }: PlaceOrder): object {
  const spelled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(spelled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        MONEY.has(name) && typeof member === 'number' ? { amount: member, currency } : spelled(member),
      ]),
    );
  };
  return spelled(order) as object;
}
