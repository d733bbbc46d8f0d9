/** The log lost its tail and has grown since: each token of the lost tail is refused. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { NothingKeptError, rollback } from '../../../projections/rebuild/rebuild.ts';
import { ordersProjection } from '../../../projections/orders.ts';
import { exportLog } from '../../../store/archive/export-log.ts';
import { connect, failureOf } from '../../grpc/client.ts';
import { type Shop, openShop, until } from '../../setup/shop.ts';
import { faultOf, outcome, place, positions } from '../lists/feed-steps.ts';

let shop: Shop;
afterEach(() => shop.close());

const applied = async () => (await shop.ask('/v2/orders?limit=1')).headers.get('holdfast-lag') === '0';
const idsOf = ({ json }: { json: { data: { id: string }[] } }) => json.data.map(({ id }) => id);

/** Removes the events after a position, and moves the head back. */
async function loseTail(kept: number, { checkpoints }: { checkpoints: boolean }): Promise<void> {
  await shop.pool.transaction(async (transaction) => {
    for (const statement of [
      sql.fragment`DELETE FROM events WHERE position > ${kept}`,
      sql.fragment`UPDATE log_heads SET position = ${kept}`,
      ...(checkpoints
        ? [
            sql.fragment`UPDATE checkpoints SET position = least(position, ${kept})`,
            sql.fragment`DELETE FROM orders WHERE placed_position > ${kept}`,
            sql.fragment`DELETE FROM order_terms WHERE placed_position > ${kept}`,
          ]
        : []),
    ])
      await transaction.query(sql.unsafe`${statement}`);
  });
}

describe.each([
  { name: 'the node keeps running', restarts: false },
  { name: 'the node restarts', restarts: true },
])('read tables rolled back with the log, $name', ({ restarts }) => {
  test('tokens of the lost tail are refused after the log has grown, tokens of the kept part stay valid', async () => {
    shop = await openShop();
    const written: string[] = [];
    for (let n = 0; n < 8; n += 1) written.push(String((await place(shop)).position));
    await until(applied);
    const lost = (await shop.ask('/v2/orders?order=asc&limit=5')).json.next_cursor;
    const kept = (await shop.ask('/v2/orders?order=asc&limit=3')).json.next_cursor;
    await loseTail(3, { checkpoints: true });
    if (restarts) await shop.restart();
    const replaced: string[] = [];
    for (let n = 0; n < 8; n += 1) replaced.push((await place(shop)).id);
    await until(applied);

    const walk = await shop.ask(`/v2/orders?order=asc&limit=100&cursor=${lost}`);
    expect([outcome(walk), walk.json.detail]).toEqual([
      '400 invalid_cursor',
      expect.stringContaining('lost'),
    ]);
    expect(idsOf(await shop.ask(`/v2/orders?order=asc&limit=100&cursor=${kept}`))).toEqual(replaced);

    for (const position of written.slice(3)) {
      const read = await shop.ask('/v2/orders', { headers: { 'Holdfast-Read-After': position } });
      expect([position, outcome(read)]).toEqual([position, '400 invalid_parameter']);
      expect(faultOf(read).detail).toContain('same Idempotency-Key');
    }
    expect((await shop.ask('/v2/orders', { headers: { 'Holdfast-Read-After': written[2]! } })).status).toBe(
      200,
    );

    const feed = await shop.ask(`/v2/events?after_position=${written[5]}`);
    expect([outcome(feed), faultOf(feed).parameter]).toEqual(['400 invalid_parameter', 'after_position']);
    expect(positions(await shop.ask(`/v2/events?after_position=${written[2]}`))).toHaveLength(8);

    const client = connect(shop.grpc, shop.apiKey);
    const watching = new Promise((_resolve, reject) =>
      client.watchEvents({ after: Number(written[5]) }).once('error', reject),
    );
    const failure = await failureOf(watching);
    client.close();
    expect(JSON.stringify(failure)).toMatch(/must be at most 3: the log lost/);

    const fileFrom = (from: number) => exportLog(shop.pool, { from, to: Number.MAX_SAFE_INTEGER }).next();
    await expect(fileFrom(Number(written[5]) + 1)).rejects.toThrow('The log lost position 6');
    expect((await fileFrom(4)).value).toContain('"events":8,');

    const endpoint = await shop.ask('/v2/webhook-endpoints', { body: { url: 'https://receiver.invalid/' } });
    const replay = await shop.ask(`/v2/webhook-endpoints/${endpoint.json.id}/replays`, {
      body: { after_position: Number(written[5]) },
    });
    expect([outcome(replay), faultOf(replay).pointer]).toEqual(['422 invalid_body', '/after_position']);
  });
});

test('a read table ahead of the log is rebuilt, and shows each new order and no lost one', async () => {
  shop = await openShop();
  const written: string[] = [];
  for (let n = 0; n < 8; n += 1) written.push((await place(shop)).id);
  await until(applied);
  await loseTail(3, { checkpoints: false });
  const replaced: string[] = [];
  for (let n = 0; n < 8; n += 1) replaced.push((await place(shop)).id);
  await until(async () => {
    const listed = idsOf(await shop.ask('/v2/orders?order=asc&limit=100'));
    return JSON.stringify(listed) === JSON.stringify([...written.slice(0, 3), ...replaced]);
  });
  const placed = async () => (await shop.ask('/v1/daily-sales')).json.data[0].orders_placed;
  await until(async () => (await placed()) === 11);
  // The table of before the rebuild has the lost orders.
  const rolledBack = rollback(shop.pool, ordersProjection, { onProgress: () => {} });
  await expect(rolledBack).rejects.toThrow(NothingKeptError);
});

test('a cursor of the history of an order is refused when another event has its version', async () => {
  shop = await openShop();
  const { id } = await place(shop);
  const patch = (color: string) =>
    shop.ask(`/v2/orders/${id}`, {
      method: 'PATCH',
      body: { metadata: { color } },
      headers: { 'If-Match': '*', 'Content-Type': 'application/merge-patch+json' },
    });
  for (const color of ['red', 'green', 'blue']) expect((await patch(color)).status).toBe(200);
  const cursorAfter = async (limit: number) =>
    (await shop.ask(`/v2/orders/${id}/events?limit=${limit}`)).json.next_cursor;
  const [kept, lost] = [await cursorAfter(2), await cursorAfter(3)];
  await loseTail(2, { checkpoints: false });
  for (const color of ['gold', 'grey', 'pink']) expect((await patch(color)).status).toBe(200);
  expect(outcome(await shop.ask(`/v2/orders/${id}/events?cursor=${lost}`))).toBe('400 invalid_cursor');
  const versions = ({ json }: { json: { data: { version: number }[] } }) =>
    json.data.map(({ version }) => version);
  expect(versions(await shop.ask(`/v2/orders/${id}/events?cursor=${kept}`))).toEqual([3, 4, 5]);
  const now = await cursorAfter(3);
  expect(versions(await shop.ask(`/v2/orders/${id}/events?cursor=${now}`))).toEqual([4, 5]);
});
