/** The seed decides each byte of a run, independently of the responses. */
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { newKey } from '../../store/keys/new-key.ts';
import { type Case, requestsOf } from '../../loadtest/fuzz/case.ts';
import { oneAndBefore, untilRequests } from '../../loadtest/fuzz/make/choose.ts';
import { type Plan, createPlan } from '../../loadtest/fuzz/make/plan.ts';
import { type Repertoire, readRepertoire } from '../../loadtest/fuzz/make/repertoire.ts';
import { addressOfTrace, traceparentAt } from '../../loadtest/fuzz/make/scene.ts';
import {
  API_KEY_LENGTH,
  apiKeyToken,
  createLessons,
  valueToken,
  idToken,
} from '../../loadtest/fuzz/tokens.ts';

const SEED = 7;
const CASES = 2_500;
let repertoire: Repertoire;
let plan: Plan;
let cases: Case[];
beforeAll(async () => {
  repertoire = await readRepertoire(SEED);
  plan = createPlan(SEED, repertoire);
  cases = Array.from({ length: CASES }, (_, index) => plan(index));
}, 60_000);

describe('a plan', () => {
  test('is the same for the same seed, for each sequence of reading its cases', async () => {
    const again = createPlan(SEED, await readRepertoire(SEED));
    for (let index = 599; index >= 0; index -= 1)
      expect([index, isDeepStrictEqual(again(index), plan(index))]).toEqual([index, true]);
  });

  test('differs for another seed', async () => {
    const other = createPlan(SEED + 1, await readRepertoire(SEED + 1));
    const whatIs = (each: Plan, index: number) => JSON.stringify(each(index));
    const theirs = new Set(Array.from({ length: 100 }, (_, index) => whatIs(other, index)));
    const same = Array.from({ length: 100 }, (_, index) => whatIs(plan, index)).filter((one) =>
      theirs.has(one),
    );
    expect(same).toEqual([]);
  });

  test('contains each operation of each contract, and each kind of fault', () => {
    const asked = new Set<string>();
    const kinds = new Set<string>();
    for (const one of cases) {
      kinds.add(one.kind);
      for (const { version, operationId, method, target } of requestsOf(one))
        asked.add(operationId ? `${version} ${operationId}` : `${method} ${target}`);
    }
    const offered = repertoire.offers.map(({ version, operation }) => `${version} ${operation.id}`);
    expect(offered.filter((name) => !asked.has(name))).toEqual([]);
    for (const method of ['PlaceOrder', 'PlaceOrders', 'GetOrder', 'WatchEvents'])
      expect(asked).toContain(`gRPC ${method}`);
    expect([...kinds].sort()).toEqual([
      'bodies',
      'endpoint',
      'framing',
      'grpc',
      'halves',
      'heads',
      'heavy',
      'law',
      'misstated',
      'pipeline',
      'repeat',
      'single',
      'stall',
      'story',
      'twins',
    ]);
  });

  test('gives each request a unique name, and each first run a unique key', () => {
    const names = new Set<string>();
    const keys = new Set<string>();
    for (const [index, one] of cases.entries()) {
      for (const { n, keys: own, repeats, operationId, form } of requestsOf(one)) {
        if (names.has(`${index}.${n}`)) throw new Error(`${index}.${n} is there twice`);
        names.add(`${index}.${n}`);
        // A repeat, or another request, reuses a key on purpose.
        if (repeats || form !== 'whole' || operationId !== 'placeOrder') continue;
        for (const key of own) if (key.startsWith(`fz-${index}-`)) keys.add(key);
      }
    }
    expect(names.size).toBeGreaterThan(CASES);
    expect(keys.size).toBeGreaterThan(CASES / 4);
  });

  test('depends only on earlier cases', () => {
    for (let index = 0; index < 600; index += 1)
      for (const before of cases[index]!.after) expect(before).toBeLessThan(index);
  });
});

describe('the selection of cases', () => {
  test('has enough cases for the given requests, and the same ones without slow cases', () => {
    const all = [...untilRequests(plan, 2_000, false)];
    expect(all.reduce((sum, one) => sum + requestsOf(one).length, 0)).toBeGreaterThanOrEqual(2_000);
    const quick = new Set([...untilRequests(plan, 2_000, true)].map(({ index }) => index));
    const left = all.filter(({ index }) => !quick.has(index));
    expect(left.every(({ isSlow }) => isSlow)).toBe(true);
  });

  test('has a single case after all of its dependencies', () => {
    const index = Array.from({ length: 400 }, (_, n) => 200 + n).find((each) => plan(each).after.length > 0)!;
    const chosen = oneAndBefore(plan, index).map((one) => one.index);
    expect(chosen.at(-1)).toBe(index);
    expect(chosen).toEqual(chosen.toSorted((a, b) => a - b));
    for (const each of chosen) for (const before of plan(each).after) expect(chosen).toContain(before);
  });
});

describe('values that only a response can supply', () => {
  const from = { index: 123_456, n: 7 };
  const apiKey = newKey('live').key;
  const lessons = () =>
    createLessons({ shop: apiKey, other: apiKey, hoarder: apiKey, reader: apiKey, nobody: apiKey });
  const resolved = (text: string, of = lessons()) => of.resolve(Buffer.from(text)).toString();

  test('have tokens of the same length', () => {
    expect(apiKeyToken('shop')).toHaveLength(API_KEY_LENGTH);
    expect(apiKey).toHaveLength(API_KEY_LENGTH);
    expect(resolved(idToken('ord', from))).toHaveLength(idToken('ord', from).length);
  });

  test('replace their tokens once known; before that, an unknown value does', () => {
    const of = lessons();
    const text = `/orders/${idToken('ord', from)}?cursor=${valueToken('cursor', from)}`;
    expect(resolved(text, of)).toMatch(/^\/orders\/ord_0{32}\?cursor=[A-Za-z0-9]+$/);
    of.learn(from, { ids: [`ord_${'a'.repeat(32)}`], values: { cursor: 'there' } });
    expect(resolved(text, of)).toBe(`/orders/ord_${'a'.repeat(32)}?cursor=there`);
  });

  test('are shown without API keys', () => {
    const text = `Bearer ${apiKeyToken('shop')}`;
    expect(resolved(text)).toBe(`Bearer ${apiKey}`);
    expect(lessons().show(Buffer.from(text)).toString()).toBe(text);
  });

  test('an event names the request that caused it', () => {
    expect(addressOfTrace(SEED, traceparentAt(SEED, from))).toEqual(from);
    expect(addressOfTrace(SEED + 1, traceparentAt(SEED, from))).toBeUndefined();
    expect(addressOfTrace(SEED, null)).toBeUndefined();
  });
});
