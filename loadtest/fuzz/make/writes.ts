/** Valid writes of the fuzzer's shop; their orders and endpoints may not exist. */
import type { Version } from '../case.ts';
import type { Random } from '../chance.ts';
import type { Draft } from './draft.ts';
import { type Scene, aVersion, keyAt, keyField, sharedEndpoint, sharedOrder, waresAt } from './scene.ts';
import { type Address, type Caller, apiKeyToken, valueToken, idToken } from '../tokens.ts';
import {
  ABOUT,
  RECORD_OPERATIONS,
  type RecordOperation,
  isLater,
  patchBody,
  recordBody,
  someRecord,
} from './records.ts';
import { type Wares, isWhole, orderBody, plainWares, someWares } from './wares.ts';

/** No process listens there: deliveries fail and are retried. */
const UNREACHABLE_URL = 'http://127.0.0.1:9/holdfast';

const encoded = (body: unknown) => Buffer.from(JSON.stringify(body));

interface Writing {
  version?: Version | undefined;
  /** The address that determines its key. */
  at: Address;
  caller?: Caller;
}

/**
 * A write with a key and a JSON body.
 *
 * @param id in the path, if it has one
 */
function writing(
  { seed, random, repertoire }: Scene,
  operationId: string,
  id: string,
  body: unknown,
  { version = 'v2', at, caller = 'shop' }: Writing,
): Draft {
  const offer = repertoire.find(version, operationId);
  const key = keyAt(seed, at);
  return {
    version,
    offer,
    caller,
    method: offer.operation.method,
    target: offer.operation.path.replace(/\{\w+\}/, id),
    headers: [
      ['Authorization', `Bearer ${apiKeyToken(caller)}`],
      ['Idempotency-Key', keyField(random, key)],
      ...(offer.operation.body ? [['Content-Type', offer.operation.body.mediaType] as [string, string]] : []),
    ],
    body: offer.operation.body && encoded(body),
    meaning: offer.operation.body && body,
    keys: [key],
    orderToken: undefined,
    allowed: undefined,
    inert: false,
  };
}

/** A version that can place an order. */
export const versionFor = (random: Random, wares: Wares): Version =>
  isWhole(wares) ? 'v2' : aVersion(random);

export const placing = (scene: Scene, wares: Wares, options: Writing): Draft => {
  const version = options.version ?? versionFor(scene.random, wares);
  return writing(scene, 'placeOrder', '', orderBody(version, wares), { ...options, version });
};

/** @param order address of the request that placed the order */
export function recording(scene: Scene, operation: RecordOperation, order: Address, options: Writing): Draft {
  const { random, seed } = scene;
  const version = isLater(operation) ? 'v2' : (options.version ?? aVersion(random));
  const orderToken = idToken('ord', order);
  const body = recordBody({ random, version, operation, wares: waresAt(seed, order), order });
  const draft = writing(scene, operation, orderToken, body, { ...options, version });
  const target = draft.target.replace(/\{\w+\}/, someRecord(random, ABOUT[operation] ?? '', order));
  return { ...draft, target, orderToken };
}

export function patching(scene: Scene, order: Address, options: Writing): Draft {
  const { random } = scene;
  const version = options.version ?? aVersion(random);
  const orderToken = idToken('ord', order);
  const body = patchBody(random, version);
  const draft = writing(scene, 'updateOrder', orderToken, body, { ...options, version });
  const named = random.between(1, 4);
  const [field, ifVersion] = random.pick([
    ['*', undefined],
    [valueToken('etag', order), undefined],
    [`"${named}"`, named],
  ] as const);
  return { ...draft, headers: [...draft.headers, ['If-Match', field]], orderToken, ifVersion };
}

/** A batch of orders, each with its own key. */
export function batching(
  scene: Scene,
  count: number,
  { version, caller = 'shop' }: Omit<Writing, 'at'>,
): Draft {
  const { random, repertoire, seed } = scene;
  const spelling = version ?? aVersion(random);
  const offer = repertoire.find(spelling, 'placeOrders');
  const items = Array.from({ length: count }, () => {
    const key = keyAt(seed, scene.next());
    const wares = spelling === 'v1' ? plainWares(random) : someWares(random);
    return { idempotency_key: key, order: orderBody(spelling, wares) };
  });
  return {
    version: spelling,
    offer,
    caller,
    method: 'POST',
    target: offer.operation.path,
    headers: [
      ['Authorization', `Bearer ${apiKeyToken(caller)}`],
      ['Content-Type', 'application/json'],
    ],
    body: encoded({ orders: items }),
    meaning: items.map(({ order }) => order),
    keys: items.map(({ idempotency_key }) => idempotency_key),
    orderToken: undefined,
    allowed: undefined,
    inert: false,
  };
}

export function makingEndpoint(scene: Scene, options: Writing, eventTypes?: string[]): Draft {
  const { random } = scene;
  const body = {
    url: UNREACHABLE_URL,
    description: `case ${scene.index}`,
    event_types: eventTypes ?? random.pick([['OrderCompleted'], ['OrderCompleted', 'OrderCancelled']]),
    max_per_second: random.between(1, 10),
  };
  return writing(scene, 'createWebhookEndpoint', '', body, options);
}

export const ENDPOINT_WRITES = [
  'updateWebhookEndpoint',
  'rotateWebhookSecret',
  'createWebhookReplay',
  'deleteWebhookEndpoint',
] as const;

export function aboutEndpoint(
  scene: Scene,
  operationId: (typeof ENDPOINT_WRITES)[number],
  endpoint: Address,
  options: Writing,
): Draft {
  const { random } = scene;
  const id = idToken('whe', endpoint);
  switch (operationId) {
    case 'updateWebhookEndpoint': {
      const draft = writing(scene, operationId, id, { max_per_second: random.between(1, 10) }, options);
      const tag = random.pick(['*', valueToken('etag', endpoint), '"1"']);
      return { ...draft, headers: [...draft.headers, ['If-Match', tag]] };
    }
    case 'rotateWebhookSecret':
      return writing(
        scene,
        operationId,
        id,
        random.pick([{}, { previous_secret_hours: random.between(0, 168) }]),
        options,
      );
    case 'createWebhookReplay':
      return writing(scene, operationId, id, { after_position: 9_007_199_254_740_991 }, options);
    case 'deleteWebhookEndpoint':
      return writing(scene, operationId, id, undefined, options);
  }
}

/** @param delivery address of the request that listed the deliveries */
export function redelivering(scene: Scene, endpoint: Address, delivery: Address, options: Writing): Draft {
  const draft = writing(scene, 'redeliverWebhook', idToken('whe', endpoint), undefined, options);
  return { ...draft, target: draft.target.replace('{delivery_id}', idToken('whd', delivery)) };
}

/** A random write, for cases that damage or cut it. */
export function someWrite(scene: Scene): { draft: Draft; at: Address } {
  const { random } = scene;
  const at = scene.next();
  const share = random.next();
  if (share < 0.5) return { draft: placing(scene, someWares(random), { at }), at };
  if (share < 0.8)
    return { draft: recording(scene, random.pick(RECORD_OPERATIONS), sharedOrder(scene), { at }), at };
  if (share < 0.88) return { draft: patching(scene, sharedOrder(scene), { at }), at };
  if (share < 0.94) return { draft: batching(scene, random.between(1, 4), {}), at };
  if (share < 0.96) return { draft: makingEndpoint(scene, { at, version: aVersion(random) }), at };
  const operationId = random.pick(ENDPOINT_WRITES);
  return {
    draft: aboutEndpoint(scene, operationId, sharedEndpoint(scene), { at, version: aVersion(random) }),
    at,
  };
}

/** Members that change the meaning of a body, by operation. */
const CHANGES: Record<string, object> = {
  placeOrder: { metadata: { changed: 'yes' } },
  updateOrder: { metadata: { changed: 'yes' } },
  recordPayment: { reference: 'changed' },
  recordRefund: { reference: 'changed' },
  recordShipment: { carrier: 'Changed Post' },
  recordReturn: { reason: 'changed' },
  cancelOrder: { reason: 'changed' },
  completeOrder: { note: 'changed' },
  recordAuthorization: { reference: 'changed' },
  voidAuthorization: { reason: 'changed' },
  reversePayment: { reason: 'changed' },
  editOrder: { reason: 'changed' },
  placeHold: { reason: 'changed' },
  releaseHold: { reason: 'changed' },
  createWebhookEndpoint: { description: 'changed' },
  updateWebhookEndpoint: { description: 'changed' },
  rotateWebhookSecret: { previous_secret_hours: 167 },
  createWebhookReplay: { which: 'undelivered' },
};

/** Another request under the same key; a request without a body stays the same. */
export function changed(draft: Draft): Draft {
  const change = CHANGES[draft.offer?.operation.id ?? ''];
  if (change === undefined || draft.body === undefined) return draft;
  const meaning = { ...(draft.meaning as object), ...change };
  return { ...draft, meaning, body: encoded(meaning) };
}

export const isChangeable = ({ offer, body }: Draft): boolean =>
  body !== undefined && (offer?.operation.id ?? '') in CHANGES;
