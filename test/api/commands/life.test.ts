/** The commands on an order, from its placing to its completion. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, type Ask, type Shop, anOrder, openShop } from '../../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

/** Two pieces of 450 and one of 100. */
const lines = [
  { sku: 'KELP-1', name: 'Kelp, dried', quantity: 2, unit_price: 450 },
  { sku: 'ROPE-9', name: 'Rope', quantity: 1, unit_price: 100 },
];
const pieces = (one: number, two = 0) =>
  [
    { line_id: 'line_1', quantity: one },
    { line_id: 'line_2', quantity: two },
  ].filter(({ quantity }) => quantity > 0);

async function place(change: Record<string, unknown> = {}): Promise<string> {
  const { json } = await shop.ask('/v1/orders', { body: anOrder({ lines, ...change }) });
  return `/v1/orders/${json.id}`;
}
const patch = (path: string, body: unknown, ask: Ask = {}) =>
  shop.ask(path, {
    method: 'PATCH',
    body,
    ...ask,
    headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': '"1"', ...ask.headers },
  });
const outcome = ({ status, json }: Answer) => `${status} ${json.code ?? ''}`.trim();

test('an order is paid in two parts, shipped in two, partly returned and refunded, and completed', async () => {
  const order = await place();
  const status = async () => (await shop.ask(order)).json.status as string;
  const act = async (noun: string, body: unknown) => {
    const answer = await shop.ask(`${order}/${noun}`, { body });
    return [outcome(answer), await status()];
  };
  expect(await act('shipments', { lines: pieces(1) })).toEqual(['409 order_not_paid', 'placed']);
  expect(await act('payments', { amount: 400, method: 'card' })).toEqual(['201', 'placed']);
  expect(await act('payments', { amount: 601 })).toEqual(['409 payment_exceeds_due', 'placed']);
  expect(await act('payments', { amount: 600, reference: 'ch_2' })).toEqual(['201', 'paid']);
  expect(await act('payments', { amount: 1 })).toEqual(['409 order_already_paid', 'paid']);
  expect(await act('returns', { lines: pieces(1) })).toEqual(['409 order_not_shipped', 'paid']);
  expect(await act('shipments', { lines: pieces(1) })).toEqual(['201', 'partially_shipped']);
  expect(await act('cancellation', {})).toEqual(['409 order_already_shipped', 'partially_shipped']);
  expect(await act('shipments', { lines: pieces(2) })).toEqual([
    '409 shipment_exceeds_ordered',
    'partially_shipped',
  ]);
  expect(await act('completion', {})).toEqual(['409 order_not_shipped', 'partially_shipped']);
  expect(await act('shipments', { lines: pieces(1, 1), carrier: 'Kelp Post' })).toEqual(['201', 'shipped']);
  expect(await act('returns', { lines: pieces(0, 1), reason: 'frayed' })).toEqual(['201', 'shipped']);
  expect(await act('returns', { lines: pieces(0, 1) })).toEqual(['409 return_exceeds_shipped', 'shipped']);
  expect(await act('refunds', { amount: 100 })).toEqual(['201', 'shipped']);
  expect(await act('refunds', { amount: 901 })).toEqual(['409 refund_exceeds_paid', 'shipped']);
  expect(await act('completion', { note: 'done' })).toEqual(['201', 'completed']);
  expect(await act('returns', { lines: pieces(1) })).toEqual(['409 order_already_completed', 'completed']);
  expect(await act('refunds', { amount: 900 })).toEqual(['201', 'completed']);
  const { json } = await shop.ask(order);
  expect(json).toMatchObject({ total: 1_000, amount_paid: 1_000, amount_refunded: 1_000, version: 9 });
});

test('a refusal gives the location of the fault and the allowed value', async () => {
  const order = await place();
  const over = await shop.ask(`${order}/payments`, { body: { amount: 1_001 } });
  expect(over.json.errors).toEqual([{ pointer: '/amount', detail: 'must be at most 1000, the amount due' }]);
  await shop.ask(`${order}/payments`, { body: { amount: 1_000 } });
  const unknown = await shop.ask(`${order}/shipments`, {
    body: { lines: [{ line_id: 'line_3', quantity: 1 }, ...pieces(1), ...pieces(1)] },
  });
  expect(outcome(unknown)).toBe('422 invalid_body');
  expect(unknown.json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    '/lines/0/line_id',
    '/lines/2/line_id',
  ]);
});

describe('each record of an order is a resource', () => {
  test.each([
    ['payments', { amount: 300, method: 'card', reference: null }, /^pay_[0-9a-f]{32}$/, 'paid_at'],
    ['shipments', { lines: pieces(1), carrier: null, tracking_number: 'KP' }, /^shp_/, 'shipped_at'],
    ['returns', { lines: pieces(1), reason: null }, /^ret_/, 'returned_at'],
    ['refunds', { amount: 300, reason: 'late', reference: null }, /^ref_/, 'refunded_at'],
  ])('%s', async (noun, body, id, at) => {
    const order = await place();
    if (noun !== 'payments') await shop.ask(`${order}/payments`, { body: { amount: 1_000 } });
    if (noun === 'returns') await shop.ask(`${order}/shipments`, { body: { lines: pieces(2, 1) } });
    const made = await shop.ask(`${order}/${noun}`, { body, key: `once-${noun}` });
    expect(made.json).toMatchObject({
      ...body,
      id: expect.stringMatching(id),
      order_id: order.split('/').at(-1),
    });
    expect(made.json[at]).toBe(made.headers.get('holdfast-recorded-at'));
    expect(made.headers.get('location')).toBe(`${order}/${noun}/${made.json.id}`);

    const again = await shop.ask(`${order}/${noun}`, { body, key: `once-${noun}` });
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([made.text, 'true']);
    expect((await shop.ask(made.headers.get('location')!)).text).toBe(made.text);
    const list = await shop.ask(`${order}/${noun}`);
    expect(list.json).toEqual({ data: [made.json], has_more: false, next_cursor: null });
    const other = await place();
    expect(outcome(await shop.ask(`${other}/${noun}/${made.json.id}`))).toBe(
      `404 ${noun.slice(0, -1)}_not_found`,
    );
  });

  test('with a list that has pages', async () => {
    const order = await place();
    for (let n = 1; n <= 5; n += 1) await shop.ask(`${order}/payments`, { body: { amount: n } });
    const amounts: number[] = [];
    let next: string | undefined = `${order}/payments?limit=2`;
    while (next) {
      const answer: Answer = await shop.ask(next);
      amounts.push(...answer.json.data.map(({ amount }: { amount: number }) => amount));
      next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(amounts).toEqual([1, 2, 3, 4, 5]);
    const cursor = (await shop.ask(`${order}/payments?limit=2`)).json.next_cursor as string;
    expect(outcome(await shop.ask(`${await place()}/payments?cursor=${cursor}`))).toBe('400 invalid_cursor');
    expect(outcome(await shop.ask(`${order}/refunds?cursor=${cursor}`))).toBe('400 invalid_cursor');
  });
});

describe('a patch', () => {
  test('changes the given members, and returns the whole order', async () => {
    const order = await place({ metadata: { channel: 'web' } });
    const address = { name: 'Ada', line1: '3 Harbour Row', city: 'Galway', country: 'IE' };
    const one = await patch(order, { shipping_address: address, metadata: { gift: 'yes', channel: null } });
    expect([one.status, one.headers.get('etag')]).toEqual([200, '"2"']);
    expect(one.json).toMatchObject({ shipping_address: address, metadata: { gift: 'yes' }, version: 2 });
    const two = await patch(
      order,
      { shipping_address: { city: 'Cork' } },
      { headers: { 'If-Match': '"2"' } },
    );
    expect(two.json.shipping_address).toEqual({ ...address, city: 'Cork' });
    expect((await shop.ask(order)).text).toBe(two.text);
  });

  test('needs a current If-Match; after 412 the client reads the order again', async () => {
    const order = await place();
    const body = { metadata: { a: '1' } };
    const none = await shop.ask(order, {
      method: 'PATCH',
      body,
      headers: { 'Content-Type': 'application/merge-patch+json' },
    });
    expect([outcome(none), none.json.retry]).toEqual(['428 precondition_required', 'after_refetch']);
    expect((await patch(order, body)).status).toBe(200);
    const stale = await patch(order, { metadata: { a: '2' } });
    expect([outcome(stale), stale.json.retry]).toEqual(['412 precondition_failed', 'after_refetch']);
    expect(stale.headers.get('etag')).toBe('"2"');
    for (const tag of ['W/"2"', '"3"'])
      expect((await patch(order, body, { headers: { 'If-Match': tag } })).status).toBe(412);
    expect(outcome(await patch(order, body, { headers: { 'If-Match': '2' } }))).toBe('400 invalid_parameter');
    for (const tag of ['"7", "2"', '*'])
      expect((await patch(order, body, { headers: { 'If-Match': tag } })).status).toBe(200);
  });

  test('that is repeated after it took effect is a replay, not a 412', async () => {
    const order = await place();
    const body = { metadata: { a: '1' } };
    const first = await patch(order, body, { key: 'patch-1' });
    const again = await patch(order, body, { key: 'patch-1' });
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    // null removes a member; an absent member stays
    const other = await patch(order, { metadata: { a: '1', b: null } }, { key: 'patch-1' });
    expect([outcome(other), other.json.errors[0].pointer]).toEqual([
      '422 idempotency_key_reused',
      '/metadata/b',
    ]);
  });

  test('of two concurrent ones succeeds once; the other gets 412', async () => {
    const order = await place();
    const answers = await Promise.all(['x', 'y', 'z'].map((a) => patch(order, { metadata: { a } })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect((await shop.ask(order)).json.version).toBe(2);
  });

  test('requires the media type of JSON Merge Patch', async () => {
    const order = await place();
    const json = await patch(order, { metadata: {} }, { headers: { 'Content-Type': 'application/json' } });
    expect([outcome(json), json.headers.get('accept-patch')]).toEqual([
      '415 unsupported_media_type',
      'application/merge-patch+json',
    ]);
  });
});

describe('the past of an order', () => {
  test('is available by version and by time, and its events name the API key', async () => {
    const order = await place();
    const placed = await shop.ask(order);
    const paid = await shop.ask(`${order}/payments`, { body: { amount: 1_000 } });
    await shop.ask(`${order}/cancellation`, { body: { reason: 'late' } });

    expect((await shop.ask(`${order}?version=1`)).text).toBe(placed.text);
    const second = await shop.ask(`${order}?version=2`);
    expect([second.json.status, second.headers.get('etag')]).toEqual(['paid', '"2"']);
    expect(second.headers.get('holdfast-position')).toBe(paid.headers.get('holdfast-position'));
    const then = await shop.ask(`${order}?at=${paid.json.paid_at}`);
    expect(then.json.version).toBeGreaterThanOrEqual(2);
    expect((await shop.ask(`${order}?at=2099-01-01T00:00:00Z`)).json.status).toBe('cancelled');
    expect(outcome(await shop.ask(`${order}?version=4`))).toBe('404 order_version_not_found');
    expect(outcome(await shop.ask(`${order}?at=2020-01-01T00:00:00Z`))).toBe('404 order_version_not_found');
    expect(outcome(await shop.ask(`${order}?at=2099-01-01T00:00:00Z&version=1`))).toBe(
      '400 invalid_parameter',
    );

    const events = await shop.ask(`${order}/events`);
    expect(events.json.data.map(({ type }: { type: string }) => type)).toEqual([
      'OrderPlaced',
      'PaymentRecorded',
      'OrderCancelled',
    ]);
    expect(events.json.data[1]).toMatchObject({
      version: 2,
      recorded_at: paid.json.paid_at,
      key_id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
      data: { amount: 1_000, currency: 'EUR' },
    });
    const page = await shop.ask(`${order}/events?limit=2`);
    const rest = await shop.ask(`${order}/events?limit=2&cursor=${page.json.next_cursor}`);
    expect([...page.json.data, ...rest.json.data]).toEqual(events.json.data);
  });
});

describe('a receipt', () => {
  test('shows the outcome of a request by its key', async () => {
    const key = 'a/b?c#d%41"';
    const made = await shop.ask('/v1/orders', { body: anOrder(), key: JSON.stringify(key) });
    const receipt = await shop.ask(`/v1/idempotency-keys/${encodeURIComponent(key)}`);
    expect(receipt.json).toMatchObject({
      idempotency_key: key,
      order_id: made.json.id,
      version: 1,
      recorded_at: made.headers.get('holdfast-recorded-at'),
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      status: 201,
      event: { type: 'OrderPlaced' },
    });
    expect(receipt.headers.get('holdfast-position')).toBe(made.headers.get('holdfast-position'));
    const order = `/v1/orders/${made.json.id}`;
    await patch(order, { metadata: { a: 'b' } }, { key: 'a-patch' });
    expect((await shop.ask('/v1/idempotency-keys/a-patch')).json).toMatchObject({ status: 200, version: 2 });
  });

  test('of a key that consists of dots is found by the quoted key', async () => {
    const made = await shop.ask('/v1/orders', { body: anOrder(), key: '..' });
    const receipt = await shop.ask('/v1/idempotency-keys/%22..%22');
    expect(receipt.json).toMatchObject({ idempotency_key: '..', order_id: made.json.id });
  });

  test('is 404 for a key whose request was refused, an unused key, and a key of another tenant', async () => {
    const { apiKey } = await shop.addTenant();
    await shop.ask('/v1/orders', { body: anOrder({ currency: 'XXX' }), key: 'refused' });
    await shop.ask('/v1/orders', { body: anOrder(), key: 'theirs', apiKey });
    for (const key of ['refused', 'unused', 'theirs', 'a%20b'])
      expect(outcome(await shop.ask(`/v1/idempotency-keys/${key}`))).toBe('404 idempotency_key_not_found');
  });
});
