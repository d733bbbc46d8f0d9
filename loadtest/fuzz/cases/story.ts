/** An order is placed, and things happen to it, one after the other, on one connection. Others may go on with it. */
import { TAKES_JSON, asking } from '../asks.ts';
import type { Case } from '../case.ts';
import { type Draft, chunkedBytes, withHeader } from '../draft.ts';
import { type Scene, aVersion, waresAt } from '../scene.ts';
import { createScript } from '../script.ts';
import { type Address, idToken } from '../tokens.ts';
import { FACTS } from '../wares.ts';
import { ENDPOINT_WRITES, aboutEndpoint, makingEndpoint, patching, placing, recording } from '../writes.ts';

const READS = [
  'getOrder',
  'listOrderEvents',
  'listPayments',
  'getReceipt',
  'getCancellation',
  'listShipments',
];
/** Of a day's work more orders are paid and shipped than cancelled. */
const ACTS = [...FACTS.slice(0, 2), ...FACTS.slice(0, 2), ...FACTS];

export function story(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random } = scene;
  const order = scene.next();
  const script = createScript(scene);
  const version = aVersion(random);
  script.send(
    script.request(placing(scene, waresAt(scene.seed, order), { at: order, version }), { at: order }),
  );
  script.awaitAll();
  const length = random.between(0, 6);
  for (let step = 0; step < length; step += 1) {
    const at = scene.next();
    const draft = dressed(scene, chapter(scene, order, at));
    const inChunks = draft.body !== undefined && random.chance(0.1);
    const bytes = inChunks ? (sealed: Draft) => chunkedBytes(sealed, [sealed.body!]) : undefined;
    script.send(script.request(draft, { at, ...(bytes && { bytes }) })).awaitAll();
  }
  return { kind: 'story', what: 'the life of an order', stages: [[script.lane]], isSlow: false };
}

function chapter(scene: Scene, order: Address, at: Address): Draft {
  const { random, repertoire } = scene;
  const share = random.next();
  if (share < 0.6) return recording(scene, random.pick(ACTS), order, { at });
  if (share < 0.7) return patching(scene, order, { at });
  const offer = repertoire.find(aVersion(random), random.pick(READS));
  return aboutThis(asking(scene, offer, at), order);
}

/** What would be asked about an order of an earlier case, about this one. */
function aboutThis(draft: Draft, order: Address): Draft {
  const token = idToken('ord', order);
  const target = draft.target.replace(/ord_@\d+\.\d+@+/, token);
  return { ...draft, target, orderToken: draft.orderToken && token };
}

const dressed = ({ random }: Scene, draft: Draft): Draft =>
  random.chance(0.15) ? withHeader(draft, 'Accept', random.pick(TAKES_JSON)) : draft;

/** A webhook endpoint is made, changed, asked for its secret, and as a rule deleted by somebody in the end. */
export function endpointStory(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random, repertoire } = scene;
  const endpoint = scene.next();
  const script = createScript(scene);
  const version = aVersion(random);
  script.send(script.request(makingEndpoint(scene, { at: endpoint, version }), { at: endpoint })).awaitAll();
  const reads = ['getWebhookEndpoint', 'getWebhookSecret', 'listWebhookDeliveries', 'listWebhookEndpoints'];
  for (let step = random.between(2, 6); step > 0; step -= 1) {
    const at = scene.next();
    const draft = random.chance(0.5)
      ? aboutEndpoint(scene, random.pick(ENDPOINT_WRITES.slice(0, 3)), endpoint, { at, version })
      : ofThis(asking(scene, repertoire.find(aVersion(random), random.pick(reads)), at), endpoint);
    script.send(script.request(draft, { at })).awaitAll();
  }
  if (random.chance(0.85)) {
    const at = scene.next();
    script.send(
      script.request(aboutEndpoint(scene, 'deleteWebhookEndpoint', endpoint, { at, version }), { at }),
    );
    script.awaitAll();
  }
  return { kind: 'endpoint', what: 'the life of a webhook endpoint', stages: [[script.lane]], isSlow: false };
}

const ofThis = (draft: Draft, endpoint: Address): Draft => ({
  ...draft,
  target: draft.target.replace(/whe_@\d+\.\d+@+/, idToken('whe', endpoint)),
});
