/** Repeats the order of an earlier case: equal, respelled, changed, or by another tenant. */
import type { Case } from '../case.ts';
import type { Draft } from '../make/draft.ts';
import { type Scene, keyAt, keyField, sharedOrder, waresAt } from '../make/scene.ts';
import { createScript } from '../make/script.ts';
import { changed, makingEndpoint, placing, recording } from '../make/writes.ts';
import { RECORD_OPERATIONS } from '../make/records.ts';

export function repeat(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random, seed } = scene;
  const order = sharedOrder(scene);
  const same = placing(scene, waresAt(seed, order), { at: order });
  const repeats = { ...order, changed: false };
  const reused = { ...order, changed: true };
  const [what, draft, options] = random.pick([
    ['the same', same, { repeats }],
    ['the same', same, { repeats }],
    ['the same, its key in another form', otherSpelling(scene, same, order), { repeats }],
    ['the same, its members in another order', otherOrder(same), { repeats }],
    ['changed', changed(same), { repeats: reused }],
    [
      'its key, for something else',
      recording(scene, random.pick(RECORD_OPERATIONS), order, { at: order }),
      { repeats: reused },
    ],
    ['its key, for a webhook endpoint', makingEndpoint(scene, { at: order }), {}],
    ['the same, by another shop', byOther(scene, order), {}],
  ] as const);
  const script = createScript(scene);
  script.send(script.request(draft, options)).awaitAll();
  return { kind: 'repeat', what, stages: [[script.connection]], isSlow: false };
}

function otherSpelling({ seed, random }: Scene, draft: Draft, at: Parameters<typeof keyAt>[1]): Draft {
  const headers = draft.headers.map(([name, value]): [string, string] =>
    name === 'Idempotency-Key' ? ['idempotency-key', keyField(random, keyAt(seed, at))] : [name, value],
  );
  return { ...draft, headers };
}

/** The order of members and whitespace have no meaning in JSON. */
function otherOrder(draft: Draft): Draft {
  const turned = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(turned)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([name, member]) => [name, turned(member)]),
          )
        : value;
  return { ...draft, body: Buffer.from(JSON.stringify(turned(draft.meaning), null, 1)) };
}

/** Keys are scoped to a tenant. */
const byOther = (scene: Scene, order: Parameters<typeof keyAt>[1]): Draft =>
  placing(scene, waresAt(scene.seed, order), { at: order, caller: 'other' });
