/** Deliveries that were removed from the ledger, and replays that must know what was delivered. */
import { describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { toUuid } from '../../store/ids.ts';
import { until } from '../setup/shop.ts';
import { arrived, openWebhooks } from './webhook-shop.ts';

const { aShop, pool } = openWebhooks();
type Shop = Awaited<ReturnType<typeof aShop>>;
type Endpoint = Awaited<ReturnType<Shop['connect']>>;

const age = ({ id }: Endpoint, days: number) =>
  pool().query(sql.unsafe`
    UPDATE webhook_deliveries SET finished_at = finished_at - ${days} * interval '1 day'
     WHERE endpoint_id = ${toUuid(id)}`);
const settled = (endpoint: Endpoint, deliveries: number) =>
  until(async () => {
    const all = (await endpoint.deliveries('?limit=100')) as { status: string }[];
    return all.length === deliveries && all.every(({ status }) => status !== 'pending');
  });
const replay = ({ ask }: Shop, endpoint: Endpoint, body: object) => ask(`${endpoint.path}/replays`, { body });
const finished = async ({ ask }: Shop, { headers }: { headers: Headers }): Promise<number> => {
  const location = headers.get('location')!;
  await until(async () => (await ask(location)).json.status === 'finished');
  return (await ask(location)).json.queued as number;
};

describe('a replay of undelivered events', () => {
  test('is refused where deliveries were removed, with the first position that is possible', async () => {
    const shop = await aShop();
    const endpoint = await shop.connect();
    for (let n = 0; n < 3; n += 1) await shop.place();
    await settled(endpoint, 3);
    const [newest] = await endpoint.deliveries();
    await age(endpoint, 31);
    await until(async () => (await endpoint.deliveries()).length === 0);
    await shop.place();
    await arrived(endpoint.receiver, 4);

    const refused = await replay(shop, endpoint, { after_position: 0, which: 'undelivered' });
    expect([refused.status, refused.json.code]).toEqual([422, 'invalid_body']);
    expect(refused.json.errors).toEqual([
      { pointer: '/after_position', detail: expect.stringContaining(`must be at least ${newest.position}`) },
    ]);
    expect(refused.json.errors[0].detail).toContain('"which": "all"');
    const possible = { after_position: newest.position as number, which: 'undelivered' };
    expect(await finished(shop, await replay(shop, endpoint, possible))).toBe(0);
    expect(await finished(shop, await replay(shop, endpoint, { after_position: 0 }))).toBe(4);
    await arrived(endpoint.receiver, 8);
  });

  test('is refused where a failed delivery was removed', async () => {
    const shop = await aShop();
    const endpoint = await shop.connect(410);
    await shop.place();
    await until(async () => (await endpoint.get()).status === 'disabled');
    await age(endpoint, 31);
    await until(async () => (await endpoint.deliveries()).length === 0);
    endpoint.receiver.behave(204);
    await endpoint.patch({ status: 'enabled' });
    expect((await replay(shop, endpoint, { after_position: 0, which: 'undelivered' })).status).toBe(422);
  });

  test('sends the events that never had a delivery, of before and while the endpoint was disabled', async () => {
    const shop = await aShop();
    await shop.place();
    const endpoint = await shop.connect();
    await shop.place();
    await settled(endpoint, 1);
    await age(endpoint, 29);
    await endpoint.patch({ status: 'disabled' });
    await shop.place();
    await endpoint.patch({ status: 'enabled' });
    const queued = await finished(
      shop,
      await replay(shop, endpoint, { after_position: 0, which: 'undelivered' }),
    );
    expect(queued).toBe(2);
  });
});
