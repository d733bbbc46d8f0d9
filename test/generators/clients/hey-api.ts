import { createClient } from '../generated/hey-api/client/index.js';
import { getReceipt, listOrders, placeOrder } from '../generated/hey-api/sdk.gen.js';
import { apiKey, headersOf, quantity, tell, url } from './story.js';

const client = createClient({ baseUrl: url, auth: apiKey });

await tell({
  async place(key, wrong) {
    const { data, error, response } = await placeOrder({
      client,
      headers: { 'Idempotency-Key': key },
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
    const seen = { status: response?.status ?? 0, ...headersOf(response?.headers) };
    if (data) return { ...seen, id: data.id };
    return { ...seen, problemType: error.type, pointers: error.errors?.map(({ pointer }) => pointer) };
  },
  async page(position, cursor) {
    const { data } = await listOrders({
      client,
      headers: { 'Holdfast-Read-After': position },
      query: { limit: 1, cursor, order: 'asc' },
      throwOnError: true,
    });
    return { ids: data.data.map(({ id }) => id), next: data.next_cursor };
  },
  async receipt(key) {
    const { data } = await getReceipt({ client, path: { idempotency_key: key }, throwOnError: true });
    const { order_id, event } = data;
    const city = event?.type === 'OrderPlaced' ? event.data.shipping_address?.city : undefined;
    return { orderId: order_id, eventType: event?.type, city };
  },
});
