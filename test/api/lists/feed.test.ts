import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { feedWatchers } from '../../../platform/metrics.ts';
import { type Answer, type Shop, anOrder, openShop, until } from '../../setup/shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.close());

const place = async () => (await shop.ask('/v1/orders', { body: anOrder() })).json.id as string;
const cancel = (id: string) => shop.ask(`/v1/orders/${id}/cancellation`, { body: {} });
const typesOf = ({ json }: Answer) => json.data.map(({ type }: { type: string }) => type);
const positions = ({ json }: Answer): number[] =>
  json.data.map(({ position }: { position: number }) => position);

describe('the feed of events', () => {
  test('has each event of the tenant in log order, and always a cursor to continue from', async () => {
    const other = await shop.addTenant();
    expect((await shop.ask('/v1/events')).json).toMatchObject({ data: [], has_more: false });
    for (let n = 0; n < 3; n += 1) {
      await cancel(await place());
      await shop.ask('/v1/orders', { body: anOrder(), apiKey: other.apiKey });
    }
    const all = await shop.ask('/v1/events');
    expect(positions(all)).toEqual([1, 2, 4, 5, 7, 8]);
    expect(all.json.has_more).toBe(false);

    const walked: number[] = [];
    let cursor = '';
    for (let more = true; more;) {
      const page = await shop.ask(`/v1/events?limit=4${cursor && `&cursor=${cursor}`}`);
      walked.push(...positions(page));
      cursor = page.json.next_cursor;
      more = page.json.has_more;
    }
    expect(walked).toEqual(positions(all));
    expect(typesOf(await shop.ask(`/v1/events?cursor=${cursor}&limit=4`))).toEqual([]);
    await place();
    expect(typesOf(await shop.ask(`/v1/events?cursor=${cursor}&limit=4`))).toEqual(['OrderPlaced']);
    expect(typesOf(await shop.ask('/v1/events', { apiKey: other.apiKey }))).toHaveLength(3);
  });

  test('filters by types in any sequence, and a cursor may continue with other types', async () => {
    await cancel(await place());
    await place();
    const cancelled = await shop.ask('/v1/events?types=OrderCancelled');
    expect(typesOf(cancelled)).toEqual(['OrderCancelled']);
    const cursor = cancelled.json.next_cursor as string;
    expect(typesOf(await shop.ask(`/v1/events?cursor=${cursor}`))).toEqual([]);
    const both = await shop.ask('/v1/events?types=OrderCancelled,OrderPlaced&limit=2');
    const rest = await shop.ask(
      `/v1/events?types=OrderPlaced,OrderCancelled&cursor=${both.json.next_cursor}`,
    );
    expect([...typesOf(both), ...typesOf(rest)]).toEqual(['OrderPlaced', 'OrderCancelled', 'OrderPlaced']);
  });

  test('of a rare type scans a bounded number of events a page, and sets has_more', async () => {
    const { sql } = await import('slonik');
    await place();
    await shop.pool.query(sql.unsafe`
      INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version, data, idempotency_key, fingerprint, recorded_at)
      SELECT partition, n, tenant_id, order_id, n, gen_random_uuid(), 'OrderUpdated', 1, '{}', 'k' || n, fingerprint, recorded_at
        FROM events CROSS JOIN generate_series(2, 2500) AS n`);
    await shop.pool.query(sql.unsafe`UPDATE log_heads SET position = 2500`);
    const id = await place();
    await cancel(id);
    let cursor = '';
    const pages: string[][] = [];
    for (let more = true; more;) {
      const page = await shop.ask(`/v1/events?types=OrderCancelled${cursor && `&cursor=${cursor}`}`);
      pages.push(typesOf(page));
      cursor = page.json.next_cursor;
      more = page.json.has_more;
    }
    expect(pages).toEqual([[], [], ['OrderCancelled']]);
  });
});

describe('a long poll', () => {
  const cursorNow = async (query = '') => (await shop.ask(`/v1/events?${query}`)).json.next_cursor as string;

  test('ends as soon as an event is appended', async () => {
    const cursor = await cursorNow();
    const started = performance.now();
    const waiting = shop.ask(`/v1/events?wait=20&cursor=${cursor}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await place();
    expect(typesOf(await waiting)).toEqual(['OrderPlaced']);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('ends without events at its timeout, and its cursor stays valid', async () => {
    const cursor = await cursorNow();
    const started = performance.now();
    const answer = await shop.ask(`/v1/events?wait=1&cursor=${cursor}`);
    expect(performance.now() - started).toBeGreaterThanOrEqual(950);
    expect(answer.json.data).toEqual([]);
    await place();
    expect(typesOf(await shop.ask(`/v1/events?cursor=${answer.json.next_cursor}`))).toEqual(['OrderPlaced']);
  });

  test('ignores events of other tenants and of other types', async () => {
    const other = await shop.addTenant();
    const id = await place();
    const cursor = await cursorNow('types=OrderCancelled');
    const waiting = shop.ask(`/v1/events?types=OrderCancelled&wait=20&cursor=${cursor}`);
    await shop.ask('/v1/orders', { body: anOrder(), apiKey: other.apiKey });
    await place();
    await cancel(id);
    expect(typesOf(await waiting)).toEqual(['OrderCancelled']);
  });

  test('misses no event, regardless of its start time', async () => {
    const seen: number[] = [];
    let placing = true;
    const reader = (async () => {
      let cursor = '';
      while (placing || seen.length < 60) {
        const page = await shop.ask(`/v1/events?wait=5&limit=7${cursor && `&cursor=${cursor}`}`);
        seen.push(...positions(page));
        cursor = page.json.next_cursor;
      }
    })();
    for (let n = 0; n < 20; n += 1) await Promise.all([place(), place(), place()]);
    placing = false;
    await reader;
    expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
  });

  test('shares one query with all other long polls, and ends when the server stops', async () => {
    const cursor = await cursorNow();
    const waiting = Array.from({ length: 50 }, () => shop.ask(`/v1/events?wait=30&cursor=${cursor}`));
    await until(async () => (await feedWatchers.get()).values[0]?.value === 50);
    const started = performance.now();
    const [answers] = await Promise.all([Promise.all(waiting), shop.restart()]);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
