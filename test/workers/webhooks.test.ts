/** Webhooks, from a shop to its receivers. */
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { RETRY_DELAYS_SECONDS } from '../../workers/schedule.ts';
import { until } from '../setup/shop.ts';
import { openReceiver } from './receiver.ts';
import { arrived, openWebhooks } from './webhook-shop.ts';

const { aShop, hurry, ends } = openWebhooks();

describe('an event', () => {
  test('reaches each endpoint that wants it, signed, with its position, order version and trace', async () => {
    const { place, connect, ask } = await aShop();
    const all = await connect();
    const some = await connect(204, { event_types: ['OrderCancelled'] });
    const id = await place();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await ask(`/v2/orders/${id}/cancellation`, { body: {}, headers: { traceparent } });
    await arrived(all.receiver, 2);
    await arrived(some.receiver, 1);

    expect(all.receiver.types().toSorted()).toEqual(['OrderCancelled', 'OrderPlaced']);
    expect(some.receiver.types()).toEqual(['OrderCancelled']);
    const events = (await ask('/v2/events')).json.data;
    for (const message of all.receiver.messages) {
      const event = events.find((each: { id: string }) => each.id === message.id);
      expect(message.json).toMatchObject({ type: event.type, timestamp: event.recorded_at, data: event });
      expect(event).toMatchObject({
        order_id: id,
        version: expect.any(Number),
        position: expect.any(Number),
      });
      const verified = new Webhook(await all.secret()).verify(message.text, message.headers);
      expect(verified).toEqual(message.json);
      const tampered = message.text.replace(id, `${id.slice(0, -1)}x`);
      const library = new Webhook(await all.secret());
      expect(() => library.verify(tampered, message.headers)).toThrow();
    }
    const [cancelled] = some.receiver.messages;
    expect(cancelled!.json.traceparent).toContain('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(cancelled!.headers['traceparent']).toBe(cancelled!.json.traceparent);
  });

  test('of another shop, or from before the endpoint was created, is not sent', async () => {
    const one = await aShop();
    const other = await aShop();
    await one.place();
    const endpoint = await one.connect();
    await other.place();
    const mine = await one.place();
    await arrived(endpoint.receiver, 1);
    expect(endpoint.receiver.messages.map(({ json }) => json.data.order_id)).toEqual([mine]);
  });

  test('has the format of the API version that created the endpoint', async () => {
    const { ask, place, connect } = await aShop();
    const v2 = await connect();
    const receiver = await openReceiver();
    ends.push(receiver.close);
    const made = await ask('/v1/webhook-endpoints', { body: { url: receiver.url } });
    expect(made.json.api_version).toBe('v1');
    await place();
    await arrived(receiver, 1);
    await arrived(v2.receiver, 1);
    expect(receiver.messages[0]!.json.data).toEqual((await ask('/v1/events')).json.data[0]);
    expect(v2.receiver.messages[0]!.json.data).toEqual((await ask('/v2/events')).json.data[0]);
    await ask(`/v1/webhook-endpoints/${made.json.id}`, { method: 'DELETE' });
  });
});

describe('a receiver that gives no status', () => {
  test('has a precise cause in version 2, and one that version 1 lists in version 1', async () => {
    const { ask, place, connect } = await aShop();
    const endpoint = await connect((response) => response.destroy());
    await place();
    await until(async () => (await endpoint.deliveries())[0]?.attempt_count === 1);
    const path = `/webhook-endpoints/${endpoint.id}/deliveries`;
    for (const [version, error] of [
      ['v2', 'connection_closed'],
      ['v1', 'connection_failed'],
    ]) {
      const [listed] = (await ask(`/${version}${path}`)).json.data;
      const { json } = await ask(`/${version}${path}/${listed.id}`);
      expect([listed.last_error, json.last_error, json.attempts]).toMatchObject([error, error, [{ error }]]);
    }
  });
});

describe('a receiver that refuses a message', () => {
  test('gets the same message again, under the same id, and the delivery shows both attempts', async () => {
    const { place, connect } = await aShop();
    const endpoint = await connect((response) => response.writeHead(500).end('out of\u0007 order'));
    const order = await place();
    await until(async () => (await endpoint.deliveries())[0]?.attempt_count === 1);
    const [pending] = await endpoint.deliveries();
    expect(pending).toMatchObject({
      status: 'pending',
      last_status: 500,
      last_error: 'not_2xx',
      order_id: order,
    });
    const wait = Date.parse(pending.next_attempt_at) - Date.now();
    expect(wait).toBeGreaterThan(RETRY_DELAYS_SECONDS[0] * 800 - 2_000);
    expect(wait).toBeLessThan(RETRY_DELAYS_SECONDS[0] * 1_200);

    endpoint.receiver.behave(204);
    await hurry(endpoint);
    await arrived(endpoint.receiver, 2);
    const [first, second] = endpoint.receiver.messages;
    expect([second!.id, second!.text]).toEqual([first!.id, first!.text]);
    await until(async () => (await endpoint.deliveries())[0]?.status === 'delivered');
    const { attempts } = await endpoint.get(`/deliveries/${pending.id}`);
    expect(attempts).toMatchObject([
      { number: 2, status: 204, error: null, answer: null },
      { number: 1, status: 500, error: 'not_2xx', answer: 'out of  order' },
    ]);
  });

  test('gets nothing before its Retry-After, which holds for the delivery, and with 429 for the endpoint', async () => {
    const { place, connect } = await aShop();
    const endpoint = await connect((response) => response.writeHead(429, { 'Retry-After': '600' }).end());
    await place();
    await until(async () => (await endpoint.deliveries())[0]?.attempt_count === 1);
    const [delivery] = await endpoint.deliveries();
    const wait = (Date.parse(delivery.next_attempt_at) - Date.now()) / 1_000;
    expect(wait).toBeGreaterThan(595);
    expect(wait).toBeLessThanOrEqual(600);
    await place();
    await until(async () => (await endpoint.deliveries()).length === 2);
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // longer than the sweep interval
    expect(endpoint.receiver.messages).toHaveLength(1);
  });

  test('with 410 is disabled; the other endpoints get a notice', async () => {
    const { place, connect, ask } = await aShop();
    const gone = await connect(410);
    const other = await connect(204, { event_types: ['WebhookEndpointDisabled'] });
    await place();
    await arrived(other.receiver, 1);
    expect(await gone.get()).toMatchObject({ status: 'disabled', disabled_reason: 'gone' });
    const [notice] = other.receiver.messages;
    expect(notice!.json).toMatchObject({
      type: 'WebhookEndpointDisabled',
      data: { endpoint_id: gone.id, reason: 'gone', disabled_at: (await gone.get()).disabled_at },
    });
    expect(new Webhook(await other.secret()).verify(notice!.text, notice!.headers)).toEqual(notice!.json);

    const [failed] = await gone.deliveries('?status=failed');
    expect(failed).toMatchObject({ last_status: 410, next_attempt_at: null });
    const again = await ask(`${gone.path}/deliveries/${failed.id}/redelivery`, { body: {} });
    expect([again.status, again.json.code]).toEqual([409, 'webhook_endpoint_disabled']);
  });

  test('for the whole schedule is disabled; enabled again, it gets the pending deliveries, and the rest by a replay', async () => {
    const { place, connect, ask } = await aShop();
    const dead = await connect(500);
    const other = await connect(204, { event_types: ['WebhookEndpointDisabled'] });
    await place();
    for (let attempt = 1; attempt <= RETRY_DELAYS_SECONDS.length + 1; attempt += 1) {
      await until(async () => {
        if ((await dead.deliveries())[0]?.attempt_count >= attempt) return true;
        await hurry(dead);
        return false;
      });
    }
    await arrived(other.receiver, 1);
    expect(await dead.get()).toMatchObject({ status: 'disabled', disabled_reason: 'exhausted' });
    expect(dead.receiver.messages).toHaveLength(RETRY_DELAYS_SECONDS.length + 1);
    expect(new Set(dead.receiver.messages.map(({ id }) => id)).size).toBe(1);
    const missed = await place();
    await until(async () => (await ask('/v2/events')).json.data.length === 2);

    dead.receiver.behave(204);
    dead.receiver.messages.length = 0;
    await dead.patch({ status: 'enabled' });
    const replay = await ask(`${dead.path}/replays`, { body: { after_position: 0, which: 'undelivered' } });
    expect(replay.status).toBe(202);
    await arrived(dead.receiver, 2);
    expect(dead.receiver.messages.map(({ json }) => json.data.order_id)).toContain(missed);
    await until(async () => (await dead.get()).failing_since === null);
  }, 60_000);

  test('does not delay others: while one hangs, another gets its message at once', async () => {
    const { place, connect } = await aShop();
    const hanging = await connect(() => {});
    const well = await connect();
    for (let n = 0; n < 30; n += 1) await place();
    await arrived(hanging.receiver, 1);
    const began = Date.now();
    const order = await place();
    await until(() => well.receiver.messages.some(({ json }) => json.data.order_id === order), 2_000);
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(hanging.receiver.most()).toBeLessThanOrEqual(10);
  });
});
