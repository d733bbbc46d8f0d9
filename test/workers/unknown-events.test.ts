/** An event that this release cannot read holds up its own delivery, and no other. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { appendRow, forget } from '../setup/older-release.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';
import { type Receiver, openReceiver } from './receiver.ts';

let shop: Shop;
let receiver: Receiver;
let upgrade = (): void => {};
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_WEBHOOK_LOOPBACK: 'on' });
});
afterEach(async () => {
  upgrade();
  await receiver.close();
});
afterAll(() => shop.close());

const place = async () => (await shop.ask('/v1/orders', { body: anOrder() })).json.id as string;

/** An endpoint that refuses everything until all deliveries are queued: one claim has them all. */
async function connect() {
  receiver = await openReceiver(204);
  const { json } = await shop.ask('/v2/webhook-endpoints', { body: { url: receiver.url } });
  const path = `/v2/webhook-endpoints/${json.id}`;
  const deliveries = async (query = '') => (await shop.ask(`${path}/deliveries?limit=100${query}`)).json.data;
  return { path, deliveries };
}

test('an event of a newer release waits on record, and the upgraded node sends it', async () => {
  upgrade = forget('HoldPlaced');
  const { path, deliveries } = await connect();
  const id = await place();
  const position = await appendRow(shop.pool, id, {
    type: 'HoldPlaced',
    data: '{"reason":"fraud_review"}',
  });
  for (let n = 0; n < 20; n += 1) await place();
  await until(() => receiver.messages.length === 21);

  const waiting = async () =>
    (await deliveries()).filter((each: { status: string }) => each.status === 'pending');
  await until(async () => (await waiting())[0]?.last_error === 'event_not_understood', 30_000);
  expect(await waiting()).toMatchObject([{ position, event_type: 'HoldPlaced', attempt_count: 0 }]);
  expect(receiver.messages).toHaveLength(21);
  expect((await shop.ask(path)).json).toMatchObject({ disabled_reason: null });

  upgrade();
  await until(() => receiver.messages.length === 22);
  expect(receiver.messages[21]?.json).toMatchObject({ type: 'HoldPlaced', data: { position } });
  await until(async () => (await waiting()).length === 0);
}, 60_000);

test('an event with unreadable data waits on record, and takes nothing down', async () => {
  const { deliveries } = await connect();
  const id = await place();
  const position = await appendRow(shop.pool, id, {
    type: 'PaymentRecorded',
    schemaVersion: 2,
    data: 'null',
  });
  for (let n = 0; n < 5; n += 1) await place();
  await until(() => receiver.messages.length === 6);
  const waiting = async () =>
    (await deliveries()).filter((each: { status: string }) => each.status === 'pending');
  await until(async () => (await waiting())[0]?.last_error === 'event_not_rendered');
  expect(await waiting()).toMatchObject([{ position, attempt_count: 0, last_status: null }]);
}, 60_000);
