import { getReceipt, listOrders, placeOrder } from '../generated/orval/client.js';
import { GetReceiptResponse, ListOrdersResponse, PlaceOrderBody } from '../generated/orval/zod.js';
import { authorization, headersOf, quantity, tell } from './story.js';

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
    if (PlaceOrderBody.safeParse(order).success === Boolean(wrong))
      throw new Error('zod misjudges the order');
    const answer = await placeOrder(order, { headers: { ...authorization, 'Idempotency-Key': key } });
    const seen = { status: answer.status, ...headersOf(answer.headers) };
    if (answer.status === 201) return { ...seen, id: answer.data.id };
    const { type, errors } = answer.data;
    return { ...seen, problemType: type, pointers: errors?.map(({ pointer }) => pointer) };
  },
  async page(position = '0', cursor) {
    const headers = { ...authorization, 'Holdfast-Read-After': position };
    const answer = await listOrders({ limit: 1, cursor, order: 'asc' }, { headers });
    if (answer.status !== 200) throw new Error(answer.data.detail);
    const { data, next_cursor } = ListOrdersResponse.parse(answer.data);
    return { ids: data.map(({ id }) => id), next: next_cursor };
  },
  async receipt(key) {
    const answer = await getReceipt(key, { headers: authorization });
    if (answer.status !== 200) throw new Error(answer.data.detail);
    const { order_id, event } = answer.data;
    GetReceiptResponse.parse({ ...answer.data, event: null });
    if (GetReceiptResponse.parse(answer.data).event?.type !== event?.type)
      throw new Error('zod misreads the event');
    const city = event?.type === 'OrderPlaced' ? event.data.shipping_address?.city : undefined;
    return { orderId: order_id, eventType: event?.type, city };
  },
});
