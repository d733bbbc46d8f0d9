/** The list of deliveries, rates, secrets and commands of webhooks. */
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { until } from '../setup/shop.ts';
import { arrived, openWebhooks } from './webhook-shop.ts';

const { aShop } = openWebhooks();

describe('a receiver with a limited rate', () => {
  test('gets no more than its max_per_second', async () => {
    const { place, connect } = await aShop();
    const endpoint = await connect(204, { max_per_second: 10 });
    for (let n = 0; n < 30; n += 1) await place();
    await arrived(endpoint.receiver, 30);
    const times = endpoint.receiver.messages.map(({ at }) => at);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(2_000);
  });
});

describe('the list of deliveries', () => {
  test('has pages and filters, and a walk neither skips nor repeats while it grows', async () => {
    const { place, connect } = await aShop();
    const endpoint = await connect();
    const orders: string[] = [];
    for (let n = 0; n < 12; n += 1) orders.push(await place());
    await until(async () => (await endpoint.deliveries('?limit=100')).length === 12);
    const seen: string[] = [];
    let path = '/deliveries?order=asc&limit=5';
    for (let page = 0; page < 3; page += 1) {
      const { data, next_cursor: next } = await endpoint.get(path);
      seen.push(...data.map((each: { order_id: string }) => each.order_id));
      if (page === 0) {
        orders.push(await place());
        await until(async () => (await endpoint.deliveries('?limit=100')).length === 13);
      }
      path = `/deliveries?order=asc&limit=5&cursor=${next}`;
    }
    expect(seen).toEqual(orders);
    const newest = await endpoint.deliveries('?limit=100');
    expect(newest.map((each: { order_id: string }) => each.order_id)).toEqual(orders.toReversed());
    expect(await endpoint.deliveries(`?order_id=${orders[3]}`)).toMatchObject([{ order_id: orders[3] }]);
    await until(async () => (await endpoint.deliveries('?status=delivered&limit=100')).length === 13);
    expect(await endpoint.deliveries('?status=failed')).toEqual([]);
  });

  test('sends a delivery again, under its id, once for each key', async () => {
    const { place, connect, ask } = await aShop();
    const endpoint = await connect();
    await place();
    await until(async () => (await endpoint.deliveries('?status=delivered')).length === 1);
    const [{ id }] = await endpoint.deliveries();
    const path = `${endpoint.path}/deliveries/${id}/redelivery`;
    const first = await ask(path, { body: {}, key: 'again-please' });
    expect(first.status).toBe(202);
    await arrived(endpoint.receiver, 2);
    const second = await ask(path, { body: {}, key: 'again-please' });
    expect([second.text, second.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
    await until(async () => (await endpoint.deliveries())[0].status === 'delivered');
    expect(endpoint.receiver.messages).toHaveLength(2);
    expect(new Set(endpoint.receiver.messages.map((message) => message.id)).size).toBe(1);
  });

  test('replays all events since a position, or only the undelivered', async () => {
    const { place, connect, ask } = await aShop();
    for (let n = 0; n < 3; n += 1) await place();
    const endpoint = await connect();
    await place();
    await arrived(endpoint.receiver, 1);
    const replay = async (body: object) => {
      const { headers } = await ask(`${endpoint.path}/replays`, { body });
      const location = headers.get('location')!;
      await until(async () => (await ask(location)).json.status === 'finished');
      return (await ask(location)).json.queued as number;
    };
    expect(await replay({ after_position: 0, which: 'undelivered' })).toBe(3);
    await arrived(endpoint.receiver, 4);
    await until(async () => (await endpoint.deliveries('?status=delivered')).length === 4);
    expect(await replay({ after_position: 0, which: 'undelivered' })).toBe(0);
    expect(await replay({ after_position: 0 })).toBe(4);
    await arrived(endpoint.receiver, 8);
    const ids = endpoint.receiver.messages.map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    expect(endpoint.receiver.messages).toHaveLength(8);
  });
});

describe('a secret', () => {
  test('rotates during delivery: both secrets verify for the given hours, and with 0 the old one ends at once', async () => {
    const { place, connect, ask } = await aShop();
    const endpoint = await connect();
    const old = await endpoint.secret();
    const rotated = await ask(`${endpoint.path}/secret-rotations`, { body: {}, key: 'rotate-1' });
    expect(rotated.status).toBe(201);
    expect(rotated.text).not.toContain('whsec_');
    expect((await ask(`${endpoint.path}/secret-rotations`, { body: {}, key: 'rotate-1' })).text).toBe(
      rotated.text,
    );
    const next = await endpoint.secret();
    expect(next).not.toBe(old);
    await place();
    await arrived(endpoint.receiver, 1);
    const [message] = endpoint.receiver.messages;
    for (const secret of [old, next]) new Webhook(secret).verify(message!.text, message!.headers);

    await ask(`${endpoint.path}/secret-rotations`, { body: { previous_secret_hours: 0 } });
    await place();
    await arrived(endpoint.receiver, 2);
    const last = endpoint.receiver.messages[1]!;
    new Webhook(await endpoint.secret()).verify(last.text, last.headers);
    for (const secret of [old, next]) {
      const library = new Webhook(secret);
      expect(() => library.verify(last.text, last.headers)).toThrow();
    }
  });
});

test('a webhook command runs once, and a key of another command is refused', async () => {
  const { ask, connect } = await aShop();
  const { receiver } = await connect();
  const body = { url: receiver.url };
  const [one, two] = await Promise.all([
    ask('/v2/webhook-endpoints', { body, key: 'same' }),
    ask('/v2/webhook-endpoints', { body, key: 'same' }),
  ]);
  expect(one.text).toBe(two.text);
  expect((await ask('/v2/webhook-endpoints')).json.data).toHaveLength(2);
  const other = await ask('/v2/webhook-endpoints', { body: { ...body, description: 'other' }, key: 'same' });
  expect([other.status, other.json.code]).toEqual([422, 'idempotency_key_reused']);
  await ask(`/v2/webhook-endpoints/${one.json.id}`, { method: 'DELETE' });
});
