import { describe, expect, test } from '@jest/globals';
import { createRetryBudget } from '../../openapi/client/retry-budget.ts';
import { type Outcome, waitBeforeRetry } from '../../openapi/client/retry-policy.ts';

const said = (retry: string | undefined, seconds = 0): Outcome => ({
  kind: 'answer',
  retry,
  retryAfterMs: seconds * 1_000,
});
const silence: Outcome = { kind: 'no_answer' };
const limits = { attempts: 4, totalMs: 60_000 };

describe('what a client does next', () => {
  test.each<[string, Outcome, number, number, number, number | undefined]>([
    // outcome, attempt, elapsed ms, chance → wait
    ['it is done', said(undefined), 1, 0, 0.5, undefined],
    ['never', said('never'), 1, 0, 0.5, undefined],
    ['after a change', said('after_change'), 1, 0, 0.5, undefined],
    ['after a refetch', said('after_refetch'), 1, 0, 0.5, undefined],
    ['a word of the future', said('perhaps'), 1, 0, 0.5, undefined],
    ['no answer', silence, 1, 0, 0.5, 100],
    ['no answer, again', silence, 2, 0, 0.5, 200],
    ['no answer, a third time', silence, 3, 0, 0.5, 400],
    ['no answer, for the last time', silence, 4, 0, 0.5, undefined],
    ['the same key', said('same_key'), 1, 0, 1, 200],
    ['the same key, by the luckiest chance', said('same_key'), 1, 0, 0, 0],
    ['the same key, later', said('same_key_after', 7), 1, 0, 0.5, 7_100],
    ['the same key, later, with time enough', said('same_key_after', 7), 1, 52_900, 0.5, 7_100],
    ['the same key, later than there is time', said('same_key_after', 7), 1, 52_901, 0.5, undefined],
  ])('%s', (_name, outcome, attempt, elapsedMs, random, wait) => {
    expect(waitBeforeRetry(outcome, { attempt, elapsedMs, random }, limits)).toBe(wait);
  });

  test('the jitter grows no further than ten seconds', () => {
    const many = { attempts: 100, totalMs: 1e9 };
    expect(waitBeforeRetry(silence, { attempt: 50, elapsedMs: 0, random: 1 }, many)).toBe(10_000);
  });
});

test('a budget has ten retries, and one more for every ten requests', () => {
  const budget = createRetryBudget();
  const spend = () => Array.from({ length: 20 }, budget.spend).filter(Boolean).length;
  expect(spend()).toBe(10);
  for (let n = 0; n < 31; n += 1) budget.earn();
  expect(spend()).toBe(3);
  for (let n = 0; n < 1_000; n += 1) budget.earn();
  expect(spend()).toBe(10);
});
