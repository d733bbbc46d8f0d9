/** Clients that stall: inside a request, between two requests, or before reading a response. */
import { refusedWith, withHeader, headOf, type Draft } from '../make/draft.ts';
import type { Case } from '../case.ts';
import { type Scene, waresAt } from '../make/scene.ts';
import { createScript } from '../make/script.ts';
import { asking } from '../make/valid-requests.ts';
import { spoil } from '../make/odd/spoil.ts';
import { placing, someWrite } from '../make/writes.ts';
import { someWares } from '../make/wares.ts';

/** Above the server's limits of 10 seconds for a head and 30 for a body. */
const HEAD_TIMEOUT_MS = 20_000;
const BODY_TIMEOUT_MS = 45_000;

type Made = Omit<Case, 'index' | 'after'>;

export function stall(scene: Scene): Made {
  return scene.random.pick(scene.index % 5 === 0 ? LONG : SHORT)(scene);
}

const made = (what: string, connection: ReturnType<typeof createScript>['connection']): Made => ({
  kind: 'stall',
  what,
  stages: [[connection]],
  isSlow: true,
});

function nothing(scene: Scene): Made {
  const script = createScript(scene, HEAD_TIMEOUT_MS);
  script.garbage();
  script.send(Buffer.alloc(0)).do({ do: 'await-end' });
  return made('a connection without a request', script.connection);
}

function halfHead(scene: Scene): Made {
  const { random } = scene;
  const { draft, at } = someWrite(scene);
  const script = createScript(scene, HEAD_TIMEOUT_MS);
  const head = (sealed: Draft) => Buffer.from(headOf(sealed, [['Content-Length', '1000']]), 'latin1');
  const part = script.request({ ...draft, inert: true }, { at, bytes: head, form: 'hurt' });
  script.sendCut(part, { upTo: random.next() }).do({ do: 'await-end' });
  return made('half a head', script.connection);
}

/** An idle connection may last longer than the limit for a head. */
function idle(scene: Scene): Made {
  const { random } = scene;
  const script = createScript(scene, HEAD_TIMEOUT_MS);
  for (const isFirst of [true, false]) {
    const at = scene.next();
    script.send(script.request(placing(scene, someWares(random), { at }), { at })).awaitAll();
    if (isFirst) script.do({ do: 'pause', ms: random.between(10_500, 14_000) });
  }
  return made('an idle connection between two requests', script.connection);
}

function drip(scene: Scene): Made {
  const { random } = scene;
  const { draft, at } = someWrite(scene);
  const script = createScript(scene, HEAD_TIMEOUT_MS);
  const cuts = Array.from({ length: 6 }, (_, n) => ({
    at: (n + 1) / 7,
    pauseMs: random.between(200, 1_200),
  }));
  script.sendCut(script.request(draft, { at }), { cuts }).awaitAll();
  return made('a request in small segments', script.connection);
}

/** Reads the responses only after a delay. */
function lateReader(scene: Scene): Made {
  const { random, repertoire } = scene;
  const script = createScript(scene, HEAD_TIMEOUT_MS);
  script.do({ do: 'stop-reading' });
  const parts = Array.from({ length: random.between(1, 20) }, () => {
    const at = scene.next();
    const offer = repertoire.find('v2', random.pick(['listOrders', 'listEvents']));
    const draft = asking(scene, offer, at);
    const target = `/v2/${offer.operation.id === 'listOrders' ? 'orders' : 'events'}?limit=100`;
    return script.request({ ...draft, target, allowed: [200, 404] }, { at, silence: true });
  });
  script
    .send(Buffer.concat(parts))
    .do({ do: 'pause', ms: random.between(500, 4_000) }, { do: 'read' })
    .awaitAll();
  return made('a client that reads late', script.connection);
}

function halfBody(scene: Scene): Made {
  const { random } = scene;
  const { draft, at } = someWrite(scene);
  const script = createScript(scene, BODY_TIMEOUT_MS);
  const part = script.request({ ...draft, inert: true }, { at, form: 'hurt' });
  script.sendCut(part, { upTo: random.pick([0.999999, 0.95]) }).do({ do: 'await-end' });
  return made('a body without its end', script.connection);
}

/** The refusal precedes the body and is the only response. */
function refusedHalf(scene: Scene): Made {
  const { random } = scene;
  const at = scene.next();
  const good = placing(scene, waresAt(scene.seed, at), { at });
  const draft = random.pick([
    refusedWith({ ...withHeader(good, 'Authorization', undefined), caller: 'nobody' }, 401),
    refusedWith(withHeader(good, 'Content-Type', 'text/csv'), 415),
    refusedWith(withHeader(good, 'Accept', 'text/html'), 406),
  ]);
  const script = createScript(scene, BODY_TIMEOUT_MS);
  const part = script.request(draft, { at, form: 'hurt' });
  script.sendCut(part, { upTo: 0.95 }).do({ do: 'await', answers: 1 }, { do: 'await-end' });
  return made('a refusal; the rest of the body never arrives', script.connection);
}

function never(scene: Scene): Made {
  const { random } = scene;
  const { draft, at } = someWrite(scene);
  const { draft: spoilt, what } = spoil(random, draft);
  const script = createScript(scene, BODY_TIMEOUT_MS);
  const part = script.request(spoilt, { at, form: 'hurt' });
  script.sendCut(part, { upTo: 0.9 }).do({ do: 'await-end' });
  return made(`part of a refused request: ${what}`, script.connection);
}

const SHORT = [nothing, halfHead, idle, drip, lateReader];
const LONG = [halfBody, refusedHalf, never];
