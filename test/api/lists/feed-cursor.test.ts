/** Cursors of the feed: with other types, of the previous release, and after an import. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeFeedCursor } from '../../../api/lists/feed-cursor.ts';
import { addApiKey } from '../../../store/keys/api-keys.ts';
import { SCOPES } from '../../../store/keys/scopes.ts';
import { exportLog } from '../../../store/archive/export-log.ts';
import { importLog } from '../../../store/archive/import-log.ts';
import { type Shop, newApiKey, openShop, until } from '../../setup/shop.ts';
import { cancel, cursorOf, earlierCursor, outcome, place, positions, typesOf } from './feed-steps.ts';

describe('a cursor of the feed', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop.close());

  test('continues at its position with other types, in both versions', async () => {
    const one = await place(shop);
    const two = await place(shop);
    await cancel(shop, one.id);
    const cursor = await cursorOf(shop, 'types=OrderCancelled');
    await cancel(shop, two.id);
    await place(shop);
    for (const [query, types] of [
      ['types=OrderCancelled', ['OrderCancelled']],
      ['types=OrderCancelled,OrderPlaced', ['OrderCancelled', 'OrderPlaced']],
      ['types=OrderPlaced', ['OrderPlaced']],
      ['', ['OrderCancelled', 'OrderPlaced']],
    ] as const) {
      for (const version of ['v1', 'v2']) {
        const page = await shop.ask(`/${version}/events?${query}&cursor=${cursor}`);
        expect([query, page.status, page.status === 200 && typesOf(page)]).toEqual([query, 200, types]);
      }
    }
  });

  test('of the previous release is still valid, for any types', async () => {
    const first = await place(shop);
    await place(shop);
    for (const made of [
      [],
      ['OrderPlaced'],
      ['OrderPlaced', 'OrderCancelled'],
      ['RefundRecorded', 'ItemsShipped', 'OrderUpdated'],
    ]) {
      const cursor = await earlierCursor(shop, first.position, made);
      for (const query of ['', 'types=OrderPlaced', 'types=OrderPlaced,ItemsReturned']) {
        const page = await shop.ask(`/v2/events?${query}&cursor=${cursor}`);
        expect([made, query, page.status, positions(page)]).toEqual([made, query, 200, [first.position + 1]]);
      }
    }
    const begin = await earlierCursor(shop, 0, []);
    expect(positions(await shop.ask(`/v2/events?limit=1&cursor=${begin}`))).toEqual([1]);
  });

  test('that is damaged, or belongs to another list or tenant, is refused', async () => {
    const cursor = await cursorOf(shop);
    const bytes = Buffer.from(cursor, 'base64url');
    const flipped = Array.from(bytes.keys(), (at) => {
      const copy = Buffer.from(bytes);
      copy[at]! ^= 1;
      return copy.toString('base64url');
    });
    await place(shop);
    await until(async () => (await shop.ask('/v1/orders?limit=1')).json.has_more);
    const ofOrders = (await shop.ask('/v1/orders?limit=1')).json.next_cursor;
    const { apiKey } = await shop.addTenant();
    await place(shop, apiKey);
    const ofOther = (await shop.ask('/v1/events', { apiKey })).json.next_cursor;
    const huge = encodeFeedCursor({ position: Number.MAX_SAFE_INTEGER, mark: '0123456789abcdef' });
    for (const bad of [
      ...flipped,
      cursor.slice(1),
      `${cursor}A`,
      'A'.repeat(34),
      'abc',
      ofOrders,
      ofOther,
      huge,
    ]) {
      const answer = await shop.ask(`/v1/events?cursor=${bad}`);
      expect([bad, outcome(answer)]).toEqual([bad, '400 invalid_cursor']);
      expect(answer.json.detail).toMatch(/since.*after_position/);
    }
    expect(outcome(await shop.ask(`/v1/orders?cursor=${cursor}`))).toBe('400 invalid_cursor');
  });
});

test('after an export and import a cursor continues at its position, even if the tenant has another id', async () => {
  const [from, to, renamed] = await Promise.all([openShop(), openShop(), openShop()]);
  for (let n = 0; n < 3; n += 1) await place(from);
  const cursor = await cursorOf(from);
  const half = (await from.ask('/v1/events?limit=2')).json.next_cursor as string;
  const events = (await from.ask('/v1/events')).json.data;
  const lines: string[] = [];
  for await (const line of exportLog(from.pool, { from: 1, to: Number.MAX_SAFE_INTEGER })) lines.push(line);
  async function* each() {
    yield* lines;
  }
  const dashed = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const ofTenant = (shop: Shop) => dashed(shop.tenantId.replaceAll('-', ''));
  await importLog(to.pool, each());
  await importLog(renamed.pool, each(), new Map([[ofTenant(from), ofTenant(renamed)]]));
  const apiKey = newApiKey();
  await addApiKey(to.pool, { tenantId: from.tenantId, key: apiKey, name: 'moved', scopes: SCOPES });
  for (const [shop, key] of [
    [to, apiKey],
    [renamed, renamed.apiKey],
  ] as const) {
    expect(
      (await shop.ask(`/v1/events?cursor=${half}`, { apiKey: key })).json.data.map(
        ({ id }: { id: string }) => id,
      ),
    ).toEqual([events[2].id]);
    expect((await shop.ask(`/v1/events?cursor=${cursor}`, { apiKey: key })).json.data).toEqual([]);
    // The first shop may have given its next positions to other events.
    const { position } = await place(shop, key);
    expect(position).toBeGreaterThan(2 ** 32);
    expect(positions(await shop.ask(`/v1/events?cursor=${cursor}`, { apiKey: key }))).toEqual([position]);
  }
  // A cursor of the previous release was bound to its database; the refusal has the remedy.
  const old = await earlierCursor(from, 2, []);
  const answer = await to.ask(`/v1/events?cursor=${old}`, { apiKey });
  expect([outcome(answer), answer.json.detail]).toEqual([
    '400 invalid_cursor',
    expect.stringContaining('after_position'),
  ]);
  await Promise.all([from.close(), to.close(), renamed.close()]);
});
