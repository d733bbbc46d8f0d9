/** The share of a tenant in a batch follows the time that a batch takes. */
import { expect, test } from '@jest/globals';
import { createBatchShare } from '../../../store/batch-share.ts';

const bounds = { itemsMin: 8, itemsMax: 48, targetMs: 4 };

/** @returns the share after batches that take some time for each item */
function settled(msPerItem: number, fixedMs = 0): number {
  const share = createBatchShare(bounds);
  for (let n = 0; n < 200; n += 1) share.note(fixedMs + share.items() * msPerItem);
  return share.items();
}

test('on a quick machine it is the most, on a slow one what fits the time, but never nothing', () => {
  expect(settled(0.01)).toBe(48);
  expect(settled(0.2)).toBeGreaterThanOrEqual(13); // 2.7 ms: from there it grows
  expect(settled(0.2)).toBeLessThanOrEqual(20); // 4 ms: from there it shrinks
  expect(settled(1, 50)).toBe(8);
});

test('it grows again when batches are quick', () => {
  const share = createBatchShare(bounds);
  for (let n = 0; n < 20; n += 1) share.note(100);
  expect(share.items()).toBe(8);
  for (let n = 0; n < 10; n += 1) share.note(1);
  expect(share.items()).toBe(18);
});
