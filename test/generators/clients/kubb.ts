import { setConfig } from '@kubb/plugin-client/clients/fetch';
import {
  getReceipt,
  listOrders,
  orderListSchema,
  placeOrder,
  placeOrderSchema,
  receiptSchema,
} from '../generated/kubb/index.js';
import type { PlaceOrder422 } from '../generated/kubb/index.js';
import { authorization, headersOf, quantity, tell, url } from './story.js';

setConfig({ baseURL: url });
const headers = { ...authorization, 'Content-Type': 'application/json' };

await tell({
  async place(key, wrong) {
    const order = {
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
    };
    if (placeOrderSchema.safeParse(order).success === Boolean(wrong))
      throw new Error('zod misjudges the order');
    const answer = await placeOrder(order, { 'Idempotency-Key': key }, { headers });
    const seen = { status: answer.status, ...headersOf(answer.headers as Headers) };
    if (answer.status === 201) return { ...seen, id: answer.data.id };
    // Its client types the success only.
    const { type, errors } = answer.data as unknown as PlaceOrder422;
    return { ...seen, problemType: type, pointers: errors?.map(({ pointer }) => pointer) };
  },
  async page(position, cursor) {
    const after = { 'Holdfast-Read-After': position };
    const { data } = await listOrders({ limit: 1, cursor, order: 'asc' }, after, { headers });
    orderListSchema.parse(data);
    return { ids: data.data.map(({ id }) => id), next: data.next_cursor };
  },
  async receipt(key) {
    const { data } = await getReceipt(key, {}, { headers });
    receiptSchema.parse(data);
    receiptSchema.parse({ ...data, event: null });
    const { order_id, event } = data;
    const city = event?.type === 'OrderPlaced' ? event.data.shipping_address?.city : undefined;
    return { orderId: order_id, eventType: event?.type, city };
  },
});
