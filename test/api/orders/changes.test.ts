/** Changes of an order: edits, holds and guests. */
import { describe, expect, test } from '@jest/globals';
import { eur, kelp, openOrders, outcome, pieces, pointersOf } from './shop-orders.ts';

const { ask, place, placed, act, read } = openOrders();

describe('an edit', () => {
  test('cancels open pieces, adds lines and charges, and its document has their amounts', async () => {
    const order = await placed();
    const made = await act(order, 'edits', {
      cancel: pieces(1),
      add: [{ name: 'Recipe', quantity: 1, unit_price: eur(300), tax: eur(57), ships: false }],
      charges: [{ kind: 'gift_wrap', name: 'Paper', price: eur(200), discount: eur(50) }],
      reason: 'asked by phone',
      edited_at: '2026-03-14T09:26:53Z',
    });
    expect(made.json).toEqual({
      id: expect.stringMatching(/^edt_/),
      order_id: order,
      cancel: [{ line_id: 'line_1', quantity: 1, amount: eur(450) }],
      add: [
        {
          id: 'line_2',
          sku: null,
          name: 'Recipe',
          quantity: 1,
          unit_price: eur(300),
          total: eur(300),
          discount: eur(0),
          tax: eur(57),
          taxes: [],
          amount: eur(357),
          ships: false,
          reference: null,
          metadata: {},
        },
      ],
      charges: [
        {
          id: 'charge_1',
          kind: 'gift_wrap',
          name: 'Paper',
          price: eur(200),
          discount: eur(50),
          tax: eur(0),
          amount: eur(150),
        },
      ],
      reason: 'asked by phone',
      edited_at: '2026-03-14T09:26:53.000Z',
    });
    expect(await read(order)).toMatchObject({
      total: eur(900 + 357 + 150),
      amount_cancelled: eur(450),
      amount_due: eur(450 + 357 + 150),
      lines: [{ quantity: 2, quantity_cancelled: 1 }, { quantity: 1 }],
    });
    expect((await ask(`/v2/orders/${order}/edits/${made.json.id}`)).json).toEqual(made.json);
    expect((await ask(`/v2/orders/${order}/edits`)).json.data).toEqual([made.json]);
  });

  test('cancels at most the open pieces, none of which ships', async () => {
    const order = await placed({}, ['payments', { amount: eur(900) }], ['shipments', { lines: pieces(1) }]);
    const over = await act(order, 'edits', { cancel: pieces(2) });
    expect([outcome(over), pointersOf(over)]).toEqual(['409 edit_exceeds_open', ['/cancel/0/quantity']]);
    expect(outcome(await act(order, 'edits', { cancel: pieces(1) }))).toBe('201');
    expect((await read(order)).fulfillment_status).toBe('shipped');
    expect(outcome(await act(order, 'shipments', { lines: pieces(1) }))).toBe('409 order_already_shipped');
  });

  test('that cancels the last pieces of an unshipped order ends it, but for its fee', async () => {
    const order = await placed({}, [
      'edits',
      { cancel: pieces(2), charges: [{ kind: 'fee', name: 'Restocking', price: eur(100) }] },
    ]);
    expect(await read(order)).toMatchObject({
      fulfillment_status: 'cancelled',
      amount_due: eur(100),
      total: eur(1_000),
      amount_cancelled: eur(900),
    });
    expect(outcome(await act(order, 'edits', { cancel: pieces(1) }))).toBe('409 order_already_cancelled');
    expect(outcome(await act(order, 'payments', { amount: eur(100) }))).toBe('201');
  });

  test('exchanges and replaces: a line at 0 is shipped after the first', async () => {
    const order = await placed({}, ['payments', { amount: eur(900) }], ['shipments', { lines: pieces(2) }]);
    const replacement = { ...kelp, quantity: 1, unit_price: eur(0) };
    expect(outcome(await act(order, 'edits', { add: [replacement] }))).toBe('201');
    expect(await read(order)).toMatchObject({ fulfillment_status: 'partially_shipped', ready_to_ship: true });
    await act(order, 'shipments', { lines: pieces(1, 'line_2') });
    expect((await read(order)).fulfillment_status).toBe('shipped');
  });

  test('without a change, or of a line that is not there, is refused', async () => {
    const order = await placed();
    expect(outcome(await act(order, 'edits', { reason: 'x' }))).toBe('422 invalid_body');
    const unknown = await act(order, 'edits', { cancel: pieces(1, 'line_2') });
    expect([outcome(unknown), pointersOf(unknown)]).toEqual(['422 invalid_body', ['/cancel/0/line_id']]);
    const discounted = await act(order, 'edits', { add: [{ ...kelp, discount: eur(901) }] });
    expect([outcome(discounted), pointersOf(discounted)]).toEqual([
      '422 discount_exceeds_line',
      ['/add/0/discount/amount'],
    ]);
    const dollars = { ...kelp, unit_price: { amount: 1, currency: 'USD' } };
    const foreign = await act(order, 'edits', { add: [dollars] });
    expect([outcome(foreign), pointersOf(foreign)]).toEqual([
      '422 invalid_body',
      ['/add/0/unit_price/currency'],
    ]);
  });
});

describe('a hold', () => {
  test('keeps an order from its shipment, until each hold is released', async () => {
    const order = await placed({}, ['payments', { amount: eur(900) }]);
    const holds = [
      await act(order, 'holds', { reason: 'fraud check' }),
      await act(order, 'holds', { reason: 'address' }),
    ];
    expect(holds[0]!.json).toEqual({
      id: expect.stringMatching(/^hld_/),
      order_id: order,
      reason: 'fraud check',
      held_at: holds[0]!.headers.get('holdfast-recorded-at'),
    });
    expect(await read(order)).toMatchObject({ on_hold: true, ready_to_ship: false, payment_status: 'paid' });
    for (const { json } of holds) {
      const early = await act(order, 'shipments', { lines: pieces(1) });
      expect([outcome(early), early.json.retry]).toEqual(['409 order_on_hold', 'after_change']);
      const released = await act(order, `holds/${json.id}/release`, { reason: 'checked' });
      expect(released.json).toMatchObject({ id: expect.stringMatching(/^rel_/), hold_id: json.id });
      expect(outcome(await act(order, `holds/${json.id}/release`))).toBe('404 hold_not_found');
    }
    expect(await read(order)).toMatchObject({ on_hold: false, ready_to_ship: true });
    expect(outcome(await act(order, 'shipments', { lines: pieces(1) }))).toBe('201');
    expect((await ask(`/v2/orders/${order}/holds`)).json.data).toHaveLength(2);
  });

  test('of a cancelled order is refused', async () => {
    const order = await placed({}, ['cancellation']);
    expect(outcome(await act(order, 'holds', { reason: 'x' }))).toBe('409 order_already_cancelled');
  });
});

describe('a guest', () => {
  test.each([
    ['without a customer', {}],
    ['with customer null', { customer_id: null }],
  ])('%s places an order, and both spellings are one request', async (_what, change) => {
    const { customer_id: _customer, ...guest } = { customer_id: undefined, lines: [kelp], email: 'a@b.ie' };
    const key = `guest-${JSON.stringify(change)}`;
    const first = await ask('/v2/orders', { body: { ...guest, ...change }, key });
    expect([first.status, first.json.customer_id, first.json.email]).toEqual([201, null, 'a@b.ie']);
    const again = await ask('/v2/orders', { body: { ...guest, customer_id: null, tags: [] }, key });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  });

  test('has no customer summary', async () => {
    const { headers } = await place({ customer_id: null });
    for (const name of ['guest', 'null']) {
      const answer = await ask(`/v2/customers/${name}/summary`, {
        headers: { 'Holdfast-Read-After': headers.get('holdfast-position')! },
      });
      expect(outcome(answer)).toBe('404 customer_not_found');
    }
  });
});

describe('the patch of an order', () => {
  test('changes contact, note, tags and billing address, and null removes them', async () => {
    const address = { name: 'Ada', line1: '3 Harbour Row', city: 'Galway', country: 'IE' };
    const order = await placed({ email: 'a@b.ie', note: 'x' });
    const patch = (body: object) =>
      ask(`/v2/orders/${order}`, {
        method: 'PATCH',
        body,
        headers: { 'If-Match': '*', 'Content-Type': 'application/merge-patch+json' },
      });
    const set = await patch({ phone: '1', tags: ['b2b'], note: 'a\nb', billing_address: address });
    expect(set.json).toMatchObject({ phone: '1', tags: ['b2b'], note: 'a\nb', billing_address: address });
    const company = await patch({ billing_address: { company: 'Kelp Ltd' } });
    expect(company.json.billing_address).toMatchObject({ ...address, company: 'Kelp Ltd' });
    const gone = await patch({ phone: null, tags: null, note: null, email: null, billing_address: null });
    expect(gone.json).toMatchObject({
      phone: null,
      tags: [],
      note: null,
      email: null,
      billing_address: null,
    });
    const bad = await patch({ billing_address: { city: null } });
    expect([outcome(bad), pointersOf(bad)]).toEqual(['422 invalid_body', ['/billing_address']]);
  });
});
