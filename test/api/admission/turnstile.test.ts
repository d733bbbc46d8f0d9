import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { HOLD_MS_MAX, createTurnstile } from '../../../api/admission/turnstile.ts';

interface Gone {
  tenant: string;
  n: number;
  ms: number;
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const advance = (ms: number) => jest.advanceTimersByTimeAsync(ms);

function open() {
  const gone: Gone[] = [];
  const began = performance.now();
  const elapsedMs = () => performance.now() - began;
  const turnstile = createTurnstile(elapsedMs);
  const refuse = (tenant: string, count: number) => {
    for (let n = 0; n < count; n += 1)
      turnstile.pass(tenant, () => gone.push({ tenant, n, ms: elapsedMs() }));
  };
  /** How many left in each tick. */
  const perTick = () => [...Map.groupBy(gone, ({ ms }) => ms).values()].map(({ length }) => length);
  return { turnstile, gone, refuse, perTick, elapsedMs };
}

test('few refusals leave at once, the others at 300 a second, in order', async () => {
  const { gone, refuse } = open();
  refuse('a', 400);
  expect(gone).toHaveLength(300);
  await advance(400);
  expect(gone).toHaveLength(400);
  expect(gone.map(({ n }) => n)).toEqual([...gone.keys()]);
  expect(gone.at(-1)!.ms).toBeGreaterThanOrEqual(320);
});

test('more than leave at that rate are spread evenly over the time for which they are held', async () => {
  const { gone, refuse, perTick } = open();
  refuse('a', 2_300);
  await advance(HOLD_MS_MAX);
  expect(gone).toHaveLength(2_300);
  expect(Math.max(...perTick().slice(1))).toBeLessThanOrEqual(50);
});

test('a connection that repeats at once gets about one refusal a second', async () => {
  const { turnstile, gone, elapsedMs } = open();
  const repeat = (n: number) =>
    turnstile.pass('a', () => {
      gone.push({ tenant: 'a', n, ms: elapsedMs() });
      repeat(n);
    });
  for (let n = 0; n < 3_000; n += 1) repeat(n);
  await advance(5 * HOLD_MS_MAX);
  const before = gone.length;
  await advance(10 * HOLD_MS_MAX);
  expect(gone.length - before).toBeLessThan(10 * 3_600);
  expect(gone.length - before).toBeGreaterThan(10 * 2_700);
});

test('the refusal of another tenant does not wait behind those of the first', async () => {
  const { gone, refuse } = open();
  refuse('a', 3_000);
  await advance(100);
  refuse('b', 1);
  await advance(20);
  expect(gone.at(-1)!.ms - 100).toBeLessThanOrEqual(20);
  expect(gone.some(({ tenant }) => tenant === 'b')).toBe(true);
});

test('beyond the bound the tenant that holds most gets its oldest', () => {
  const { gone, refuse } = open();
  refuse('a', 300 + 4_999);
  expect(gone).toHaveLength(300);
  refuse('b', 1);
  expect(gone).toHaveLength(300);
  refuse('b', 1);
  expect(gone.slice(300)).toEqual([{ tenant: 'a', n: 300, ms: 0 }]);
});

test('a stop sends what is held', () => {
  const { turnstile, gone, refuse } = open();
  refuse('a', 1_000);
  refuse('b', 10);
  turnstile.stop();
  expect(gone).toHaveLength(1_010);
});
