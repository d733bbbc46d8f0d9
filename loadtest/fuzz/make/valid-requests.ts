/** Builds a valid request to any operation of a contract. */
import type { Parameter } from '../../../test/provider/contract.ts';
import { allowedTogether } from '../../../test/provider/rivals.ts';
import { type Draft, answeredWith } from './draft.ts';
import type { Choices, Offer } from './repertoire.ts';
import { type Scene, keyAt, keyField, sharedEndpoint, sharedOrder, waresAt } from './scene.ts';
import { type Address, apiKeyToken, valueToken, idToken } from '../tokens.ts';

/** Limit of long polls, so that they do not slow the run. */
const WAIT_SECONDS_MAX = 1;

/** Values of Accept that include JSON: RFC 9110, section 12.5.1. */
export const ACCEPTS_JSON = [
  '*/*',
  'application/*',
  'application/json, text/plain, */*',
  'APPLICATION/JSON',
  'application/json; charset=utf-8',
  'application/json;version=2',
  'application/json;odata=verbose;q=0.9',
  'text/html, application/json;q=0.001',
  'text/*;q=0.3,*/*;q=0.1',
  'image/*,  application/json ',
];

/** The values of a request, by location and name, before encoding. */
interface Parts {
  path: Record<string, string>;
  query: [name: string, value: string, isRaw: boolean][];
  headers: [string, string][];
}

/** A valid request to an operation, about resources of earlier cases. */
export function asking(scene: Scene, offer: Offer, at: Address): Draft {
  const { random } = scene;
  const { operation, bodies } = offer;
  const parts: Parts = { path: {}, query: [], headers: [] };
  const order = sharedOrder(scene);
  for (const choices of offer.parameters) choose(scene, choices, order, at, parts);
  const query = allowedTogether(operation.parameters, parts.query);
  const given = new Set(query.map(([name]) => name));
  const meaning = operation.body && freshKeys(scene, random.pick(bodies.good));
  const keys =
    operation.id === 'placeOrders' && meaning !== undefined
      ? (meaning as { orders: { idempotency_key: string }[] }).orders.map((item) => item.idempotency_key)
      : operation.parameters.some(({ name, required }) => name === 'Idempotency-Key' && required)
        ? [keyAt(scene.seed, at)]
        : [];
  const draft: Draft = {
    version: offer.version,
    offer,
    caller: 'shop',
    method: operation.method,
    target: targetOf(operation.path, parts.path, query),
    headers: [
      ['Authorization', `Bearer ${apiKeyToken('shop')}`],
      ...parts.headers,
      ...(operation.body ? [['Content-Type', operation.body.mediaType] as [string, string]] : []),
      ...(random.chance(0.2) ? [['Accept', random.pick(ACCEPTS_JSON)] as [string, string]] : []),
    ],
    body: operation.body && Buffer.from(JSON.stringify(meaning)),
    meaning: operation.id === 'placeOrders' ? ordersOf(meaning) : meaning,
    keys,
    orderToken: operation.path.includes('{order_id}') ? idToken('ord', order) : undefined,
    allowed: undefined,
    inert: operation.method === 'GET',
  };
  // The cursor may belong to another list; the position or time may be beyond the end of the log.
  const isPlaced = operation.id === 'listEvents' && (given.has('since') || given.has('after_position'));
  return given.has('cursor') || isPlaced ? answeredWith(draft, 200, 400, 404) : draft;
}

const ordersOf = (meaning: unknown) =>
  (meaning as { orders: { order: unknown }[] }).orders.map(({ order }) => order);

/** Replaces the keys of a batch's items: keys made from the schema may have been used before. */
function freshKeys(scene: Scene, body: unknown): unknown {
  const { orders } = (body ?? {}) as { orders?: object[] };
  if (!Array.isArray(orders)) return body;
  return {
    orders: orders.map((item) =>
      Object.assign({}, item, { idempotency_key: keyAt(scene.seed, scene.next()) }),
    ),
  };
}

function choose(scene: Scene, { parameter, good }: Choices, order: Address, at: Address, parts: Parts): void {
  const { random } = scene;
  const { name, in: location, required = false } = parameter;
  if (location === 'path') {
    parts.path[name] = pathValue(scene, name, order);
    return;
  }
  if (name === 'traceparent' || !(required || random.chance(0.3))) return;
  if (location === 'header') {
    const value = fieldValue(scene, parameter, order, at);
    if (value !== undefined) parts.headers.push([name, value]);
    return;
  }
  const value =
    name === 'wait'
      ? String(random.between(0, WAIT_SECONDS_MAX))
      : name === 'cursor'
        ? valueToken('cursor', { index: order.index, n: random.between(0, 6) })
        : good.length > 0
          ? random.pick(good)
          : undefined;
  if (value !== undefined)
    parts.query.push([name, value, parameter.allowReserved === true && random.chance(0.3)]);
}

const OF_ORDERS: Record<string, string> = {
  payment_id: 'pay',
  shipment_id: 'shp',
  return_id: 'ret',
  refund_id: 'ref',
  authorization_id: 'aut',
  edit_id: 'edt',
  hold_id: 'hld',
};
const OF_ENDPOINTS: Record<string, string> = { endpoint_id: 'whe', delivery_id: 'whd', replay_id: 'whr' };

function pathValue(scene: Scene, name: string, order: Address): string {
  const { random, seed } = scene;
  if (name === 'order_id') return idToken('ord', order);
  if (name === 'customer_id') return encodeURIComponent(waresAt(seed, order).customer_id ?? 'guest');
  if (name === 'idempotency_key') return encodeURIComponent(keyAt(seed, order));
  const prefix = OF_ORDERS[name];
  if (prefix !== undefined) return idToken(prefix, { index: order.index, n: random.between(1, 6) });
  const endpoint = sharedEndpoint(scene);
  const n = name === 'endpoint_id' ? 0 : random.between(1, 8);
  return idToken(OF_ENDPOINTS[name] ?? 'whe', { index: endpoint.index, n });
}

function fieldValue(
  { seed, random }: Scene,
  { name }: Parameter,
  order: Address,
  at: Address,
): string | undefined {
  switch (name) {
    case 'Idempotency-Key':
      return keyField(random, keyAt(seed, at));
    case 'Holdfast-Read-After':
      return valueToken('position', order);
    case 'If-None-Match':
      return random.pick(['"1"', 'W/"1", "2"', '"nothing"', valueToken('etag', order)]);
    case 'If-Match':
      return random.pick(['*', valueToken('etag', order), '"1"']);
    default:
      return undefined;
  }
}

/** Characters that `allowReserved` lets a client send unencoded. */
const RESERVED = /%(?:3A|2F|3F|23|5B|5D|40|21|24|26|27|28|29|2A|2B|2C|3B|3D)/gi;

function targetOf(path: string, ids: Record<string, string>, query: Parts['query']): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '');
  const text = query.map(([name, value, isRaw]) => {
    const encoded = encodeURIComponent(value.toWellFormed());
    // The value of a token needs no encoding.
    const spelled = /^<\w+@[\d.]+>$/.test(value) ? value : encoded;
    return `${name}=${isRaw ? spelled.replaceAll(RESERVED, (code) => decodeURIComponent(code)) : spelled}`;
  });
  return text.length === 0 ? filled : `${filled}?${text.join('&')}`;
}
