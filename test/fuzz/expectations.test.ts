/** The fuzzer derives the expected answer from the exact bytes that it sends. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Draft, answeredWith, plainBytes, withHeaders } from '../../loadtest/fuzz/make/draft.ts';
import { hosts, lines, versions } from '../../loadtest/fuzz/make/odd/lines.ts';
import { type Repertoire, readRepertoire } from '../../loadtest/fuzz/make/repertoire.ts';
import { type Scene, createScene } from '../../loadtest/fuzz/make/scene.ts';
import {
  ENDPOINT_WRITES,
  aboutEndpoint,
  batching,
  makingEndpoint,
  patching,
  placing,
  recording,
} from '../../loadtest/fuzz/make/writes.ts';
import { RECORD_OPERATIONS } from '../../loadtest/fuzz/make/records.ts';
import { someWares } from '../../loadtest/fuzz/make/wares.ts';

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
  ...RECORD_OPERATIONS.map((operation): [string, (scene: Scene) => Draft] => [
    operation,
    (scene) => recording(scene, operation, at, { at }),
  ]),
  ...ENDPOINT_WRITES.map((id): [string, (scene: Scene) => Draft] => [
    id,
    (scene) => aboutEndpoint(scene, id, at, { at }),
  ]),
];

describe('the bytes of each head without an expected effect are invalid', () => {
  test.each(WRITES)('%s', (_name, write) => {
    const scene = createScene(1, 5, repertoire);
    const draft = write(scene);
    const heads = [lines, hosts, versions].flatMap((make) => make(scene.random, draft));
    const good = heads.filter(
      ({ draft: odd, bytes = plainBytes }) => odd.inert && bytes(odd).equals(plainBytes(draft)),
    );
    expect(good.map(({ what }) => what)).toEqual([]);
  });
});

test('conditions may answer a read: If-Match first, then If-None-Match (RFC 9110, section 13.2.2)', () => {
  const scene = createScene(1, 5, repertoire);
  const read: Draft = { ...placing(scene, someWares(scene.random), { at }), method: 'GET', headers: [] };
  const star: [string, string] = ['If-None-Match', '*'];
  const stale: [string, string] = ['If-Match', '"1"'];
  const allowed = (...headers: [string, string][]) =>
    answeredWith(withHeaders(read, ...headers), 400).allowed;
  expect(allowed()).toEqual([400]);
  expect(allowed(star)).toEqual([400, 304]);
  expect(allowed(stale)).toEqual([400, 412]);
  expect(allowed(stale, star)).toEqual([400, 412, 304]);
});
