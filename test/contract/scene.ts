/** A shop with a resource and a valid request for each operation of the spec. */
import type { Operation } from '../../api/contract/spec.ts';
import { type Ask, type Shop, anOrder, until } from '../setup/shop.ts';

export interface Scene {
  shop: Shop;
  /** Ids by path parameter: of one partly shipped order, and of two ended orders. */
  ids: Record<string, string>;
  cancelled: string;
  completed: string;
}

const piece = { lines: [{ line_id: 'line_1', quantity: 1 }] };
const eur = (amount: number) => ({ amount, currency: 'EUR' });

export async function createScene(shop: Shop): Promise<Scene> {
  const act = async (order: string, noun: string, body: object, version = 'v1') => {
    const { status, json } = await shop.ask(`/${version}/orders/${order}/${noun}`, { body });
    if (status !== 201) throw new Error(`${noun}: ${JSON.stringify(json)}`);
    return json.id as string;
  };
  const place = async () =>
    (await shop.ask('/v1/orders', { body: anOrder(), key: `scene-${keys++}` })).json.id as string;
  let keys = 0;
  const endpoint = await addEndpoint(shop);
  const order = await place();
  const ids = {
    order_id: order,
    payment_id: await act(order, 'payments', { amount: 900 }),
    shipment_id: await act(order, 'shipments', piece),
    return_id: await act(order, 'returns', piece),
    refund_id: await act(order, 'refunds', { amount: 1 }),
    authorization_id: await act(order, 'authorizations', { amount: eur(1) }, 'v2'),
    edit_id: await act(order, 'edits', { charges: [{ kind: 'tip', price: eur(0) }] }, 'v2'),
    hold_id: await act(order, 'holds', { reason: 'x' }, 'v2'),
    idempotency_key: 'scene-0',
    customer_id: anOrder().customer_id,
    endpoint_id: endpoint,
    delivery_id: await firstDelivery(shop, endpoint),
    replay_id: (await shop.ask(`/v1/webhook-endpoints/${endpoint}/replays`, { body: REPLAY })).json
      .id as string,
  };
  const cancelled = await place();
  await act(cancelled, 'cancellation', {});
  const completed = await place();
  await act(completed, 'payments', { amount: 900 });
  await act(completed, 'shipments', { lines: [{ line_id: 'line_1', quantity: 2 }] });
  await act(completed, 'completion', {});
  await until(async () => {
    const summary = await shop.ask(`/v1/customers/${ids.customer_id}/summary`);
    return summary.status === 200 && summary.headers.get('holdfast-lag') === '0';
  });
  return { shop, ids, cancelled, completed };
}

/** An endpoint without a listener, so that its deliveries stay in the ledger. */
const ENDPOINT = { url: 'https://receiver.invalid/events' };
const REPLAY = { after_position: 0, which: 'undelivered' };

const addEndpoint = async (shop: Shop) =>
  (await shop.ask('/v1/webhook-endpoints', { body: ENDPOINT })).json.id as string;

async function firstDelivery(shop: Shop, endpoint: string): Promise<string> {
  let id: string | undefined;
  await until(async () => {
    const { json } = await shop.ask(`/v1/webhook-endpoints/${endpoint}/deliveries?order=asc`);
    id = json.data[0]?.id;
    return id !== undefined;
  });
  return id!;
}

type Money = number | { amount: number; currency: string };

/** A valid body of each write, with money in the format of the version. */
const bodiesWith = (money: (amount: number) => Money): Record<string, object> => {
  const { currency, lines, ...order } = anOrder();
  const placing = {
    ...order,
    ...(typeof money(0) === 'number' && { currency }),
    lines: lines.map(({ sku, name, quantity, unit_price }) => ({
      sku,
      name,
      quantity,
      unit_price: money(unit_price),
    })),
  };
  return {
    placeOrder: placing,
    placeOrders: { orders: [{ idempotency_key: 'of-a-batch', order: placing }] },
    updateOrder: { metadata: { a: 'b' } },
    recordPayment: { amount: money(1) },
    recordShipment: piece,
    recordReturn: piece,
    recordRefund: { amount: money(1) },
    cancelOrder: { reason: 'x' },
    completeOrder: { note: 'x' },
    recordAuthorization: { amount: money(1) },
    voidAuthorization: { reason: 'x' },
    reversePayment: { amount: money(1) },
    editOrder: { cancel: piece.lines },
    placeHold: { reason: 'x' },
    releaseHold: { reason: 'x' },
    createWebhookEndpoint: ENDPOINT,
    updateWebhookEndpoint: { description: 'x' },
    rotateWebhookSecret: {},
    createWebhookReplay: REPLAY,
  };
};
const BODIES: Record<string, Record<string, object>> = {
  v1: bodiesWith((amount) => amount),
  v2: bodiesWith(eur),
};

/** The commands on an order before an operation is allowed, in words of v2 where v1 has none. */
const BEFORE: Record<string, [noun: string, body: object][]> = {
  voidAuthorization: [['authorizations', { amount: eur(1) }]],
  reversePayment: [['payments', { amount: 900 }]],
  releaseHold: [['holds', { reason: 'x' }]],
  recordShipment: [['payments', { amount: 900 }]],
  recordReturn: [
    ['payments', { amount: 900 }],
    ['shipments', piece],
  ],
  recordRefund: [['payments', { amount: 900 }]],
  completeOrder: [
    ['payments', { amount: 900 }],
    ['shipments', { lines: [{ line_id: 'line_1', quantity: 2 }] }],
  ],
};

/** A request that gets 2xx: a write on a fresh order in the right state, or a read. */
export async function goodRequest(
  operation: Operation,
  { shop, ids, cancelled, completed }: Scene,
): Promise<{ path: string; ask: Ask }> {
  const body = BODIES[operation.path.split('/')[1]!]![operation.id];
  let order = { getCancellation: cancelled, getCompletion: completed }[operation.id] ?? ids['order_id']!;
  const fresh: Record<string, string> = {};
  if (body && operation.path.includes('{order_id}')) {
    order = (await shop.ask('/v1/orders', { body: anOrder() })).json.id as string;
    for (const [noun, what] of BEFORE[operation.id] ?? []) {
      const version = ['authorizations', 'holds'].includes(noun) ? 'v2' : 'v1';
      const { json } = await shop.ask(`/${version}/orders/${order}/${noun}`, { body: what });
      fresh[`${noun.slice(0, -1)}_id`] = json.id as string;
    }
  }
  const endpoint = operation.id === 'deleteWebhookEndpoint' ? await addEndpoint(shop) : ids['endpoint_id']!;
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === 'order_id' ? order : name === 'endpoint_id' ? endpoint : (fresh[name] ?? ids[name]!),
  );
  const method = operation.method.toUpperCase();
  if (body === undefined) return { path, ask: { method } };
  const headers = {
    'Content-Type': operation.body!.mediaType,
    ...(operation.method === 'patch' && { 'If-Match': '*' }),
  };
  return { path, ask: { method, body, headers } };
}
