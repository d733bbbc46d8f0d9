/** Rules between responses: time filters, pages, customers. */
import type { Case } from '../case.ts';
import type { Draft } from '../make/draft.ts';
import { type Scene, aVersion } from '../make/scene.ts';
import { createScript } from '../make/script.ts';
import { apiKeyToken, valueToken } from '../tokens.ts';
import { someWares } from '../make/wares.ts';
import { placing, versionFor } from '../make/writes.ts';

type Made = Omit<Case, 'index' | 'after'>;

export const law = (scene: Scene): Made => scene.random.pick([timeFilter, walk, customer, walk])(scene);

function reading(scene: Scene, operationId: string, target: string, ...fields: [string, string][]): Draft {
  const version = target.slice(1, 3) as 'v1' | 'v2';
  return {
    version,
    offer: scene.repertoire.find(version, operationId),
    caller: 'shop',
    method: 'GET',
    target,
    headers: [['Authorization', `Bearer ${apiKeyToken('shop')}`], ...fields],
    body: undefined,
    meaning: undefined,
    keys: [],
    orderToken: undefined,
    allowed: [200],
    inert: true,
  };
}

/** An order is either before or after a time between two milliseconds, never both. */
function timeFilter(scene: Scene): Made {
  const { random, index } = scene;
  const at = scene.next();
  const script = createScript(scene);
  const wares = { ...someWares(random), customer_id: `time-filter-${index}` };
  const version = versionFor(random, wares);
  script.send(script.request(placing(scene, wares, { at, version }), { at })).awaitAll();
  const edge = valueToken('instant', at);
  for (const side of ['placed_before', 'placed_after']) {
    const target = `/${version}/orders?customer_id=time-filter-${index}&${side}=${edge}`;
    const draft = reading(scene, 'listOrders', target, ['Holdfast-Read-After', valueToken('position', at)]);
    script.send(script.request(draft)).awaitAll();
  }
  return {
    kind: 'law',
    what: 'an order is before or after a time',
    stages: [[script.connection]],
    isSlow: false,
    law: 'time-filter',
  };
}

function walk(scene: Scene): Made {
  const { random } = scene;
  const version = aVersion(random);
  const [operationId, path] = random.pick([
    ['listOrders', 'orders?limit=1'],
    ['listOrders', 'orders?order=asc&limit=1'],
    ['listEvents', 'events?limit=2'],
    ['listEvents', 'events?types=OrderPlaced&limit=2'],
  ] as const);
  const script = createScript(scene);
  const first = scene.next();
  script.send(script.request(reading(scene, operationId, `/${version}/${path}`), { at: first })).awaitAll();
  const next = reading(scene, operationId, `/${version}/${path}&cursor=${valueToken('cursor', first)}`);
  script.send(script.request({ ...next, allowed: [200, 400] })).awaitAll();
  return {
    kind: 'law',
    what: `the page after ${path}`,
    stages: [[script.connection]],
    isSlow: false,
    law: 'walk',
  };
}

/** Every customer with an order has a summary. */
function customer(scene: Scene): Made {
  const { random, index } = scene;
  const at = scene.next();
  const wares = someWares(random);
  const version = versionFor(random, wares);
  const marks = "!#$%&'()*+,-./:;<=>?@[]^_`{|}~";
  const id = random.pick([
    '.',
    '..',
    '%2e',
    `ada+tag-${index}@example.com`,
    `${index}/../x`,
    Array.from({ length: random.between(1, 12) }, () => random.pick([...marks])).join(''),
  ]);
  const script = createScript(scene);
  script.send(script.request(placing(scene, { ...wares, customer_id: id }, { at, version }), { at }));
  script.awaitAll();
  // Clients normalize paths: `.` and `..` give another path.
  const path = `/${version}/customers/${encodeURIComponent(id)}/summary`;
  const { pathname } = new URL(path, 'http://localhost');
  const summary = reading(scene, 'getCustomerSummary', pathname, [
    'Holdfast-Read-After',
    valueToken('position', at),
  ]);
  const draft = path === pathname ? summary : { ...summary, offer: undefined };
  script.send(script.request({ ...draft, allowed: [200, 404] })).awaitAll();
  return {
    kind: 'law',
    what: 'a customer with an order has a summary',
    stages: [[script.connection]],
    isSlow: false,
    law: 'customer',
  };
}
