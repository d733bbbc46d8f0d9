/** Places an order, then records payments and the like, and reads. Later cases share the order. */
import { ACCEPTS_JSON, asking } from '../make/valid-requests.ts';
import type { Case } from '../case.ts';
import { type Draft, chunkedBytes, withHeader } from '../make/draft.ts';
import { type Scene, aVersion, keyAt, waresAt } from '../make/scene.ts';
import { type Script, createScript } from '../make/script.ts';
import { type Address, apiKeyToken, idToken } from '../tokens.ts';
import { RECORD_OPERATIONS } from '../make/records.ts';
import { someWares } from '../make/wares.ts';
import {
  ENDPOINT_WRITES,
  aboutEndpoint,
  changed,
  isChangeable,
  makingEndpoint,
  patching,
  placing,
  recording,
  redelivering,
} from '../make/writes.ts';

const READS = [
  'getOrder',
  'listOrderEvents',
  'listPayments',
  'getReceipt',
  'getCancellation',
  'listShipments',
];
const LATER_READS = ['listAuthorizations', 'listRefunds', 'listEdits', 'listHolds'];
/** More payments and shipments than cancellations. */
const ACTS = [...RECORD_OPERATIONS.slice(0, 2), ...RECORD_OPERATIONS.slice(0, 2), ...RECORD_OPERATIONS];

export function story(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random } = scene;
  const order = scene.next();
  const script = createScript(scene);
  const wares = waresAt(scene.seed, order);
  script.send(script.request(placing(scene, wares, { at: order }), { at: order }));
  script.awaitAll();
  const writes: { draft: Draft; at: Address }[] = [];
  for (let step = random.between(0, 6); step > 0; step -= 1) {
    const at = scene.next();
    const earlier = writes.length > 0 && random.chance(0.15) ? random.pick(writes) : undefined;
    if (earlier && random.chance(0.3)) {
      script.send(script.request(receiptOf(scene, earlier.at), { at })).awaitAll();
      continue;
    }
    const isChanged = earlier !== undefined && isChangeable(earlier.draft) && random.chance(0.4);
    const draft = earlier
      ? isChanged
        ? changed(earlier.draft)
        : earlier.draft
      : dressed(scene, chapter(scene, order, at));
    const repeats = earlier && { ...earlier.at, changed: isChanged };
    const inChunks = draft.body !== undefined && random.chance(0.1);
    const bytes = inChunks ? (sealed: Draft) => chunkedBytes(sealed, [sealed.body!]) : undefined;
    script.send(script.request(draft, { at, repeats, ...(bytes && { bytes }) })).awaitAll();
    if (!earlier && draft.keys.length > 0) writes.push({ draft, at });
  }
  return { kind: 'story', what: 'the life of an order', stages: [[script.connection]], isSlow: false };
}

function chapter(scene: Scene, order: Address, at: Address): Draft {
  const { random, repertoire } = scene;
  const share = random.next();
  if (share < 0.6) return recording(scene, random.pick(ACTS), order, { at });
  if (share < 0.7) return patching(scene, order, { at });
  const offer = random.chance(0.3)
    ? repertoire.find('v2', random.pick(LATER_READS))
    : repertoire.find(aVersion(random), random.pick(READS));
  return aboutThis(asking(scene, offer, at), order);
}

/** Redirects a request about an earlier order to this one. */
function aboutThis(draft: Draft, order: Address): Draft {
  const token = idToken('ord', order);
  const target = draft.target.replace(/ord_@\d+\.\d+@+/, token);
  return { ...draft, target, orderToken: draft.orderToken && token };
}

const dressed = ({ random }: Scene, draft: Draft): Draft =>
  random.chance(0.15) ? withHeader(draft, 'Accept', random.pick(ACCEPTS_JSON)) : draft;

/** Makes a webhook endpoint, changes and reads it, and usually deletes it. */
export function endpointStory(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random, repertoire } = scene;
  const endpoint = scene.next();
  const script = createScript(scene);
  const version = aVersion(random);
  const isBusy = random.chance(0.4);
  const types = isBusy ? ['OrderPlaced'] : undefined;
  const tell = (draft: Draft, at = scene.next(), options = {}) =>
    script.send(script.request(draft, { at, ...options })).awaitAll();
  const ask = (operationId: string, at: Address) =>
    ofThis(asking(scene, repertoire.find(aVersion(random), operationId), at), endpoint);

  tell(makingEndpoint(scene, { at: endpoint, version }, types), endpoint);
  for (let step = random.between(2, 5); step > 0; step -= 1) {
    const at = scene.next();
    if (random.chance(0.5)) {
      const id = random.pick(ENDPOINT_WRITES.slice(0, 3));
      const draft = aboutEndpoint(scene, id, endpoint, { at, version });
      tell(draft, at);
      if (random.chance(0.4)) tell(draft, scene.next(), { repeats: { ...at, changed: false } });
      if (random.chance(0.4)) tell(receiptOf(scene, at));
    } else tell(ask(random.pick(READS_OF_ENDPOINTS), at), at);
  }
  if (isBusy) deliveries(scene, endpoint, script, { tell, ask });
  // An endpoint with a delivery for each order would slow the rest of the run.
  if (isBusy || random.chance(0.85)) {
    const at = scene.next();
    tell(aboutEndpoint(scene, 'deleteWebhookEndpoint', endpoint, { at, version }), at);
  }
  return {
    kind: 'endpoint',
    what: 'the life of a webhook endpoint',
    stages: [[script.connection]],
    isSlow: false,
  };
}

const READS_OF_ENDPOINTS = [
  'getWebhookEndpoint',
  'getWebhookSecret',
  'listWebhookDeliveries',
  'listWebhookEndpoints',
];

function deliveries(
  scene: Scene,
  endpoint: Address,
  script: Script,
  { tell, ask }: { tell: (draft: Draft, at?: Address) => void; ask: (id: string, at: Address) => Draft },
): void {
  const { random } = scene;
  const order = scene.next();
  tell(placing(scene, someWares(random), { at: order }), order);
  script.do({ do: 'pause', ms: 400 });
  const list = scene.next();
  const listing = ask('listWebhookDeliveries', list);
  tell({ ...listing, target: listing.target.split('?', 1)[0]!, allowed: undefined }, list);
  for (const operationId of ['getWebhookDelivery', 'redeliverWebhook'] as const) {
    const at = scene.next();
    const draft =
      operationId === 'redeliverWebhook' ? redelivering(scene, endpoint, list, { at }) : ask(operationId, at);
    tell({ ...draft, target: draft.target.replace(/whd_@\d+\.\d+@+/, idToken('whd', list)) }, at);
  }
}

/** Reads the receipt of an earlier write. */
function receiptOf({ seed, repertoire, random }: Scene, at: Address): Draft {
  const version = aVersion(random);
  const offer = repertoire.find(version, 'getReceipt');
  return {
    version,
    offer,
    caller: 'shop',
    method: 'GET',
    target: offer.operation.path.replace('{idempotency_key}', encodeURIComponent(keyAt(seed, at))),
    headers: [['Authorization', `Bearer ${apiKeyToken('shop')}`]],
    body: undefined,
    meaning: undefined,
    keys: [],
    orderToken: undefined,
    allowed: undefined,
    inert: true,
  };
}

const ofThis = (draft: Draft, endpoint: Address): Draft => ({
  ...draft,
  target: draft.target.replace(/whe_@\d+\.\d+@+/, idToken('whe', endpoint)),
});
