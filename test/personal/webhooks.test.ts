/** Webhooks announce an erasure, and send no personal data after it. */
import { expect, test } from '@jest/globals';
import { arrived, openWebhooks } from '../workers/webhook-shop.ts';
import { PERSONAL_KEY, v2Order } from './orders.ts';

const { aShop } = openWebhooks({ HOLDFAST_PERSONAL_KEY: PERSONAL_KEY });

test('a receiver gets open data, the event CustomerErased, and then nothing of the customer', async () => {
  const { ask, connect } = await aShop();
  const endpoint = await connect();
  const { messages } = endpoint.receiver;
  await ask('/v2/orders', { body: v2Order({ customer_id: 'cus_w', email: 'ada@example.com' }) });
  await arrived(endpoint.receiver, 1);
  expect(JSON.parse(messages[0]!.text)).toMatchObject({ data: { data: { email: 'ada@example.com' } } });

  await ask('/v2/customers/cus_w/personal-data', { method: 'DELETE' });
  await arrived(endpoint.receiver, 2);
  expect(JSON.parse(messages[1]!.text)).toMatchObject({
    type: 'CustomerErased',
    data: { data: { customer_id: 'cus_w', erased_order_id: null } },
  });
  const [{ id }] = (await endpoint.deliveries('?order=asc')) as [{ id: string }];
  await ask(`${endpoint.path}/deliveries/${id}/redelivery`, { body: {} });
  await arrived(endpoint.receiver, 3);
  expect(JSON.parse(messages[2]!.text)).toMatchObject({
    type: 'OrderPlaced',
    data: { data: { email: null } },
  });
  expect(messages[2]!.text).not.toContain('ada@example.com');
});
