import { Api, type HttpResponse, type Order, type Problem } from '../generated/swagger-typescript-api/api.js';
import { authorization, headersOf, quantity, tell, url } from './story.js';

const api = new Api({ baseUrl: url, baseApiParams: { headers: authorization } });

await tell({
  async place(key, wrong) {
    // It throws each answer that is not a success.
    const answer = await api.v2
      .placeOrder(
        {
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
        { headers: { 'Idempotency-Key': key } },
      )
      .catch((refusal: HttpResponse<Order, Problem>) => refusal);
    const { status, headers, data, error } = answer;
    const seen = { status, ...headersOf(headers) };
    if (answer.ok) return { ...seen, id: data.id };
    return { ...seen, problemType: error.type, pointers: error.errors?.map(({ pointer }) => pointer) };
  },
  async page(position = '0', cursor) {
    // It has no header parameters.
    const { data } = await api.v2.listOrders(
      { limit: 1, cursor, order: 'asc' },
      { headers: { 'Holdfast-Read-After': position } },
    );
    return { ids: data.data.map(({ id }) => id), next: data.next_cursor };
  },
  async receipt(key) {
    const { data } = await api.v2.getReceipt(key);
    const { order_id, event } = data;
    const city = event?.type === 'OrderPlaced' ? event.data.shipping_address?.city : undefined;
    return { orderId: order_id, eventType: event?.type, city };
  },
});
