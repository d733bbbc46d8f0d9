/** The start of a feed: after a position, or at a time. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { connect } from '../../grpc/client.ts';
import { type Shop, openShop } from '../../setup/shop.ts';
import { faultOf, outcome, place, positions } from './feed-steps.ts';

describe('a feed starts', () => {
  let shop: Shop;
  let other: string;
  let orders: { id: string; position: number }[];
  let times: string[];
  beforeAll(async () => {
    shop = await openShop();
    other = (await shop.addTenant()).apiKey;
    orders = [];
    for (let n = 0; n < 4; n += 1) {
      orders.push(await place(shop));
      await place(shop, other);
      // The log's clock counts milliseconds: each order gets a different time.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { json } = await shop.ask('/v1/events');
    times = json.data.map((event: { recorded_at: string }) => event.recorded_at);
    expect(new Set(times).size).toBe(4);
  });
  afterAll(() => shop.close());

  const from = (query: string) => shop.ask(`/v1/events?${query}`);
  const own = (first: number) => orders.slice(first).map(({ position }) => position);

  test('after a position, whether the event there is of this tenant or of another', async () => {
    expect(own(0)).toEqual([1, 3, 5, 7]);
    for (const [after, expected] of [
      [0, own(0)],
      [1, own(1)],
      [2, own(1)],
      [3, own(2)],
      [7, []],
      [8, []],
    ] as const) {
      const page = await from(`after_position=${after}`);
      expect([after, positions(page)]).toEqual([after, expected]);
      // Its cursor continues from there.
      await place(shop, other);
      expect(positions(await from(`cursor=${page.json.next_cursor}`))).toEqual([]);
    }
  });

  test('at a time, with the events recorded then or later', async () => {
    for (const [n, time] of times.entries()) {
      expect(positions(await from(`since=${time}`))).toEqual(own(n));
      const before = new Date(Date.parse(time) - 1).toISOString();
      expect(positions(await from(`since=${before}`))).toEqual(own(n));
      const later = new Date(Date.parse(time) + 1).toISOString();
      expect(positions(await from(`since=${later}`))).toEqual(own(n + 1));
      const elsewhere = new Date(Date.parse(time) + 7_200_000).toISOString().replace('Z', '%2B02:00');
      expect(positions(await from(`since=${elsewhere}`))).toEqual(own(n));
    }
    expect(positions(await from('since=0001-01-01T00:00:00Z'))).toEqual(own(0));
    const now = new Date(Date.now() + 10_000).toISOString();
    expect(positions(await from(`since=${now}`))).toEqual([]);
  });

  test('at the given position only without a cursor; the same request with a cursor gets the next page', async () => {
    const first = await from(`since=${times[1]}&limit=1&types=OrderPlaced`);
    expect(positions(first)).toEqual([own(1)[0]]);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link')!)![1]!;
    expect(next).toContain('since=');
    expect(positions(await shop.ask(next))).toEqual([own(1)[1]]);
    const again = await from(`after_position=1&limit=1&cursor=${first.json.next_cursor}`);
    expect(positions(again)).toEqual([own(1)[1]]);
  });

  test('at a time of a long log with the gaps of an import', async () => {
    const long = await openShop();
    await place(long);
    await long.pool.query(sql.unsafe`
      INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version, data, idempotency_key, fingerprint, recorded_at)
      SELECT partition, 10 + 7 * n, tenant_id, order_id, n + 2, gen_random_uuid(), 'OrderUpdated', 1, '{"patch":{"metadata":{}},"shipping_address":null,"metadata":{}}', 'k' || n, fingerprint,
             recorded_at + (n / 3) * interval '1 hour'
        FROM events CROSS JOIN generate_series(0, 400) AS n`);
    await long.pool.query(sql.unsafe`
      UPDATE log_heads SET position = 10 + 7 * 400, recorded_at = (SELECT max(recorded_at) FROM events)`);
    const [{ recorded_at: start }] = (await long.ask('/v1/events?limit=1')).json.data;
    // Three events an hour, the last of them in the 133rd; the order itself was placed at the
    // start.
    for (const [hours, expected] of [
      [0, 1],
      [1, 10 + 7 * 3],
      [50, 10 + 7 * 150],
      [99, 10 + 7 * 297],
      [133, 10 + 7 * 399],
      [133.01, undefined],
    ] as const) {
      const since = new Date(Date.parse(start) + hours * 3_600_000).toISOString();
      const page = await long.ask(`/v1/events?limit=1&since=${since}`);
      expect([hours, positions(page)[0]]).toEqual([hours, expected]);
    }
    await long.close();
  });

  test.each([
    [
      'a position that the log does not have',
      'after_position=9007199254740991',
      'after_position',
      /at most \d+/,
    ],
    ['a negative position', 'after_position=-1', 'after_position', /0/],
    ['a position in words', 'after_position=now', 'after_position', /whole number, not 'now'/],
    ['a day', 'since=2026-01-01', 'since', /date-time|time/],
    ['a time that does not exist', 'since=2026-01-01T25:00:00Z', 'since', /time/],
    ['a future time', 'since=2100-01-01T00:00:00Z', 'since', /future/],
    ['both', 'since=2026-01-01T00:00:00Z&after_position=1', 'after_position', /together/],
    ['an unknown type', 'types=OrderLost', 'types', /./],
    ['no type', 'types=', 'types', /./],
    ['a type in small letters', 'types=orderplaced', 'types', /./],
    ['a space between types', 'types=OrderPlaced,%20OrderCancelled', 'types', /./],
  ])('never at %s', async (_name, query, parameter, words) => {
    const answer = await from(query);
    expect([outcome(answer), faultOf(answer).parameter]).toEqual(['400 invalid_parameter', parameter]);
    expect(faultOf(answer).detail).toMatch(words);
  });

  test('with each type once, even if the query repeats it', async () => {
    expect(positions(await from('types=OrderPlaced,OrderPlaced,OrderCancelled'))).toEqual(own(0));
  });

  test('at a time for gRPC too', async () => {
    const client = connect(shop.grpc, shop.apiKey);
    const ms = Date.parse(times[2]!);
    const since = (nanos: number) => ({ seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1e6 + nanos });
    for (const [nanos, first] of [
      [0, own(2)[0]],
      [1, own(3)[0]],
    ] as const) {
      const watch = client.watchEvents({ since: since(nanos) });
      watch.on('error', () => {});
      const message = await new Promise<{ position: number }>((resolve) => watch.once('data', resolve));
      watch.cancel();
      expect([nanos, message.position]).toEqual([nanos, first]);
    }
    for (const [request, words] of [
      [{ since: { seconds: 4_102_444_800 } }, /since/],
      [{ since: { seconds: 253_402_300_799, nanos: 999_999_999 } }, /since/],
      [{ since: { seconds: -62_135_596_801 } }, /since/],
      [{ since: { seconds: 1, nanos: -1 } }, /since/],
      [{ since: since(0), after: 1 }, /since/],
      [{ after: 1_000_000 }, /after/],
    ] as const) {
      const failure = await new Promise<Error>((resolve) =>
        client.watchEvents(request).once('error', resolve),
      );
      expect(failure.message).toMatch(words);
      expect(failure.message).toMatch(/^3 INVALID_ARGUMENT/);
    }
    client.close();
  });
});
