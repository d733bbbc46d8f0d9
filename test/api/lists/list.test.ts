import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, anOrder, openShop } from '../../setup/shop.ts';

let shop: Shop;
const placed: { id: string; customer: string; at: string; text: string }[] = [];
let position = '';

beforeAll(async () => {
  shop = await openShop();
  for (let n = 0; n < 12; n += 1) {
    const customer = n % 3 ? 'ada' : 'bob';
    const { json, text, headers } = await shop.ask('/v1/orders', {
      body: anOrder({ customer_id: customer }),
    });
    placed.push({ id: json.id, customer, at: json.placed_at, text });
    position = headers.get('holdfast-position') ?? '';
  }
  for (const n of [2, 5]) {
    const { headers } = await shop.ask(`/v1/orders/${placed[n]?.id}/cancellation`, { body: {} });
    position = headers.get('holdfast-position') ?? '';
  }
});
afterAll(() => shop.close());

const list = (query: Record<string, string> = {}, apiKey = shop.apiKey) =>
  shop.ask(`/v1/orders?${new URLSearchParams(query)}`, {
    headers: { 'Holdfast-Read-After': position },
    apiKey,
  });
const idsOf = (answer: { json: { data: { id: string }[] } }) => answer.json.data.map(({ id }) => id);
const ids = (wanted = (_order: (typeof placed)[number], _n: number) => true) =>
  placed.filter(wanted).map(({ id }) => id);

describe('the list of orders', () => {
  test('is newest first or oldest first, with the same documents as the single reads', async () => {
    const answer = await list();
    expect(idsOf(answer)).toEqual(ids().toReversed());
    expect(idsOf(await list({ order: 'asc' }))).toEqual(ids());
    expect(JSON.stringify(answer.json.data.at(-1))).toBe(placed[0]?.text);
  });

  test('continues with next_cursor or Link up to the last order', async () => {
    for (const order of ['asc', 'desc']) {
      const seen: string[] = [];
      let next: string | undefined = `/v1/orders?order=${order}&limit=5`;
      let byCursor = new URLSearchParams({ order, limit: '5' });
      while (next) {
        const answer = await shop.ask(next, { headers: { 'Holdfast-Read-After': position } });
        expect((await shop.ask(`/v1/orders?${byCursor}`)).text).toBe(answer.text);
        seen.push(...idsOf(answer));
        byCursor = new URLSearchParams({ order, limit: '5', cursor: answer.json.next_cursor ?? '' });
        expect(answer.json.has_more).toBe(answer.json.next_cursor !== null);
        next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
        expect(next !== undefined).toBe(answer.json.has_more);
        expect(answer.headers.get('link')).toContain(`</v1/orders?order=${order}&limit=5>; rel="first"`);
      }
      expect(seen).toEqual(order === 'asc' ? ids() : ids().toReversed());
    }
  });

  test('has no further page after a last page that is exactly full', async () => {
    const answer = await list({ limit: '12' });
    expect([answer.json.data.length, answer.json.has_more, answer.json.next_cursor]).toEqual([
      12,
      false,
      null,
    ]);
  });

  test('filters by status, customer and time, alone and together', async () => {
    const cancelled = (_: unknown, n: number) => n === 2 || n === 5;
    expect(idsOf(await list({ status: 'cancelled', order: 'asc' }))).toEqual(ids(cancelled));
    expect(idsOf(await list({ status: 'placed', order: 'asc' }))).toEqual(ids((o, n) => !cancelled(o, n)));
    expect(idsOf(await list({ customer_id: 'bob', order: 'asc' }))).toEqual(
      ids(({ customer }) => customer === 'bob'),
    );
    expect(idsOf(await list({ customer_id: 'nobody' }))).toEqual([]);
    const [after, before] = [placed[3]?.at ?? '', placed[8]?.at ?? ''];
    expect(idsOf(await list({ placed_after: after, order: 'asc' }))).toEqual(ids(({ at }) => at > after));
    expect(idsOf(await list({ placed_before: before, order: 'asc' }))).toEqual(ids(({ at }) => at < before));
    const all = {
      placed_after: after,
      placed_before: before,
      customer_id: 'ada',
      status: 'placed',
      order: 'asc',
    };
    expect(idsOf(await list(all))).toEqual(
      ids((o, n) => o.at > after && o.at < before && o.customer === 'ada' && !cancelled(o, n)),
    );
    expect(idsOf(await list({ placed_before: '0000-01-01T00:00:00Z' }))).toEqual([]);
    expect(idsOf(await list({ placed_after: '9999-12-31T23:59:59Z' }))).toEqual([]);
    const elsewhere = new Date(Date.parse(after) + 3_600_000).toISOString().replace('Z', '+01:00');
    expect(idsOf(await list({ placed_after: elsewhere, order: 'asc' }))).toEqual(ids(({ at }) => at > after));
  });

  test('contains your own writes, and shows its lag behind the log', async () => {
    const { json, headers } = await shop.ask('/v1/orders', { body: anOrder({ customer_id: 'now' }) });
    const mark = headers.get('holdfast-position') ?? '';
    const answer = await shop.ask('/v1/orders?customer_id=now', { headers: { 'Holdfast-Read-After': mark } });
    expect(idsOf(answer)).toEqual([json.id]);
    expect(Number(answer.headers.get('holdfast-position'))).toBeGreaterThanOrEqual(Number(mark));
    expect(Number(answer.headers.get('holdfast-lag'))).toBeGreaterThanOrEqual(0);
    await shop.ask(`/v1/orders/${json.id}/cancellation`, { body: {} });
  });
});

describe('a cursor', () => {
  test('is valid only with its own filters, direction and tenant', async () => {
    const { json } = await list({ customer_id: 'ada', limit: '2' });
    const cursor = json.next_cursor as string;
    expect((await list({ customer_id: 'ada', limit: '3', cursor })).status).toBe(200);
    const other = await shop.addTenant();
    const misused = await Promise.all([
      list({ limit: '2', cursor }),
      list({ customer_id: 'bob', limit: '2', cursor }),
      list({ customer_id: 'ada', status: 'placed', limit: '2', cursor }),
      list({ customer_id: 'ada', order: 'asc', limit: '2', cursor }),
      shop.ask(`/v1/orders?customer_id=ada&limit=2&cursor=${cursor}`, { apiKey: other.apiKey }),
    ]);
    for (const answer of misused) expect([answer.status, answer.json.code]).toEqual([400, 'invalid_cursor']);
  });

  test('cannot be forged: no byte of it can be changed', async () => {
    const { json } = await list({ limit: '2' });
    const bytes = Buffer.from(json.next_cursor as string, 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const forged = Buffer.from(bytes);
      forged.writeUInt8((forged.readUInt8(index) + 1) % 256, index);
      expect((await list({ limit: '2', cursor: forged.toString('base64url') })).json.code).toBe(
        'invalid_cursor',
      );
    }
    for (const cursor of [`${json.next_cursor}A`, (json.next_cursor as string).slice(0, -1), 'AAAA']) {
      expect((await list({ limit: '2', cursor })).json.code).toBe('invalid_cursor');
    }
  });

  test('stays valid after a restart', async () => {
    const { json } = await list({ limit: '2', order: 'asc' });
    await shop.restart();
    const next = await list({ limit: '2', order: 'asc', cursor: json.next_cursor });
    expect(idsOf(next)).toEqual(ids().slice(2, 4));
  });
});
