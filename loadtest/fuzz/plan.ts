/** Which case stands where in a run: decided by the seed and the index alone. */
import { framing } from './cases/framing.ts';
import { single } from './cases/single.ts';
import { endpointStory, story } from './cases/story.ts';
import type { Case } from './case.ts';
import { weighted } from './chance.ts';
import type { Repertoire } from './repertoire.ts';
import { type Scene, SHARED_EVERY, createScene, isEndpointStory } from './scene.ts';

type Make = (scene: Scene) => Omit<Case, 'index' | 'after'>;

const KINDS: readonly (readonly [weight: number, make: Make])[] = [
  [35, single],
  [25, framing],
];

export type Plan = (index: number) => Case;

export function createPlan(seed: number, repertoire: Repertoire): Plan {
  return (index) => {
    const scene = createScene(seed, index, repertoire);
    const make = isEndpointStory(index)
      ? endpointStory
      : index % (SHARED_EVERY / 2) === 0
        ? story
        : weighted(scene.random, KINDS);
    const made = make(scene);
    return { index, ...made, after: [...scene.after] };
  };
}
