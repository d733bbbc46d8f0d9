/** A head that must have no effect is wrong in its bytes, whatever write it was made of. */
import { beforeAll, expect, test } from '@jest/globals';
import { type Draft, plainBytes } from '../../loadtest/fuzz/draft.ts';
import { hosts, lines, versions } from '../../loadtest/fuzz/odd-lines.ts';
import { type Repertoire, readRepertoire } from '../../loadtest/fuzz/repertoire.ts';
import { type Scene, createScene } from '../../loadtest/fuzz/scene.ts';
import {
  ENDPOINT_WRITES,
  aboutEndpoint,
  batching,
  makingEndpoint,
  patching,
  placing,
  recording,
} from '../../loadtest/fuzz/writes.ts';
import { FACTS, someWares } from '../../loadtest/fuzz/wares.ts';

let repertoire: Repertoire;
beforeAll(async () => {
  repertoire = await readRepertoire(1);
}, 60_000);

const at = { index: 0, n: 0 };
const WRITES: [string, (scene: Scene) => Draft][] = [
  ['an order', (scene) => placing(scene, someWares(scene.random), { at })],
  ['a batch', (scene) => batching(scene, 2, {})],
  ['a change', (scene) => patching(scene, at, { at })],
  ['an endpoint', (scene) => makingEndpoint(scene, { at })],
  ...FACTS.map((fact): [string, (scene: Scene) => Draft] => [
    fact,
    (scene) => recording(scene, fact, at, { at }),
  ]),
  ...ENDPOINT_WRITES.map((id): [string, (scene: Scene) => Draft] => [
    id,
    (scene) => aboutEndpoint(scene, id, at, { at }),
  ]),
];

test.each(WRITES)('%s', (_name, write) => {
  const scene = createScene(1, 5, repertoire);
  const draft = write(scene);
  const heads = [lines, hosts, versions].flatMap((make) => make(scene.random, draft));
  const good = heads.filter(
    ({ draft: odd, bytes = plainBytes }) => odd.inert && bytes(odd).equals(plainBytes(draft)),
  );
  expect(good.map(({ what }) => what)).toEqual([]);
});
