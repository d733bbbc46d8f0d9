/** Finders, filters and sort orders of the list of orders in version 2. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../../setup/shop.ts';

let shop: Shop;
let position = '';
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const line = (sku: string | null, amount = 1_000) => ({
  sku,
  name: 'Kelp',
  quantity: 2,
  unit_price: eur(amount),
});

async function write(path: string, body: object, status = 201, method = 'POST') {
  const headers: Record<string, string> =
    method === 'PATCH' ? { 'Content-Type': 'application/merge-patch+json', 'If-Match': '*' } : {};
  const answer = await shop.ask(path, { body, method, headers });
  expect([path, answer.status, answer.json.code]).toEqual([path, status, undefined]);
  position = answer.headers.get('holdfast-position') ?? position;
  return answer.json as { id: string; updated_at: string; placed_at: string };
}
const place = (body: object) => write('/v2/orders', { lines: [line('KELP-1')], ...body });
const find = async (query: Record<string, string>) => {
  const answer = await shop.ask(`/v2/orders?${new URLSearchParams(query)}`, {
    headers: { 'Holdfast-Read-After': position },
  });
  expect([query, answer.status]).toEqual([query, 200]);
  return answer.json as {
    data: { id: string; updated_at: string }[];
    has_more: boolean;
    next_cursor: string | null;
  };
};
const idsOf = async (query: Record<string, string>) => (await find(query)).data.map(({ id }) => id);

describe('a finder', () => {
  test.each([
    ['reference', 'web 100/234', { reference: 'web 100/234' }],
    ['number', 'No. 7', { number: 'No. 7' }],
    ['email', 'ADA@example.com', { email: 'Ada@Example.com' }],
    ['sku', 'ROPE 9', { lines: [line('KELP-1'), line('ROPE 9'), line('ROPE 9')] }],
    ['tag', 'b2b, export', { tags: ['new', 'b2b, export'] }],
  ])('finds orders by %s', async (name, value, body) => {
    const { id } = await place(body);
    await place({});
    expect(await idsOf({ [name]: value })).toEqual([id]);
    expect(await idsOf({ [name]: `${value}x` })).toEqual([]);
  });

  test('finds orders by the reference of a payment, also at one provider', async () => {
    const [one, two] = [await place({}), await place({})];
    for (const [order, provider] of [
      [one, 'stripe'],
      [two, 'adyen'],
    ] as const)
      await write(`/v2/orders/${order.id}/payments`, { amount: eur(2_000), provider, reference: 'ch_1' });
    expect(await idsOf({ payment_reference: 'ch_1' })).toEqual([two.id, one.id]);
    expect(await idsOf({ payment_reference: 'ch_1', payment_provider: 'stripe' })).toEqual([one.id]);
  });

  test('follows patches and edits', async () => {
    const { id } = await place({ email: 'old@example.com', tags: ['old', 'kept'] });
    await write(`/v2/orders/${id}`, { email: 'new@example.com', tags: ['kept', 'fresh'] }, 200, 'PATCH');
    await write(`/v2/orders/${id}/edits`, { add: [line('ADDED-1')] });
    const found = await Promise.all(
      [
        'email=old@example.com',
        'tag=old',
        'email=new@example.com',
        'tag=kept',
        'tag=fresh',
        'sku=ADDED-1',
      ].map((query) => idsOf(Object.fromEntries(new URLSearchParams(query)))),
    );
    expect(found).toEqual([[], [], [id], [id], [id], [id]]);
    await write(`/v2/orders/${id}`, { email: null, tags: null }, 200, 'PATCH');
    expect(await idsOf({ email: 'new@example.com' })).toEqual([]);
    expect(await idsOf({ tag: 'fresh' })).toEqual([]);
  });

  test('sees no other tenant', async () => {
    const { apiKey } = await shop.addTenant();
    await place({ reference: 'secret' });
    expect(await idsOf({ reference: 'secret' })).toHaveLength(1);
    const { json } = await shop.ask('/v2/orders?reference=secret', { apiKey });
    expect(json.data).toEqual([]);
  });

  test('goes together with other filters, and has pages', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await place({ tags: ['walk'], customer_id: `c${n % 2}` })).id);
    expect(await idsOf({ tag: 'walk', customer_id: 'c1' })).toEqual([ids[3], ids[1]]);
    expect(await idsOf({ tag: 'walk', payment_status: 'paid,unpaid', order: 'asc' })).toEqual(ids);
    const first = await find({ tag: 'walk', order: 'asc', limit: '3' });
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const rest = await find({ tag: 'walk', order: 'asc', limit: '3', cursor: first.next_cursor! });
    expect([rest.data.map(({ id }) => id), rest.has_more]).toEqual([ids.slice(3), false]);
  });
});

describe('the statuses', () => {
  test('are lists, and the pick list has what is covered, open and not held', async () => {
    const tag = 'statuses';
    const of = (body: object = {}) => place({ tags: [tag], ...body });
    const [unpaid, partly, paid, held, shipped, terms] = [
      await of(),
      await of(),
      await of(),
      await of(),
      await of(),
      await of({ payment_terms: 'open' }),
    ].map(({ id }) => id);
    await write(`/v2/orders/${partly}/payments`, { amount: eur(500) });
    for (const id of [paid, held, shipped]) await write(`/v2/orders/${id}/payments`, { amount: eur(2_000) });
    const hold = await write(`/v2/orders/${held}/holds`, { reason: 'address' });
    await write(`/v2/orders/${shipped}/shipments`, { lines: [{ line_id: 'line_1', quantity: 2 }] });
    const mine = async (query: Record<string, string>) => {
      const all = await idsOf({ ...query, order: 'asc', limit: '100' });
      return all.filter((id) => [unpaid, partly, paid, held, shipped, terms].includes(id));
    };
    expect(await mine({ payment_status: 'paid,partially_paid' })).toEqual([partly, paid, held, shipped]);
    expect(await mine({ payment_status: 'paid', fulfillment_status: 'unfulfilled,cancelled' })).toEqual([
      paid,
      held,
    ]);
    expect(await mine({ fulfillment_status: 'shipped' })).toEqual([shipped]);
    expect(await mine({ ready_to_ship: 'true' })).toEqual([paid, terms]);
    expect(await mine({ on_hold: 'true' })).toEqual([held]);
    await write(`/v2/orders/${held}/holds/${hold.id}/release`, {});
    expect(await mine({ ready_to_ship: 'true' })).toEqual([paid, held, terms]);
    expect(await mine({ on_hold: 'true' })).toEqual([]);
  });
});

describe('the sort order', () => {
  test('of ordered_after and ordered_before is the time at which it was ordered', async () => {
    const dates = ['2020-05-03', '2020-05-01', '2020-05-02', '2020-05-02'];
    const ids: string[] = [];
    for (const day of dates) ids.push((await place({ ordered_at: `${day}T10:00:00Z` })).id);
    const [third, first, second, twin] = ids;
    const window = { ordered_after: '2020-04-30T00:00:00Z', ordered_before: '2020-06-01T00:00:00Z' };
    expect(await idsOf({ ...window, order: 'asc' })).toEqual([first, second, twin, third]);
    expect(await idsOf(window)).toEqual([third, twin, second, first]);
    expect(await idsOf({ ...window, ordered_after: '2020-05-01T10:00:00Z', order: 'asc' })).toEqual([
      second,
      twin,
      third,
    ]);
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await find({ ...window, order: 'asc', limit: '1', ...(cursor && { cursor }) });
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual([first, second, twin, third]);
  });

  test('of updated_after is the last change, oldest first; a changed order comes again', async () => {
    const { placed_at: since } = await place({});
    const [one, two, three] = [await place({}), await place({}), await place({})].map(({ id }) => id);
    await write(`/v2/orders/${one}`, { note: 'later' }, 200, 'PATCH');
    const before = new Date(Date.parse(since)).toISOString();
    const all = await idsOf({ updated_after: before });
    expect(all.slice(-3)).toEqual([two, three, one]);
    const page = await find({ updated_after: before, limit: String(all.length - 2) });
    expect(page.data.at(-1)?.id).toBe(two);
    await write(`/v2/orders/${two}`, { note: 'later' }, 200, 'PATCH');
    const rest = await find({ updated_after: before, limit: '100', cursor: page.next_cursor! });
    expect(rest.data.map(({ id }) => id).filter((id) => [one, two, three].includes(id))).toEqual([
      three,
      one,
      two,
    ]);
    // To follow changes, continue with the time of the last one.
    const last = rest.data.at(-1)!.updated_at;
    expect(await idsOf({ updated_after: last })).toEqual([]);
    expect(await idsOf({ updated_after: '9999-12-31T23:59:59.999Z' })).toEqual([]);
  });
});

test.each([
  ['reference=a&sku=b', ['reference', 'sku']],
  ['tag=a&email=a@b', ['email', 'tag']],
  ['sku=a&ordered_after=2026-01-01T00:00:00Z', ['sku', 'ordered_after']],
  ['number=1&updated_after=2026-01-01T00:00:00Z', ['number', 'updated_after']],
  [
    'placed_after=2026-01-01T00:00:00Z&ordered_before=2026-01-01T00:00:00Z',
    ['placed_after', 'ordered_before'],
  ],
  [
    'ordered_after=2026-01-01T00:00:00Z&updated_after=2026-01-01T00:00:00Z',
    ['ordered_after', 'updated_after'],
  ],
  ['updated_after=2026-01-01T00:00:00Z&order=desc', ['updated_after', 'order']],
  ['payment_provider=stripe', ['payment_provider']],
  ['payment_status=paid,', ['payment_status']],
  ['on_hold=false', ['on_hold']],
])('%s is refused, with the names of the parameters', async (query, names) => {
  const { status, json } = await shop.ask(`/v2/orders?${query}`);
  expect([status, json.code]).toEqual([400, 'invalid_parameter']);
  expect(json.errors.map(({ parameter }: { parameter: string }) => parameter)).toEqual(names);
});

describe('the balance', () => {
  test('shows what is to be paid, shipped and given back, by line, charge and payment', async () => {
    const { id } = await place({
      lines: [line('A', 500), line('B', 300)],
      charges: [{ kind: 'shipping', price: eur(400) }],
    });
    const { id: payment } = await write(`/v2/orders/${id}/payments`, { amount: eur(2_000) });
    await write(`/v2/orders/${id}/shipments`, { lines: [{ line_id: 'line_1', quantity: 1 }] });
    await write(`/v2/orders/${id}/edits`, { cancel: [{ line_id: 'line_2', quantity: 1 }] });
    const { json } = await shop.ask(`/v2/orders/${id}/balance`);
    const pieces = (quantity: number, amount: number) => ({ quantity, amount: eur(amount) });
    expect(json).toMatchObject({
      total: eur(2_000),
      cancelled: eur(300),
      owed: eur(1_700),
      paid: eur(2_000),
      due: eur(0),
      overpaid: eur(300),
      lines: [
        { line_id: 'line_1', to_ship: 1, held: 1, refundable: pieces(1, 500), owed_back: pieces(0, 0) },
        { line_id: 'line_2', to_ship: 1, held: 0, refundable: pieces(1, 300), owed_back: pieces(1, 300) },
      ],
      charges: [{ charge_id: 'charge_1', refundable: eur(400), owed_back: eur(0) }],
      payments: [{ payment_id: payment, amount: eur(2_000), left: eur(2_000) }],
      authorizations: [],
    });
    await write(`/v2/orders/${id}/refunds`, {
      amount: eur(300),
      lines: [{ line_id: 'line_2', quantity: 1 }],
    });
    const after = await shop.ask(`/v2/orders/${id}/balance`);
    expect(after.json).toMatchObject({ refunded: eur(300), net: eur(1_700), overpaid: eur(0) });
    expect(after.json.lines[1]).toMatchObject({ refundable: pieces(0, 0), owed_back: pieces(0, 0) });
    expect(after.json.payments[0].left).toEqual(eur(1_700));
  });

  test('owes nothing back before money came in, and never more than is overpaid', async () => {
    const { id } = await place({ lines: [line('A', 500), line('B', 300)] });
    await write(`/v2/orders/${id}/edits`, {
      cancel: [
        { line_id: 'line_1', quantity: 1 },
        { line_id: 'line_2', quantity: 1 },
      ],
    });
    const none = { quantity: 0, amount: eur(0) };
    const unpaid = await shop.ask(`/v2/orders/${id}/balance`);
    expect(unpaid.json).toMatchObject({ owed: eur(800), due: eur(800) });
    expect(unpaid.json.lines.map((each: { owed_back: object }) => each.owed_back)).toEqual([none, none]);
    await write(`/v2/orders/${id}/payments`, { amount: eur(1_400), accept_excess: true });
    const { json } = await shop.ask(`/v2/orders/${id}/balance`);
    expect(json.overpaid).toEqual(eur(600));
    expect(json.lines.map((each: { owed_back: object }) => each.owed_back)).toEqual([
      { quantity: 1, amount: eur(500) },
      { quantity: 1, amount: eur(100) },
    ]);
  });

  test('of an unknown order is 404', async () => {
    const { status, json } = await shop.ask(`/v2/orders/ord_${'0'.repeat(32)}/balance`);
    expect([status, json.code]).toEqual([404, 'order_not_found']);
  });
});
