/** An order with each member: what is stated, split, summed and shown; alone and in a batch. */
import { describe, expect, test } from '@jest/globals';
import { anOrder, eur, kelp, openOrders, outcome, pointersOf } from './shop-orders.ts';

const { ask, place } = openOrders();

const voucher = { name: 'Voucher', code: 'TEN', amount: eur(1_000) };
const whole = {
  lines: [
    { ...kelp, quantity: 1, unit_price: eur(3_333) },
    { ...kelp, quantity: 3, unit_price: eur(1_111), discount: eur(100), metadata: { shelf: 'B4' } },
    { name: 'Recipe', quantity: 1, unit_price: eur(500), ships: false, reference: 'item-3' },
  ],
  discounts: [voucher],
  taxes: [{ name: 'VAT', rate: 19, amount: eur(1_125) }],
  prices_include_tax: true,
  charges: [{ kind: 'shipping', name: 'Parcel', price: eur(490), tax: eur(0) }],
};

describe('a whole order', () => {
  test('adds up: shares of discount and tax, totals of lines and charges', async () => {
    const { status, json } = await place({
      ...whole,
      stated: { total: eur(7_066 - 1_000 + 490), tax_total: eur(1_125), discount_total: eur(1_100) },
    });
    expect(status).toBe(201);
    const amounts = (name: string) =>
      json.lines.map((line: Record<string, { amount: number }>) => line[name]!.amount);
    expect(amounts('total')).toEqual([3_333, 3_333, 500]);
    // 3333, 3233 and 500 of 7066: 471.7, 457.5 and 70.8 of the voucher; the rest to the largest
    // fractions.
    expect(amounts('discount')).toEqual([472, 100 + 457, 71]);
    expect(amounts('amount')).toEqual([2_861, 2_776, 429]);
    expect(amounts('tax').reduce((all: number, tax: number) => all + tax, 0)).toBe(1_125);
    expect(json).toMatchObject({
      discounts: [voucher],
      taxes: [{ name: 'VAT', rate: 19, amount: eur(1_125) }],
      discount_total: eur(1_100),
      tax_total: eur(1_125),
      charge_total: eur(490),
      total: eur(6_556),
      amount_due: eur(6_556),
      prices_include_tax: true,
      charges: [{ id: 'charge_1', kind: 'shipping', amount: eur(490) }],
      lines: [{}, { metadata: { shelf: 'B4' } }, { sku: null, ships: false, reference: 'item-3' }],
    });
  });

  test.each<[what: string, change: object, code: string, pointers: string[]]>([
    ['a stated total', { stated: { total: eur(1) } }, 'totals_disagree', ['/stated/total/amount']],
    [
      'two stated totals',
      { stated: { tax_total: eur(1), discount_total: eur(2) } },
      'totals_disagree',
      ['/stated/tax_total/amount', '/stated/discount_total/amount'],
    ],
    [
      'a discount of all',
      { discounts: [voucher, { name: 'All', amount: eur(99_999) }] },
      'discount_exceeds_line',
      ['/discounts/1/amount/amount'],
    ],
    [
      'a discount of a charge',
      { charges: [{ kind: 'tip', price: eur(1), discount: eur(2) }] },
      'discount_exceeds_line',
      ['/charges/0/discount/amount'],
    ],
    [
      'the tax of a line',
      {
        lines: [{ ...kelp, tax: eur(1), taxes: [{ name: 'VAT', amount: eur(2) }] }],
        taxes: [],
        discounts: [],
      },
      'totals_disagree',
      ['/lines/0/tax/amount'],
    ],
    ['a negative total', { rounding: eur(-6_557) }, 'invalid_body', ['/rounding/amount']],
    [
      'a tax in dollars',
      { taxes: [{ name: 'VAT', amount: { amount: 1, currency: 'USD' } }] },
      'invalid_body',
      ['/taxes/0/amount/currency'],
    ],
  ])('whose %s is wrong is refused, with pointers', async (_what, change, code, pointers) => {
    const answer = await place({ ...whole, ...change });
    expect([outcome(answer), pointersOf(answer)]).toEqual([`422 ${code}`, pointers]);
  });

  test('is one request with its defaults spelled out', async () => {
    const key = 'defaults';
    const first = await place({}, { key });
    const again = await place(
      {
        billing_address: null,
        charges: [],
        discounts: [],
        taxes: [],
        tags: [],
        rounding: eur(0),
        prices_include_tax: false,
        payment_terms: 'prepaid',
        lines: [{ ...kelp, discount: eur(0), tax: eur(0), taxes: [], ships: true, metadata: {} }],
      },
      { key },
    );
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
  });
});

test('a batch places whole orders, and each bad item has its own refusal', async () => {
  await place({ reference: 'batch-taken' });
  const bodies: [change: object, status: number, code?: string, pointer?: string][] = [
    [{ ...whole, reference: 'batch-1' }, 201],
    [{ ...whole, stated: { total: eur(1) } }, 422, 'totals_disagree', '/stated/total/amount'],
    [{ reference: 'batch-taken' }, 409, 'order_reference_taken', '/reference'],
    [{ customer_id: null, email: 'nobody' }, 422, 'invalid_body', '/email'],
    [{ customer_id: null, email: 'a@b.ie', payment_terms: 'open' }, 201],
    [{ reference: 'batch-1' }, 409, 'order_reference_taken', '/reference'],
  ];
  const orders = bodies.map(([change], n) => ({ idempotency_key: `whole-${n}`, order: anOrder(change) }));
  const first = await ask('/v2/order-batches', { body: { orders }, key: null });
  expect([first.status, first.json.succeeded, first.json.failed]).toEqual([207, 2, 4]);
  // Two items of one batch want one reference: either gets it.
  const taken = first.json.data.filter(({ status }: { status: number }) => status === 409);
  expect(taken).toHaveLength(2);
  for (const [n, [, status, code, pointer]] of bodies.entries()) {
    const { problem, order, status: got } = first.json.data[n];
    if (n === 0 || n === 5) continue;
    expect([n, got, problem?.code, problem?.errors[0].pointer]).toEqual([n, status, code, pointer]);
    if (code === 'order_reference_taken') expect(problem.order_id).toMatch(/^ord_/);
    if (order) expect(order.amount_due).toEqual(order.total);
  }
  const again = await ask('/v2/order-batches', { body: { orders }, key: null });
  const ids = ({ json }: typeof first) => json.data.map(({ order }: { order?: { id: string } }) => order?.id);
  expect(ids(again)).toEqual(ids(first));
});

test('a discount of the order has a name, a code or both', async () => {
  const amount = eur(100);
  const { status, json } = await place({
    discounts: [
      { code: 'TEN', amount },
      { name: 'Loyalty', amount },
    ],
  });
  expect([status, json.discounts]).toEqual([
    201,
    [
      { name: null, code: 'TEN', amount },
      { name: 'Loyalty', code: null, amount },
    ],
  ]);
  for (const discount of [{ amount }, { name: null, code: null, amount }]) {
    const refused = await place({ discounts: [discount] });
    expect(refused.json.errors).toEqual([
      { pointer: '/discounts/0/name', detail: 'is required without a code' },
    ]);
  }
});

test('a tag that is given twice is kept once, in a patch too', async () => {
  const { status, json } = await place({ tags: ['b2b', 'gift', 'b2b'] }, { key: 'tags' });
  expect([status, json.tags]).toEqual([201, ['b2b', 'gift']]);
  const again = await place({ tags: ['b2b', 'gift'] }, { key: 'tags' });
  expect([again.status, again.json.id]).toEqual([201, json.id]);
  const patched = await ask(`/v2/orders/${json.id}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': '"1"' },
    body: { tags: ['late', 'late'] },
  });
  expect([patched.status, patched.json.tags]).toEqual([200, ['late']]);
});
