import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  RETRY_AFTER_SECONDS_MAX,
  RETRY_DELAYS_SECONDS,
  nextDelay,
  restAfter,
} from '../../workers/schedule.ts';

describe('the schedule', () => {
  test('equals the table in docs/webhooks.md', async () => {
    const text = await readFile(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
    const UNITS: Record<string, number> = { s: 1, min: 60, h: 3_600 };
    const rows = [...text.matchAll(/^\| +(\d+) +\| +(\d+) (s|min|h) +\| +(.+?) +\|$/gm)];
    const shown = rows.map(([, attempt, count, unit]) => [Number(attempt), Number(count) * UNITS[unit!]!]);
    expect(shown).toEqual(RETRY_DELAYS_SECONDS.map((seconds, n) => [n + 2, seconds]));
    const total = RETRY_DELAYS_SECONDS.reduce((sum, seconds) => sum + seconds, 0);
    expect(rows.at(-1)?.[4]).toBe(`${Math.floor(total / 3_600)} h ${Math.round((total % 3_600) / 60)} min`);
  });

  test('takes three days, with growing delays', () => {
    const total = RETRY_DELAYS_SECONDS.reduce((sum, seconds) => sum + seconds, 0);
    expect(total / 3_600).toBeGreaterThan(70);
    expect(total / 3_600).toBeLessThan(74);
    expect([...RETRY_DELAYS_SECONDS].toSorted((a, b) => a - b)).toEqual(RETRY_DELAYS_SECONDS);
  });

  test('a delay varies by 20 %, is at least the Retry-After, and follows a Retry-After up to a day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: RETRY_DELAYS_SECONDS.length }),
        fc.option(fc.nat(10_000_000), { nil: undefined }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (tries, retryAfter, random) => {
          const planned = RETRY_DELAYS_SECONDS[tries - 1]!;
          const wait = nextDelay(tries, { retryAfter, random })!;
          expect(wait).toBeGreaterThanOrEqual(Math.min(retryAfter ?? 0, RETRY_AFTER_SECONDS_MAX));
          expect(wait).toBeGreaterThanOrEqual(planned * 0.8);
          expect(wait).toBeLessThanOrEqual(
            Math.max(planned * 1.2, Math.min(retryAfter ?? 0, RETRY_AFTER_SECONDS_MAX)),
          );
        },
      ),
    );
  });

  test('has an end', () => expect(nextDelay(RETRY_DELAYS_SECONDS.length + 1)).toBeUndefined());
});

test('the rest of a failing endpoint grows up to a minute', () => {
  expect([0, 4, 5, 6, 7, 10, 11, 50].map((failures) => restAfter(failures, 5))).toEqual([
    0, 0, 1, 2, 4, 32, 60, 60,
  ]);
});
