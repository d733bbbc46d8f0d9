/** A shop with webhooks for the tests of a file. */
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { sql } from 'slonik';
import { toUuid } from '../../store/ids.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';
import { type Behaviour, type Receiver, openReceiver } from './receiver.ts';

/**
 * Registers the hooks of a test file: one shop, and the end of endpoints after each test.
 *
 * @param env overrides the variables of the shop
 */
export function openWebhooks(env: Record<string, string> = {}) {
  let shop: Shop;
  const ends: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    shop = await openShop({ HOLDFAST_WEBHOOK_LOOPBACK: 'on', ...env });
  });
  afterAll(() => shop.close());
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  /** A tenant for each test, so that no test sees the events of another. */
  async function aShop() {
    const { apiKey } = await shop.addTenant();
    const ask: Shop['ask'] = (path, given) => shop.ask(path, { apiKey, ...given });
    const place = async () => {
      const { status, json } = await ask('/v2/orders', {
        body: anOrder({
          currency: undefined,
          lines: [{ sku: 'K', name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }],
        }),
      });
      expect(status).toBe(201);
      return json.id as string;
    };
    /** An endpoint with a receiver of this test. */
    async function connect(behaviour: Behaviour = 204, settings: object = {}) {
      const receiver = await openReceiver(behaviour);
      const made = await ask('/v2/webhook-endpoints', { body: { url: receiver.url, ...settings } });
      expect(made.status).toBe(201);
      const path = `/v2/webhook-endpoints/${made.json.id}`;
      ends.push(async () => {
        await ask(path, { method: 'DELETE' });
        await receiver.close();
      });
      const get = async (more = '') => (await ask(path + more)).json;
      return {
        id: made.json.id as string,
        path,
        receiver,
        get,
        async patch(body: object) {
          const { status } = await ask(path, {
            method: 'PATCH',
            body,
            headers: {
              'If-Match': `"${(await get()).version}"`,
              'Content-Type': 'application/merge-patch+json',
            },
          });
          expect(status).toBe(200);
        },
        deliveries: async (query = '') => (await get(`/deliveries${query}`)).data,
        secret: async () => (await get('/secret')).secret as string,
      };
    }
    return { ask, place, connect };
  }

  type Endpoint = Awaited<ReturnType<Awaited<ReturnType<typeof aShop>>['connect']>>;

  /** Makes the next attempt due. A claimed delivery is left: it would be sent twice at a time. */
  const hurry = ({ id }: Endpoint) =>
    shop.pool.query(sql.unsafe`
      WITH rested AS (UPDATE webhook_endpoints SET not_before = '-infinity' WHERE endpoint_id = ${toUuid(id)})
      UPDATE webhook_deliveries SET next_attempt_at = now()
       WHERE endpoint_id = ${toUuid(id)} AND status = 'pending' AND tries > 0 AND (claimed_until IS NULL OR claimed_until <= now())`);

  return { aShop, hurry, ends, pool: () => shop.pool, databaseUrl: () => shop.database.url };
}

export const arrived = (receiver: Receiver, count: number, timeoutMs?: number) =>
  until(() => receiver.messages.length >= count, timeoutMs);
