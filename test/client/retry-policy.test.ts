import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { retryAfterMs } from '../../openapi/client/retry-after.ts';
import { type RetryBudget, createRetryBudget } from '../../openapi/client/retry-budget.ts';
import { type Outcome, waitBeforeRetryMs } from '../../openapi/client/retry-policy.ts';

const said = (retry: string | undefined, seconds = 0): Outcome => ({
  kind: 'response',
  retry,
  retryAfterMs: seconds * 1_000,
});
const noResponse: Outcome = { kind: 'no_response' };
const limits = { attempts: 4, totalMs: 60_000 };

describe('the next step of a client', () => {
  test.each<[string, Outcome, number, number, number, number | undefined]>([
    // outcome, attempt, elapsed ms, chance → wait
    ['a success', said(undefined), 1, 0, 0.5, undefined],
    ['never', said('never'), 1, 0, 0.5, undefined],
    ['after a change', said('after_change'), 1, 0, 0.5, undefined],
    ['after a refetch', said('after_refetch'), 1, 0, 0.5, undefined],
    ['an unknown advice', said('perhaps'), 1, 0, 0.5, undefined],
    ['no answer', noResponse, 1, 0, 0.5, 100],
    ['no answer, again', noResponse, 2, 0, 0.5, 200],
    ['no answer, a third time', noResponse, 3, 0, 0.5, 400],
    ['no answer to the last attempt', noResponse, 4, 0, 0.5, undefined],
    ['the same key', said('same_key'), 1, 0, 1, 200],
    ['the same key, with the shortest jitter', said('same_key'), 1, 0, 0, 0],
    ['the same key, later', said('same_key_after', 7), 1, 0, 0.5, 7_100],
    ['the same key, later, within the time limit', said('same_key_after', 7), 1, 52_900, 0.5, 7_100],
    ['the same key, after the time limit', said('same_key_after', 7), 1, 52_901, 0.5, undefined],
  ])('%s', (_name, outcome, attempt, elapsedMs, random, wait) => {
    expect(waitBeforeRetryMs(outcome, { attempt, elapsedMs, random }, limits)).toBe(wait);
  });

  test('the jitter is at most ten seconds', () => {
    const many = { attempts: 100, totalMs: 1e9 };
    expect(waitBeforeRetryMs(noResponse, { attempt: 50, elapsedMs: 0, random: 1 }, many)).toBe(10_000);
  });
});

describe('a budget', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  /** @returns the number of granted retries among concurrent requests */
  const asking = (budget: RetryBudget, count: number, ms = 60_000) => {
    const taken: number[] = [];
    for (let n = 0; n < count; n += 1) void budget.spend(ms).then((got) => got && taken.push(n));
    return taken;
  };
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  test('has ten saved retries, and ten more each second, in the sequence of the requests', async () => {
    const taken = asking(createRetryBudget(), 25);
    await pass(0);
    expect(taken).toHaveLength(10);
    await pass(500);
    expect(taken).toHaveLength(15);
    await pass(1_000);
    expect(taken).toEqual(Array.from({ length: 25 }, (_, n) => n));
  });

  test('gains one retry for ten requests, and one for each answered repeat', async () => {
    const budget = createRetryBudget();
    const taken = asking(budget, 100);
    await pass(0);
    for (let n = 0; n < 31; n += 1) budget.earn();
    await pass(0);
    expect(taken).toHaveLength(13);
    for (let n = 0; n < 7; n += 1) budget.repay();
    await pass(0);
    expect(taken).toHaveLength(20);
  });

  test('saves at most ten', async () => {
    const budget = createRetryBudget();
    for (let n = 0; n < 1_000; n += 1) budget.repay();
    await pass(60_000);
    const taken = asking(budget, 100);
    await pass(0);
    expect(taken).toHaveLength(10);
  });

  test('ends a wait after its limit', async () => {
    const budget = createRetryBudget();
    const outcomes: boolean[] = [];
    for (let n = 0; n < 15; n += 1) void budget.spend(250).then((got) => outcomes.push(got));
    await pass(250);
    expect(outcomes.toSorted()).toEqual([...Array(3).fill(false), ...Array(12).fill(true)]);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-25T10:00:00Z');
  test.each<[string | undefined, string | undefined, number]>([
    // Retry-After, Date → ms
    [undefined, undefined, 0],
    ['0', undefined, 0],
    ['7', undefined, 7_000],
    [' 7 ', undefined, 7_000],
    ['999999999', undefined, 999_999_999_000],
    ['Wed, 25 Nov 2026 10:00:05 GMT', undefined, 5_000],
    ['Wed, 25 Nov 2026 10:00:05 GMT', 'Wed, 25 Nov 2026 10:00:03 GMT', 2_000], // server clock
    ['Wed, 25 Nov 2026 10:00:05 GMT', 'yesterday', 5_000],
    ['Wednesday, 25-Nov-26 10:00:05 GMT', undefined, 5_000],
    ['Wed, 25 Nov 2026 09:59:00 GMT', undefined, 0],
    ['-5', undefined, 0],
    ['1.5', undefined, 0],
    ['1e3', undefined, 0],
    ['0x10', undefined, 0],
    ['99999999999999999999', undefined, 0],
    ['soon', undefined, 0],
    ['Wed, 99 Nov 2026 10:00:05 GMT', undefined, 0],
    ['', undefined, 0],
  ])('%j with Date %j is %d ms', (retryAfter, date, ms) => {
    const headers = new Headers({
      ...(retryAfter !== undefined && { 'Retry-After': retryAfter }),
      ...(date !== undefined && { Date: date }),
    });
    expect(retryAfterMs(headers, now)).toBe(ms);
  });
});
