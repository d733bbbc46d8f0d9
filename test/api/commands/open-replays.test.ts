/** The bound of the open replays of a tenant. The shop has no relay, so replays stay open. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { toUuid } from '../../../store/ids.ts';
import { type Answer, type Shop, openShop } from '../../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_ROLES: 'api' });
});
afterAll(() => shop.close());

const BODY = { after_position: 0 };
async function addEndpoint(ask: Shop['ask']): Promise<string> {
  const { json } = await ask('/v2/webhook-endpoints', { body: { url: 'https://receiver.invalid/events' } });
  return `/v2/webhook-endpoints/${json.id}/replays`;
}

test('a tenant has at most 20 open replays; the next one starts when one has finished', async () => {
  const { ask } = shop;
  const [first, second] = [await addEndpoint(ask), await addEndpoint(ask)];
  const pathOf = (n: number) => (n % 2 ? first! : second!);
  const start = (n: number) => ask(pathOf(n), { body: BODY, key: `replay-${n}` });
  const answers: Answer[] = [];
  for (let n = 0; n < 17; n += 1) answers.push(await start(n));
  // At once, so that some look at the same count.
  answers.push(...(await Promise.all([17, 18, 19, 20, 21, 22].map(start))));
  const accepted = answers.flatMap(({ status }, n) => (status === 202 ? [n] : []));
  const refused = answers.flatMap(({ status }, n) => (status === 409 ? [n] : []));
  expect([accepted.length, refused.length]).toEqual([20, 3]);
  const problem = answers[refused[0]!]!.json;
  expect(problem).toMatchObject({
    code: 'webhook_replays_full',
    title: 'Webhook replay limit reached',
    retry: 'after_change',
    detail: expect.stringContaining('at most 20 running replays'),
  });
  const again = await start(accepted[0]!);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);

  const { apiKey } = await shop.addTenant();
  const other: Shop['ask'] = (path, given) => ask(path, { apiKey, ...given });
  expect((await other(await addEndpoint(other), { body: BODY })).status).toBe(202);

  expect((await start(refused[0]!)).status).toBe(409);
  const id = toUuid(answers[accepted[0]!]!.json.id);
  await shop.pool.query(sql.unsafe`UPDATE webhook_replays SET finished_at = now() WHERE replay_id = ${id}`);
  expect((await start(refused[0]!)).status).toBe(202);
});
