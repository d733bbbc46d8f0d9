/** The plan: the case at each index of a run, a pure function of seed and index. */
import { bodies } from '../cases/bodies.ts';
import { framing } from '../cases/framing.ts';
import { grpc } from '../cases/grpc.ts';
import { halves } from '../cases/halves.ts';
import { heads } from '../cases/heads.ts';
import { heavy } from '../cases/heavy.ts';
import { law } from '../cases/laws.ts';
import { misstatedOrder } from '../cases/misstated.ts';
import { pipeline } from '../cases/pipeline.ts';
import { repeat } from '../cases/repeat.ts';
import { single } from '../cases/single.ts';
import { stall } from '../cases/stalls.ts';
import { endpointStory, story } from '../cases/story.ts';
import { twins } from '../cases/twins.ts';
import type { Case } from '../case.ts';
import { weighted } from '../chance.ts';
import type { Repertoire } from './repertoire.ts';
import { type Scene, SHARED_EVERY, createScene, isEndpointStory } from './scene.ts';

type Make = (scene: Scene) => Omit<Case, 'index' | 'after'>;

const KINDS: readonly (readonly [weight: number, make: Make])[] = [
  [28, single],
  [14, framing],
  [14, bodies],
  [12, heads],
  [9, pipeline],
  [7, halves],
  [6, twins],
  [5, repeat],
  [4, law],
  [3, misstatedOrder],
  [6, grpc],
  [0.3, stall],
  [0.15, heavy],
];

export type Plan = (index: number) => Case;

export function createPlan(seed: number, repertoire: Repertoire): Plan {
  return (index) => {
    const scene = createScene(seed, index, repertoire);
    const make = isEndpointStory(index)
      ? endpointStory
      : index % SHARED_EVERY === 0
        ? story
        : weighted(scene.random, KINDS);
    const made = make(scene);
    return { index, ...made, after: [...scene.after] };
  };
}
