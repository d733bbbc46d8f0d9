/** Cursors and positions after a restore from a backup. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { toUuid } from '../../../store/ids.ts';
import { connect } from '../../grpc/client.ts';
import { type Shop, openShop, until } from '../../setup/shop.ts';
import { cursorOf, earlierCursor, faultOf, outcome, place, positions } from './feed-steps.ts';

/**
 * Restores the state of a backup: the log up to a position, and read tables no further than that.
 */
async function restore(shop: Shop, position: number): Promise<void> {
  await shop.pool.transaction(async (transaction) => {
    for (const statement of [
      sql.fragment`DELETE FROM events WHERE position > ${position}`,
      sql.fragment`UPDATE log_heads SET position = least(position, ${position})`,
      sql.fragment`UPDATE checkpoints SET position = least(position, ${position})`,
      sql.fragment`DELETE FROM orders WHERE placed_position > ${position}`,
      sql.fragment`DELETE FROM daily_sales WHERE position > ${position}`,
    ])
      await transaction.query(sql.unsafe`${statement}`);
  });
  await shop.restart();
}

describe('after a restore from a backup', () => {
  let shop: Shop;
  let ahead: string;
  let earlier: string;
  let kept: string;
  let walk: string;
  let sales: string;
  beforeAll(async () => {
    shop = await openShop();
    for (let n = 0; n < 3; n += 1) await place(shop);
    kept = await cursorOf(shop);
    for (let n = 0; n < 5; n += 1) await place(shop);
    ahead = await cursorOf(shop);
    earlier = await earlierCursor(shop, 8, []);
    await until(async () => (await shop.ask('/v1/orders')).headers.get('holdfast-lag') === '0');
    walk = (await shop.ask('/v1/orders?order=asc&limit=5')).json.next_cursor;
    sales = await forgedCursor(shop, 'daily-sales', 5, [null, null, null, 'desc']);
    await restore(shop, 3);
  });
  afterAll(() => shop.close());

  const refused = async (query: string) => {
    const answer = await shop.ask(`/v1/events?${query}`);
    expect([query, outcome(answer), answer.json.retry]).toEqual([query, '400 invalid_cursor', 'never']);
    expect(answer.json.detail).toMatch(/restore.*since.*after_position/);
  };

  test('a cursor beyond the end of the log is refused with a remedy, and one within the backup continues', async () => {
    await refused(`cursor=${ahead}`);
    await refused(`cursor=${ahead}&types=OrderCancelled`);
    await refused(`cursor=${ahead}&wait=20`);
    await refused(`cursor=${earlier}`);
    expect(positions(await shop.ask(`/v1/events?cursor=${kept}`))).toEqual([]);
  });

  test('a position beyond the end is refused in the feed, in a webhook replay, and in gRPC', async () => {
    const feed = await shop.ask('/v1/events?after_position=8');
    expect([outcome(feed), faultOf(feed).detail]).toEqual([
      '400 invalid_parameter',
      expect.stringContaining('at most 3'),
    ]);
    const endpoint = await shop.ask('/v2/webhook-endpoints', { body: { url: 'https://receiver.invalid/' } });
    const replays = `/v2/webhook-endpoints/${endpoint.json.id}/replays`;
    const replay = await shop.ask(replays, { body: { after_position: 8 }, key: 'replay' });
    expect([outcome(replay), faultOf(replay).pointer]).toEqual(['422 invalid_body', '/after_position']);
    expect(faultOf(replay).detail).toContain('at most 3');
    expect((await shop.ask(replays, { body: { after_position: 3 }, key: 'replay' })).status).toBe(202);
    const client = connect(shop.grpc, shop.apiKey);
    const failure = await new Promise<Error>((resolve) =>
      client.watchEvents({ after: 8 }).once('error', resolve),
    );
    client.close();
    expect(failure.message).toContain('after');
  });

  test('a list cursor beyond the end is refused', async () => {
    expect(outcome(await shop.ask(`/v1/orders?order=asc&limit=5&cursor=${walk}`))).toBe('400 invalid_cursor');
    expect(outcome(await shop.ask(`/v1/daily-sales?cursor=${sales}`))).toBe('400 invalid_cursor');
    const { id } = (await shop.ask('/v1/orders?limit=1')).json.data[0];
    for (const [path, list] of [
      ['events', 'order events'],
      ['payments', 'payments'],
    ] as const) {
      const cursor = await forgedCursor(shop, list, 2, [id]);
      expect(outcome(await shop.ask(`/v1/orders/${id}/${path}?cursor=${cursor}`))).toBe('400 invalid_cursor');
    }
    const endpoints = await forgedCursor(shop, 'webhook-endpoints', 1_000, []);
    expect(outcome(await shop.ask(`/v1/webhook-endpoints?cursor=${endpoints}`))).toBe('400 invalid_cursor');
    const { json } = await shop.ask('/v2/webhook-endpoints', { body: { url: 'https://receiver.invalid/' } });
    const uuid = toUuid(json.id).replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    const deliveries = await forgedCursor(shop, 'deliveries', 1_000, [uuid, null, null, 'desc']);
    expect(outcome(await shop.ask(`/v2/webhook-endpoints/${json.id}/deliveries?cursor=${deliveries}`))).toBe(
      '400 invalid_cursor',
    );
  });

  test('a cursor stays refused when the log has grown past it, and no new event has its position', async () => {
    const added: number[] = [];
    for (let n = 0; n < 7; n += 1) added.push((await place(shop)).position);
    expect(positions(await shop.ask('/v1/events'))).toHaveLength(10);
    expect(Math.min(...added)).toBeGreaterThan(8);
    await refused(`cursor=${ahead}`);
    expect(positions(await shop.ask(`/v1/events?cursor=${kept}`))).toEqual(added);
    const after = await shop.ask('/v1/events?after_position=8');
    expect([outcome(after), faultOf(after).detail]).toEqual([
      '400 invalid_parameter',
      expect.stringContaining('at most 3: the log lost this position'),
    ]);
    expect(positions(await shop.ask('/v1/events?after_position=3'))).toEqual(added);
  });
});

/** A cursor in the format of the current lists. */
async function forgedCursor(
  shop: Shop,
  list: string,
  position: number,
  filters: (string | null)[],
): Promise<string> {
  const { createCursors } = await import('../../../api/lists/cursor.ts');
  const { createKeyring } = await import('../../../store/secrets/keyring.ts');
  const { instanceSecret } = await import('../../../store/secrets/instance-secrets.ts');
  const cursors = createCursors(await instanceSecret(shop.pool, createKeyring([]), 'cursor'));
  return cursors.encode({ position }, JSON.stringify([list, shop.tenantId, ...filters]));
}
