import createClient from 'openapi-fetch';
import type { paths } from '../generated/openapi-typescript/schema.js';
import { authorization, headersOf, quantity, tell, url } from './story.js';

const client = createClient<paths>({ baseUrl: url, headers: authorization });

await tell({
  async place(key, wrong) {
    const { data, error, response } = await client.POST('/v2/orders', {
      params: { header: { 'Idempotency-Key': key } },
      body: {
        customer_id: 'cus_4711',
        lines: [
          {
            sku: 'KELP-1',
            name: 'Kelp, dried, 100 g',
            quantity: quantity(wrong),
            unit_price: { amount: 450, currency: 'EUR' },
          },
        ],
        shipping_address: { name: 'Ada', line1: '3 Harbour Row', city: 'Galway', country: 'IE' },
      },
    });
    const seen = { status: response.status, ...headersOf(response.headers) };
    if (data) return { ...seen, id: data.id };
    return { ...seen, problemType: error.type, pointers: error.errors?.map(({ pointer }) => pointer) };
  },
  async page(position, cursor) {
    const { data, error } = await client.GET('/v2/orders', {
      params: { query: { limit: 1, cursor, order: 'asc' }, header: { 'Holdfast-Read-After': position } },
    });
    if (error) throw new Error(error.detail);
    return { ids: data.data.map(({ id }) => id), next: data.next_cursor };
  },
  async receipt(key) {
    const { data, error } = await client.GET('/v2/idempotency-keys/{idempotency_key}', {
      params: { path: { idempotency_key: key } },
    });
    if (error) throw new Error(error.detail);
    const { order_id, event } = data;
    const city = event?.type === 'OrderPlaced' ? event.data.shipping_address?.city : undefined;
    return { orderId: order_id, eventType: event?.type, city };
  },
});
