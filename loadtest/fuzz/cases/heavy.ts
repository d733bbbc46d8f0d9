/** Large requests, batches and bodies, and clients that do not read large responses. */
import { gzipSync } from 'node:zlib';
import type { Case } from '../case.ts';
import { type Draft, chunkedBytes, headOf, refusedWith, withHeader } from '../make/draft.ts';
import { type Scene, aVersion } from '../make/scene.ts';
import { createScript } from '../make/script.ts';
import { type Address, apiKeyToken } from '../tokens.ts';
import { plainWares, someWares } from '../make/wares.ts';
import { batching, placing } from '../make/writes.ts';

type Made = Omit<Case, 'index' | 'after'>;
const MIB_BYTES = 1_048_576;
const TIMEOUT_MS = 30_000;

export const heavy = (scene: Scene): Made => scene.random.pick(HEAVY)(scene);

const made = (what: string, connection: ReturnType<typeof createScript>['connection']): Made => ({
  kind: 'heavy',
  what,
  stages: [[connection]],
  isSlow: true,
});

/**
 * A body above its limit, from a client that reads only after sending everything. The refusal must
 * reach the client.
 */
function tooLarge(scene: Scene): Made {
  const { random } = scene;
  const at = scene.next();
  const good = placing(scene, someWares(random), { at });
  const length = random.pick([262_145, 300_000, MIB_BYTES, 4.3 * MIB_BYTES, 6 * MIB_BYTES].map(Math.floor));
  const body = Buffer.concat([good.body!, Buffer.alloc(length - good.body!.length, 0x20)]);
  const draft = refusedWith({ ...good, body }, 413);
  const inChunks = random.chance(0.4);
  const script = createScript(scene, TIMEOUT_MS);
  const bytes = inChunks ? (sealed: Draft) => chunkedBytes(sealed, pieces(body, 65_536)) : undefined;
  const whole = script.request(draft, { at, silence: false, ...(bytes && { bytes }) });
  script.do({ do: 'stop-reading' }).send(whole).do({ do: 'read' }).awaitAll();
  return made(`${length} bytes, limit 262144${inChunks ? ', in chunks' : ''}`, script.connection);
}

/** Announces a body above the limit and waits for 100 Continue. */
function announced(scene: Scene): Made {
  const at = scene.next();
  const good = placing(scene, someWares(scene.random), { at });
  const draft = refusedWith({ ...withHeader(good, 'Expect', '100-continue'), meaning: undefined }, 413);
  const head = (sealed: Draft) =>
    Buffer.from(`${headOf(sealed, [['Content-Length', String(50 * MIB_BYTES)]])}\r\n`, 'latin1');
  const script = createScript(scene, TIMEOUT_MS);
  const part = script.request(draft, { at, form: 'hurt', bytes: head });
  script.send(part).do({ do: 'await-continue' }, { do: 'fin' }).awaitAll();
  return made('50 MiB, announced', script.connection);
}

const pieces = (body: Buffer, size: number) =>
  Array.from({ length: Math.ceil(body.length / size) }, (_, n) => body.subarray(n * size, (n + 1) * size));

/** A body within its limit, with hundreds of thousands of invalid items. */
function wide(scene: Scene): Made {
  const { random } = scene;
  const at = scene.next();
  const version = aVersion(random);
  const item = random.pick(['{}', '{}', '{"a":1}', '[]', 'null', '""']);
  const isBatch = random.chance(0.6);
  const [good, bytes, name]: [Draft, number, string] = isBatch
    ? [batching(scene, 1, { version }), random.pick([MIB_BYTES / 4, 4 * MIB_BYTES, 4 * MIB_BYTES]), 'orders']
    : [
        placing(scene, plainWares(random), { at, version }),
        262_144,
        random.pick(['lines', 'metadata', 'nothing']),
      ];
  const count = Math.floor((bytes - 100) / (item.length + 1));
  const body = Buffer.from(`{"${name}":[${`${item},`.repeat(count - 1)}${item}]}`);
  const draft = refusedWith({ ...good, body, meaning: undefined }, 400, 422);
  const script = createScript(scene, TIMEOUT_MS);
  script.send(script.request(draft, { at })).awaitAll();
  return made(`${count} times ${item} in ${name}`, script.connection);
}

function manyMembers(scene: Scene): Made {
  const { random } = scene;
  const at = scene.next();
  const good = placing(scene, someWares(random), { at });
  const members = Array.from({ length: 20_000 }, (_, n) => `"x${n}":1`).join(',');
  const draft = refusedWith({ ...good, body: Buffer.from(`{${members}}`), meaning: undefined }, 400, 422);
  const script = createScript(scene, TIMEOUT_MS);
  script.send(script.request(draft, { at })).awaitAll();
  return made('20,000 unknown members', script.connection);
}

function fullBatch(scene: Scene): Made {
  const { random } = scene;
  const script = createScript(scene, TIMEOUT_MS);
  const count = random.pick([200, 500]);
  const draft = batching(scene, count, {});
  const again = createScript(scene, TIMEOUT_MS);
  const at = scene.next();
  script.send(script.request(draft, { at, silence: true }));
  if (random.chance(0.5)) script.do({ do: 'pause', ms: random.between(0, 60) }, { do: 'reset' });
  else script.awaitAll();
  again.send(again.request(draft, { repeats: { ...at, changed: false } })).awaitAll();
  const { kind, what, isSlow } = made(`a batch of ${count} orders, then retried`, script.connection);
  return { kind, what, isSlow, stages: [[script.connection], [again.connection]] };
}

function bomb(scene: Scene): Made {
  const { random } = scene;
  const at = scene.next();
  const good = placing(scene, someWares(random), { at });
  const body = gzipSync(Buffer.alloc(20 * MIB_BYTES, 0x20));
  const draft = refusedWith(
    { ...withHeader(good, 'Content-Encoding', 'gzip'), body, meaning: undefined },
    413,
  );
  const script = createScript(scene, TIMEOUT_MS);
  script.send(script.request(draft, { at })).awaitAll();
  return made('20 MiB of spaces, compressed', script.connection);
}

/** An order near the largest valid size: 130 KB, and larger in the response. */
function largeOrder(scene: Scene, at: Address): Draft {
  const wares = plainWares(scene.random);
  const [line] = wares.lines;
  const lines = Array.from({ length: 100 }, () =>
    Object.assign({}, line, { quantity: 1, sku: '€'.repeat(64), name: '€'.repeat(200) }),
  );
  const metadata = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`m${n}`, '€'.repeat(500)]));
  return placing(scene, { ...wares, lines, metadata }, { at, caller: 'hoarder', version: 'v2' });
}

function page(scene: Scene, operationId: 'listOrders' | 'listEvents'): Draft {
  const offer = scene.repertoire.find('v2', operationId);
  return {
    version: 'v2',
    offer,
    caller: 'hoarder',
    method: 'GET',
    target: `${offer.operation.path}?limit=100`,
    headers: [['Authorization', `Bearer ${apiKeyToken('hoarder')}`]],
    body: undefined,
    meaning: undefined,
    keys: [],
    orderToken: undefined,
    allowed: undefined,
    inert: true,
  };
}

function largePages(scene: Scene): Made {
  const script = createScript(scene, TIMEOUT_MS);
  for (let left = 3; left > 0; left -= 1) {
    const at = scene.next();
    script.send(script.request(largeOrder(scene, at), { at })).awaitAll();
  }
  for (const list of ['listOrders', 'listEvents'] as const)
    script.send(script.request(page(scene, list))).awaitAll();
  return made('orders of 130 KB and pages of them', script.connection);
}

/** Thirty clients request large pages at the same time and do not read them. */
function crowdWithoutReading(scene: Scene): Made {
  const writer = createScript(scene, TIMEOUT_MS);
  for (let left = 60; left > 0; left -= 1) {
    const at = scene.next();
    writer.send(writer.request(largeOrder(scene, at), { at })).awaitAll();
  }
  const crowd = Array.from({ length: 30 }, () => {
    const script = createScript(scene, TIMEOUT_MS);
    const requests = [0, 1].map(() => script.request(page(scene, 'listOrders'), { silence: true }));
    script
      .do({ do: 'stop-reading' })
      .send(...requests)
      .do({ do: 'pause', ms: 6_000 }, { do: 'reset' });
    return script.connection;
  });
  const { kind, what, isSlow } = made(
    'thirty clients that request 60 large orders and do not read',
    writer.connection,
  );
  return { kind, what, isSlow, stages: [[writer.connection], crowd] };
}

const HEAVY = [
  tooLarge,
  tooLarge,
  tooLarge,
  announced,
  wide,
  wide,
  wide,
  manyMembers,
  fullBatch,
  fullBatch,
  bomb,
  largePages,
  crowdWithoutReading,
];
