/** The pause that an act of `npm run load -- cluster` caused. */
import { expect, test } from '@jest/globals';
import { pauseDuring } from '../../loadtest/availability/figures.ts';
import type { Recorded } from '../../loadtest/torture/history/entry.ts';

/** Writes that were acknowledged at these times, and one that was refused. */
const history = [100, 200, 1_700, 1_800, 4_800, 4_900].map(
  (endMs) => ({ wish: { kind: 'place' }, status: 201, endMs }) as Recorded,
);
history.push({ wish: { kind: 'place' }, status: 503, endMs: 3_000 } as Recorded);

test.each([
  ['between two writes', 300, 400, 1_500],
  ['over several', 150, 1_900, 3_000],
  ['that ends before the longest pause begins', 150, 1_750, 1_500],
  ['after the last write', 5_000, 6_000, 0],
])('an act %s', (_what, fromMs, toMs, pauseMs) => {
  expect(pauseDuring(history, { name: 'act', fromMs, toMs })).toBe(pauseMs);
});
