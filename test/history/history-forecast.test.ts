/** The forecast of an import of history names the true end, from the first batch on. */
import { expect, test } from '@jest/globals';
import { createHistoryForecast } from '../../api/cli/history/history-forecast.ts';

/** A quota of 600 writes a minute; an order has one record. */
const QUOTA = { count: 600, ms: 60_000 };
const ORDERS = 3_000;
/** 6,000 writes are ten windows; the last one ends at once. */
const END_MS = 9 * 60_000;

test('with a quota, the forecast is right before, within and after each wait', () => {
  let nowMs = 0;
  let done = 0;
  const forecast = createHistoryForecast(() => nowMs, {
    quota: () => (done === 0 ? undefined : QUOTA),
    writesLeft: () => 2 * (ORDERS - done),
  });
  expect(forecast.remainingMs(ORDERS)).toBeUndefined();
  const forecasts: number[] = [];
  const note = () => forecasts.push(nowMs + forecast.remainingMs(ORDERS - done)!);
  while (done < ORDERS) {
    // 300 orders with their records take 2 s; the rest of the minute is a wait.
    for (let n = 0; n < 300; n += 1) {
      nowMs += 2_000 / 300;
      done += 1;
      forecast.answered();
      if (n % 100 === 50) note();
    }
    if (done === ORDERS) break;
    const waitMs = 60_000 - (nowMs % 60_000);
    forecast.waits(waitMs, QUOTA);
    expect(Math.round(forecast.waitMs())).toBe(Math.round(waitMs));
    note();
    nowMs += waitMs / 2;
    note();
    nowMs += waitMs / 2;
  }
  expect(Math.round(nowMs)).toBe(END_MS + 2_000);
  for (const each of forecasts) expect(Math.abs(each - nowMs)).toBeLessThan(4_000);
  expect(Math.round(forecast.pace()!)).toBe(150);
});

test('while the server is gone, there is no forecast; its silence does not lower the pace', () => {
  let nowMs = 0;
  const forecast = createHistoryForecast(() => nowMs, { quota: () => undefined, writesLeft: () => 1 });
  nowMs = 1_000;
  for (let n = 0; n < 100; n += 1) forecast.answered();
  forecast.waits(4_000, undefined);
  nowMs += 3_000;
  expect([forecast.remainingMs(100), forecast.waitMs()]).toEqual([undefined, 0]);
  nowMs += 1_000;
  forecast.answered();
  expect(Math.round(forecast.pace()!)).toBe(101);
  expect(forecast.remainingMs(101)).toBe(1_000);
});
