/** A write whose request or response is cut off, then the retry that the contract requires. */
import type { Case } from '../case.ts';
import { type Draft, chunkedBytes, plainBytes } from '../make/draft.ts';
import type { Scene } from '../make/scene.ts';
import { createScript } from '../make/script.ts';
import { someWrite } from '../make/writes.ts';

export function halves(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random } = scene;
  const { draft, at } = someWrite(scene);
  const inChunks = draft.body !== undefined && random.chance(0.25);
  const bytes = (sealed: Draft) => (inChunks ? chunkedBytes(sealed, [sealed.body!]) : plainBytes(sealed));
  const isWhole = random.chance(0.4);
  const how = random.pick(['fin', 'reset'] as const);
  const script = createScript(scene);
  if (isWhole) {
    const whole = script.request(draft, { at, bytes, silence: true });
    script.send(whole);
    if (how === 'reset' || random.chance(0.5)) script.do({ do: 'pause', ms: random.between(0, 30) });
    script.do({ do: how });
    if (how === 'fin') script.awaitAll();
  } else {
    const part = script.request({ ...draft, inert: true }, { at, bytes, form: 'hurt' });
    // Any byte may be the last; often one near the end of the body.
    const upTo = random.pick([random.next(), random.next(), 0.999999, 0.9]);
    script.sendCut(part, { upTo }).do({ do: how });
    if (how === 'fin') script.awaitAll();
  }
  const again = createScript(scene);
  for (let times = random.between(1, 2); times > 0; times -= 1) {
    again.send(again.request(draft, { repeats: { ...at, changed: false } })).awaitAll();
  }
  const what = `${isWhole ? 'whole' : 'in part'}${inChunks ? ', in chunks' : ''}, then ${how}, then retried`;
  return { kind: 'halves', what, stages: [[script.connection], [again.connection]], isSlow: false };
}
