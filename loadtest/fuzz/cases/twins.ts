/** Concurrent duplicates of one request, sometimes with one that differs. */
import type { Case } from '../case.ts';
import { type Scene, sharedOrder } from '../make/scene.ts';
import { createScript } from '../make/script.ts';
import { RECORD_OPERATIONS } from '../make/records.ts';
import { someWares } from '../make/wares.ts';
import { changed, patching, placing, recording } from '../make/writes.ts';

export function twins(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random } = scene;
  const at = scene.next();
  const isPlacing = random.chance(0.5);
  const wares = someWares(random);
  const draft = isPlacing
    ? placing(scene, wares, { at })
    : random.chance(0.8)
      ? recording(scene, random.pick(RECORD_OPERATIONS), sharedOrder(scene), { at })
      : patching(scene, sharedOrder(scene), { at });
  const count = random.between(2, 4);
  const odd = random.chance(0.3) ? random.between(1, count - 1) : -1;
  const connections = Array.from({ length: count }, (_, n) => {
    const script = createScript(scene);
    const isOther = n === odd;
    // An order placed through one version of the API is a replay through the other.
    const same = isPlacing && random.chance(0.5) ? placing(scene, wares, { at }) : draft;
    const options = n === 0 ? { at } : { repeats: { ...at, changed: isOther } };
    script.send(script.request(isOther ? changed(draft) : same, options)).awaitAll();
    return script.connection;
  });
  return {
    kind: 'twins',
    what: `${count} concurrent${odd < 0 ? '' : ', one of them changed'}`,
    stages: [connections],
    isSlow: false,
  };
}
