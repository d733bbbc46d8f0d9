/** Pipelined requests, some of them refused, some followed by garbage. */
import { spoil } from '../make/odd/spoil.ts';
import type { Case } from '../case.ts';
import { noise } from '../chance.ts';
import { type Draft, chunkedBytes, plainBytes } from '../make/draft.ts';
import { type Scene, aVersion, sharedOrder } from '../make/scene.ts';
import { createScript } from '../make/script.ts';
import { type Address, apiKeyToken, idToken } from '../tokens.ts';
import { someWares } from '../make/wares.ts';
import { placing, someWrite } from '../make/writes.ts';
import { deliver } from './framing.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');

/** Bytes that are not a request. */
const TAILS: [what: string, bytes: (scene: Scene) => Buffer][] = [
  [
    'a head that is too large',
    () => latin(`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`),
  ],
  ['a target that is too long', () => latin(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`)],
  ['the HTTP/2 preface', () => latin('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ['a head without an end', () => latin('POST /v2/orders HTTP/1.1\r\nHost: localhost\r\n')],
  ['a TLS ClientHello', () => latin('\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03')],
  ['noise', ({ random }) => noise(random, random.between(1, 300))],
  ['a field without a colon', () => latin('GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n')],
  [
    'two lengths',
    () => latin('GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'),
  ],
  ['an invalid chunk', () => latin('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')],
];

function reading(scene: Scene): Draft {
  const { repertoire, random } = scene;
  const order = idToken('ord', sharedOrder(scene));
  const version = aVersion(random);
  const offer = repertoire.find(version, 'getOrder');
  return {
    version,
    offer,
    caller: 'shop',
    method: 'GET',
    target: offer.operation.path.replace('{order_id}', order),
    headers: [['Authorization', `Bearer ${apiKeyToken('shop')}`]],
    body: undefined,
    meaning: undefined,
    keys: [],
    orderToken: order,
    allowed: undefined,
    inert: true,
  };
}

export function pipeline(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random } = scene;
  const script = createScript(scene);
  const parts: Buffer[] = [];
  const names: string[] = [];
  const tail = random.chance(0.6) ? random.pick(TAILS) : undefined;
  const isEarly = random.chance(0.4);
  let isSpoilt = false;
  for (let left = random.between(tail ? 1 : 2, 4); left > 0; left -= 1) {
    const [name, draft, at] = link(scene);
    isSpoilt ||= name === 'refused';
    names.push(name);
    const inChunks = draft.body !== undefined && random.chance(0.2);
    const bytes = inChunks ? (sealed: Draft) => chunkedBytes(sealed, [sealed.body!]) : plainBytes;
    // After a refusal or garbage, the server may close the connection.
    parts.push(script.request(draft, { at, bytes, silence: tail !== undefined || isSpoilt || isEarly }));
  }
  const whole = parts.length;
  if (tail) {
    parts.push(tail[1](scene));
    script.garbage();
  }
  deliver(scene, script, Buffer.concat(parts));
  if (isEarly) script.do({ do: 'fin' });
  script.do({ do: 'await', answers: whole });
  if (tail) script.do({ do: 'fin' });
  const what = `${[...names, ...(tail ? [tail[0]] : [])].join(', ')}${isEarly ? ', then FIN' : ''}`;
  return { kind: 'pipeline', what, stages: [[script.connection]], isSlow: false };
}

function link(scene: Scene): [name: string, draft: Draft, at: Address] {
  const { random } = scene;
  const share = random.next();
  if (share < 0.35) return ['GET', reading(scene), scene.next()];
  if (share < 0.65) {
    const at = scene.next();
    return ['order', placing(scene, someWares(random), { at }), at];
  }
  const { draft, at } = someWrite(scene);
  if (share < 0.85) return ['write', draft, at];
  return ['refused', spoil(random, draft).draft, at];
}
