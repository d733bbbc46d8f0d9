/** A write with an unusual head; unknown paths, methods and targets. */
import type { Case } from '../case.ts';
import type { Random } from '../chance.ts';
import { type Draft, headOf, plainBytes } from '../make/draft.ts';
import type { OddHead, OddHeads } from '../make/odd/head.ts';
import { clientAddresses, conditions, expectations, ids } from '../make/odd/conditions.ts';
import { fields, keys, sizes } from '../make/odd/fields.ts';
import { hosts, lines, versions } from '../make/odd/lines.ts';
import type { Scene } from '../make/scene.ts';
import { createScript } from '../make/script.ts';
import { apiKeyToken, idToken } from '../tokens.ts';
import { sharedOrder } from '../make/scene.ts';
import { someWares } from '../make/wares.ts';
import { placing, someWrite } from '../make/writes.ts';

const SUBJECTS: OddHeads[] = [
  lines,
  hosts,
  versions,
  fields,
  keys,
  sizes,
  expectations,
  conditions,
  ids,
  clientAddresses,
];

function oddHead(random: Random, draft: Draft): OddHead {
  for (;;) {
    const odd = random.pick(SUBJECTS)(random, draft);
    // A batch has no Idempotency-Key field.
    if (odd.length > 0) return random.pick(odd);
  }
}

export function heads(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random } = scene;
  if (random.chance(0.25)) return strangers(scene);
  const { draft, at } = someWrite(scene);
  const { what, draft: odd, bytes = plainBytes, options = {}, ends, waits } = oddHead(random, draft);
  const script = createScript(scene);
  if (waits && odd.body !== undefined) {
    const whole = script.request(odd, {
      at,
      ...options,
      bytes: (sealed) => latin(`${headOf(sealed, lengthOf(sealed))}\r\n`),
    });
    script.send(whole).do({ do: 'await-continue' }).send(odd.body);
  } else script.send(script.request(odd, { at, ...options, bytes }));
  if (ends) script.do({ do: 'fin' });
  script.awaitAll();
  return { kind: 'heads', what, stages: [[script.connection]], isSlow: false };
}

const latin = (text: string) => Buffer.from(text, 'latin1');
const lengthOf = ({ body }: Draft): [string, string][] => [['Content-Length', String(body?.length ?? 0)]];

const METHODS = [
  'GET',
  'PUT',
  'PATCH',
  'DELETE',
  'POST',
  'OPTIONS',
  'HEAD',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'LOCK',
  'M-SEARCH',
  'QUERY',
];
/** Paths that do not exist: 404 for every method. */
const UNKNOWN_PATHS = [
  '/nothing',
  '/v2/nothing',
  '/v3/orders',
  '/v2',
  '/v2/orders/x/y/z',
  '/v2/order',
  '/favicon.ico',
  '/.env',
  '/v2/payments',
];
/** Spellings of an existing path; the contract leaves open whether they match. */
const SPELLINGS = [
  '/v2/orders/',
  '//v2/orders',
  '/v2//orders',
  '/V2/Orders',
  '/v2/%6frders',
  '/v2/./orders',
  '/v1/../v2/orders',
  '/v2%2Forders',
  '/v2/orders%00',
  '/v2/orders%',
  '/v2/orders%zz',
  '/v2/orders?%',
  '/v2/orders?a=%ff',
  '/v2/orders#fragment',
  '/v2/orders;a=b',
  'http://localhost/v2/orders',
  'http://elsewhere:99/v2/orders',
  '*',
  'localhost:80',
  '/v2/orders\xe9',
  '/%c3%28',
];
const PAGES = [
  '/docs',
  '/openapi/v1.json',
  '/openapi/v2.json',
  '/docs/versioning',
  '/problems/rate_limited',
  '/problems/none',
  '/',
];

function strangers(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random } = scene;
  const share = random.next();
  const headers: [string, string][] = [['Authorization', `Bearer ${apiKeyToken('shop')}`]];
  const base: Draft = {
    version: 'v2',
    offer: undefined,
    caller: 'shop',
    method: 'GET',
    target: '/',
    headers,
    body: undefined,
    meaning: undefined,
    keys: [],
    orderToken: undefined,
    allowed: undefined,
    inert: true,
  };
  const [what, draft, form] = ((): [string, Draft, 'whole' | 'hurt'] => {
    if (share < 0.3) {
      const method = random.pick(METHODS);
      return [
        `${method} of an unknown path`,
        { ...base, method, target: random.pick(UNKNOWN_PATHS), allowed: [404] },
        'whole',
      ];
    }
    if (share < 0.55) {
      const { operation } = random.pick(scene.repertoire.offers);
      const target = operation.path
        .replace('{order_id}', idToken('ord', sharedOrder(scene)))
        .replaceAll(/\{\w+\}/g, 'x');
      const has = new Set(
        scene.repertoire.offers
          .filter((offer) => offer.operation.path === operation.path)
          .map((offer) => offer.operation.method),
      );
      const others = METHODS.filter(
        (method) => !has.has(method) && method !== 'HEAD' && method !== 'OPTIONS',
      );
      const method = random.pick(others);
      return [`${method} where it is not allowed`, { ...base, method, target, allowed: [405] }, 'whole'];
    }
    if (share < 0.85) {
      const spelling = random.pick(SPELLINGS);
      const method = random.pick(['GET', 'POST', 'OPTIONS']);
      const draft = placing(scene, someWares(random), { at: scene.next(), version: 'v2' });
      return method === 'POST'
        ? [`POST ${spelling}`, { ...draft, target: spelling }, 'hurt']
        : [`${method} ${spelling}`, { ...base, method, target: spelling }, 'hurt'];
    }
    if (share < 0.97) {
      const target = random.pick(PAGES);
      const isCached = random.chance(0.4) && /openapi|versioning/.test(target);
      const page: Draft = {
        ...base,
        target,
        headers: isCached ? [...headers, ['If-None-Match', '*']] : headers,
      };
      return [`the page ${target}`, isCached ? { ...page, allowed: [304] } : page, 'whole'];
    }
    return ['CONNECT', { ...base, method: 'CONNECT', target: 'localhost:80' }, 'hurt'];
  })();
  const script = createScript(scene);
  script.send(script.request(draft, { form })).awaitAll();
  return { kind: 'heads', what, stages: [[script.connection]], isSlow: false };
}
