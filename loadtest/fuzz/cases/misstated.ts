/** Orders whose amounts do not add up, or that contradict themselves. */
import type { Case } from '../case.ts';
import { refusedWith } from '../make/draft.ts';
import type { Scene } from '../make/scene.ts';
import { createScript } from '../make/script.ts';
import { plainWares } from '../make/wares.ts';
import { misstated, withWholeMembers } from '../make/whole-wares.ts';
import { placing } from '../make/writes.ts';

export function misstatedOrder(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random } = scene;
  // Without a name that another order may have.
  const { reference: _reference, number: _number, ...whole } = withWholeMembers(random, plainWares(random));
  const { what, wares } = misstated(random, whole);
  const at = scene.next();
  const script = createScript(scene);
  const draft = refusedWith(placing(scene, wares, { at, version: 'v2' }), 422);
  script.send(script.request(draft, { at })).awaitAll();
  return { kind: 'misstated', what, stages: [[script.connection]], isSlow: false };
}
